#include "tools/bench/sell_out_traffic.hpp"

#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/random.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::tools::bench {

sell_out_traffic::sell_out_traffic(sell_out_options options)
    : options_{std::move(options)},
      plan_{options_.seats},
      acknowledged_(options_.seats, 0),
      states_(options_.connections) {
  wishes_.reserve(options_.tokens.size());
  for (std::size_t buyer = 0; buyer < options_.tokens.size(); ++buyer) {
    wishes_.push_back(static_cast<std::uint32_t>(buyer % options_.seats));
  }
  random_stream random{options_.seed};
  for (auto left = static_cast<std::uint32_t>(wishes_.size()); left > 1; --left) {
    std::swap(wishes_[left - 1], wishes_[random.below(left)]);
  }
}

auto sell_out_traffic::next(std::size_t connection) -> std::string_view {
  auto& state = states_[connection];
  state.request.clear();
  state.confirming = !state.hold.empty();
  if (!state.confirming && next_buyer_ == wishes_.size()) {
    return {};
  }
  key_.clear();
  append_key(key_, options_.seed, ++keys_);
  if (state.confirming) {
    static constexpr std::string_view payment = R"({"payment":{"method":"cash","reference":"sell-out"}})";
    state.request.append("POST /v1/holds/").append(state.hold).append("/confirm HTTP/1.1\r\nHost: localhost\r\n");
    state.request.append("Authorization: Bearer ").append(options_.box_office);
    state.request.append("\r\nContent-Type: application/json\r\nIdempotency-Key: ").append(key_);
    state.request.append("\r\nContent-Length: ")
        .append(std::to_string(payment.size()))
        .append("\r\n\r\n")
        .append(payment);
    return state.request;
  }
  state.seat = wishes_[next_buyer_];
  body_.assign(R"({"seats":[")");
  plan_.append_label(state.seat, body_);
  body_ += R"("]})";
  const auto buyer = next_buyer_++;
  append_hold_request(state.request, options_.event, options_.tokens[buyer], key_, body_,
                      options_.admissions.empty() ? std::string_view{} : options_.admissions[buyer]);
  return state.request;
}

auto sell_out_traffic::answered(std::size_t connection, const response& what) -> outcome {
  auto& state = states_[connection];
  if (state.confirming) {
    if (what.status != 201) {
      return fail(state, what);
    }
    state.hold.clear();
    ++orders_;
    return outcome::aside;
  }
  if (what.status == 201) {
    state.hold.assign(string_member(what.body, "hold_id"));
    acknowledged_[state.seat] = static_cast<std::uint8_t>(std::min(acknowledged_[state.seat] + 1, 255));
    return state.hold.empty() ? fail(state, what) : outcome::success;
  }
  if (what.status == 409 && what.body.find("seat_unavailable") != std::string_view::npos) {
    with_alternatives_ += what.body.find(R"("alternatives":[{)") != std::string_view::npos ? 1U : 0U;
    return outcome::rejection;
  }
  return fail(state, what);
}

auto sell_out_traffic::fail(connection_state& state, const response& what) -> outcome {
  state.hold.clear();
  if (first_failure_.empty()) {
    first_failure_ = std::to_string(what.status) + " " + std::string{what.body.substr(0, 400)};
  }
  return outcome::failure;
}

void sell_out_traffic::lost(std::size_t connection) {
  states_[connection].hold.clear();
  if (first_failure_.empty()) {
    first_failure_ = "a connection broke, or an answer did not come in time";
  }
}

auto sell_out_traffic::double_sales() const noexcept -> std::uint64_t {
  return static_cast<std::uint64_t>(
      std::count_if(acknowledged_.begin(), acknowledged_.end(), [](auto n) { return n > 1; }));
}

} // namespace holdfast::tools::bench
