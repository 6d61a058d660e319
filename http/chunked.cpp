#include "http/chunked.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

constexpr unsigned size_digits_max = 8;

auto hex_value(char c) noexcept -> int {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

} // namespace

auto chunked_decoder::feed(std::string_view input, std::string& out, std::size_t body_bytes_max, std::size_t& taken)
    -> progress {
  taken = 0;
  while (taken < input.size()) {
    if (state_ == state::data) {
      const std::size_t piece = std::min(left_, input.size() - taken);
      out.append(input.substr(taken, piece));
      taken += piece;
      left_ -= piece;
      if (left_ == 0) {
        state_ = state::data_cr;
      }
      continue;
    }
    const progress after = step(input[taken++], out, body_bytes_max);
    if (after != progress::more) {
      return after;
    }
  }
  return progress::more;
}

/// One byte of everything but payload.
auto chunked_decoder::step(char c, const std::string& out, std::size_t body_bytes_max) noexcept -> progress {
  const auto expect = [&](char wanted, state next) {
    state_ = next;
    return c == wanted ? progress::more : progress::refused;
  };
  switch (state_) {
  case state::size: {
    if (c == '\r' && digits_ > 0) {
      state_ = state::size_lf;
      return progress::more;
    }
    const int value = hex_value(c);
    if (value < 0 || ++digits_ > size_digits_max) {
      return progress::refused;
    }
    left_ = left_ * 16 + static_cast<std::size_t>(value);
    return progress::more;
  }
  case state::size_lf:
    digits_ = 0;
    if (c == '\n' && left_ > body_bytes_max - std::min(body_bytes_max, out.size())) {
      return progress::too_large;
    }
    return expect('\n', left_ == 0 ? state::end_cr : state::data);
  case state::data_cr: return expect('\r', state::data_lf);
  case state::data_lf: return expect('\n', state::size);
  case state::end_cr: return expect('\r', state::end_lf);
  case state::end_lf: return c == '\n' ? progress::done : progress::refused;
  case state::data: break;
  }
  return progress::refused;
}

} // namespace holdfast::http
