#include "tools/bench/read_traffic.hpp"

#include <utility>

namespace holdfast::tools::bench {

namespace {

/// Keeps the answer to its one request.
class one_request final : public traffic {
 public:
  explicit one_request(std::string request) : request_{std::move(request)} {}

  auto next(std::size_t) -> std::string_view override {
    return std::exchange(sent_, true) ? std::string_view{} : request_;
  }
  auto answered(std::size_t, const response& what) -> outcome override {
    kept = {what.status, std::string{what.headers}, std::string{what.body}};
    return outcome::success;
  }
  void lost(std::size_t) override {}

  kept_answer kept;

 private:
  std::string request_;
  bool sent_ = false;
};

[[nodiscard]] auto is_plain(char c) noexcept -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

auto get_request(std::string_view target, std::string_view headers) -> std::string {
  std::string request{"GET "};
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers).append("\r\n");
  return request;
}

auto escaped_query(std::string_view text) -> std::string {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

read_traffic::read_traffic(std::vector<std::string> requests, expected_answer expected, std::size_t connections)
    : requests_{std::move(requests)}, expected_{expected} {
  for (std::size_t i = 0; i < connections; ++i) {
    places_.push_back(i * requests_.size() / connections);
  }
}

auto read_traffic::next(std::size_t connection) -> std::string_view {
  auto& place = places_[connection];
  place = place + 1 < requests_.size() ? place + 1 : 0;
  return requests_[place];
}

auto read_traffic::answered(std::size_t, const response& what) -> outcome {
  if (what.status == expected_.status && (expected_.any_size || what.body.size() == expected_.body_bytes)) {
    return outcome::success;
  }
  if (first_failure_.empty()) {
    constexpr std::size_t quoted = 200;
    first_failure_ = std::to_string(what.status) + " with " + std::to_string(what.body.size()) + " bytes, not " +
                     std::to_string(expected_.status) + " with " + std::to_string(expected_.body_bytes) + ": " +
                     std::string{what.body.substr(0, quoted)};
  }
  return outcome::failure;
}

void read_traffic::lost(std::size_t) {
  if (first_failure_.empty()) {
    first_failure_ = "a connection broke, or an answer did not come in time";
  }
}

auto read_once(std::uint16_t port, std::string request) -> tl::expected<kept_answer, failure> {
  load_options options;
  options.port = port;
  options.connections = 1;
  one_request one{std::move(request)};
  const auto done = run_load(options, one);
  if (!done || one.kept.status == 0) {
    return tl::unexpected{done ? failure{"no answer came"} : done.error()};
  }
  return std::move(one.kept);
}

} // namespace holdfast::tools::bench
