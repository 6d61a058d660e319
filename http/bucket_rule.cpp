#include "http/bucket_rule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace holdfast::http {

namespace {

template <class Integer>
void append_count(std::string& out, Integer number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error); // 20 characters hold every 64-bit number
  out.append(digits.data(), end);
}

auto to_ms_up(std::int64_t ns) -> std::chrono::milliseconds {
  return std::chrono::milliseconds{(std::max<std::int64_t>(ns, 0) + 999'999) / 1'000'000};
}

} // namespace

bucket_rule::bucket_rule(std::string_view name, const rate_rule& rule) : name_{name} {
  if (rule.per_second <= 0) {
    return;
  }
  const double burst = std::max(1.0, std::floor(rule.burst));
  interval_ns_ = std::max<std::int64_t>(1, std::llround(1e9 / rule.per_second));
  depth_ns_ = std::llround(burst * static_cast<double>(interval_ns_));
  policy_.append("\"").append(name_).append("\";q=");
  append_count(policy_, static_cast<std::int64_t>(burst));
  policy_.append(";w=");
  append_count(policy_, std::max<std::int64_t>(1, (depth_ns_ + 999'999'999) / 1'000'000'000));
}

auto bucket_rule::take(std::int64_t& full_at_ns, std::int64_t now_ns) const noexcept -> bucket_verdict {
  const std::int64_t full_at = std::max(full_at_ns, now_ns) + interval_ns_;
  const std::int64_t debt = full_at - now_ns;
  bucket_verdict said{.limited = true, .allowed = debt <= depth_ns_};
  if (said.allowed) {
    full_at_ns = full_at;
    said.remaining = static_cast<std::uint32_t>(std::min<std::int64_t>((depth_ns_ - debt) / interval_ns_, INT32_MAX));
    said.reset = to_ms_up(debt);
  } else {
    said.retry_after = to_ms_up(debt - depth_ns_);
    said.reset = to_ms_up(debt - interval_ns_);
  }
  return said;
}

void bucket_rule::append_state(std::string& out, const bucket_verdict& said) const {
  out.append("\"").append(name_).append("\";r=");
  append_count(out, said.remaining);
  out.append(";t=");
  append_count(out, (said.reset.count() + 999) / 1000);
}

} // namespace holdfast::http
