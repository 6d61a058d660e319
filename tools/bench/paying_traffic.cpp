#include "tools/bench/paying_traffic.hpp"

#include "tools/bench/booking_traffic.hpp"

#include <utility>

namespace holdfast::tools::bench {

paying_traffic::paying_traffic(paying_options options)
    : options_{std::move(options)}, requests_(options_.connections) {}

auto paying_traffic::next(std::size_t connection) -> std::string_view {
  static constexpr std::string_view card = R"({"payment":{"method":"pm_card_visa"}})";
  if (next_ == options_.holds.size()) {
    return {};
  }
  auto& request = requests_[connection];
  request.assign("POST /v1/holds/").append(options_.holds[next_]).append("/confirm HTTP/1.1\r\nHost: localhost\r\n");
  request.append("Authorization: Bearer ").append(options_.tokens[next_]);
  ++next_;
  key_.clear();
  append_key(key_, options_.seed, next_);
  request.append("\r\nContent-Type: application/json\r\nIdempotency-Key: ").append(key_);
  request.append("\r\nContent-Length: ").append(std::to_string(card.size())).append("\r\n\r\n").append(card);
  return request;
}

auto paying_traffic::answered(std::size_t /*connection*/, const response& what) -> outcome {
  if (what.status == 201 || what.status == 202) {
    return outcome::success;
  }
  if (first_failure_.empty()) {
    first_failure_ = std::to_string(what.status) + " " + std::string{what.body.substr(0, 400)};
  }
  return outcome::failure;
}

} // namespace holdfast::tools::bench
