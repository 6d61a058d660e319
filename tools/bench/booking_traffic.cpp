#include "tools/bench/booking_traffic.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr std::string_view host_line = "Host: localhost\r\n";

void append_number(std::string& to, std::size_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error);
  to.append(digits.data(), end);
}

} // namespace

void append_key(std::string& to, std::uint64_t seed, std::uint64_t number) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (const auto word : {domain::mix64(seed), number}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      to += digits[(word >> shift) & 15U];
    }
  }
}

void append_hold_request(std::string& to, std::string_view event, std::string_view token, std::string_view key,
                         std::string_view body, std::string_view admission) {
  to.append("POST /v1/events/").append(event).append("/holds HTTP/1.1\r\n").append(host_line);
  to.append("Authorization: Bearer ").append(token);
  if (!admission.empty()) {
    to.append("\r\nAdmission-Token: ").append(admission);
  }
  to.append("\r\nContent-Type: application/json\r\nIdempotency-Key: ").append(key);
  to.append("\r\nContent-Length: ");
  append_number(to, body.size());
  to.append("\r\n\r\n").append(body);
}

void append_release_request(std::string& to, std::string_view hold, std::string_view token) {
  to.append("DELETE /v1/holds/").append(hold).append(" HTTP/1.1\r\n").append(host_line);
  to.append("Authorization: Bearer ").append(token).append("\r\n\r\n");
}

booking_traffic::booking_traffic(booking_options options)
    : options_{std::move(options)}, plan_{options_.seats}, random_{options_.seed}, buyers_(options_.tokens.size()) {}

auto booking_traffic::choose_seat(std::size_t connection) -> std::uint32_t {
  if (!options_.apart) {
    return random_.below(options_.seats);
  }
  const auto share = options_.seats / static_cast<std::uint32_t>(buyers_.size());
  // The last seat of a share is never the first of a pair: its neighbour is somebody else's.
  return static_cast<std::uint32_t>(connection) * share + random_.below(share > 1 ? share - 1 : 1);
}

auto booking_traffic::next(std::size_t connection) -> std::string_view {
  auto& buyer = buyers_[connection];
  const auto& token = options_.tokens[connection];
  buyer.request.clear();
  buyer.releasing = !buyer.hold.empty();
  if (buyer.releasing) {
    append_release_request(buyer.request, buyer.hold, token);
    return buyer.request;
  }
  const auto events = static_cast<std::uint32_t>(options_.events.size());
  const auto& event = options_.events[events == 1 ? 0 : random_.below(events)];
  const auto seat = choose_seat(connection);
  body_.assign(R"({"seats":[")");
  plan_.append_label(seat, body_);
  if (plan_.has_neighbour(seat) && random_.below(2) == 0) {
    body_ += R"(",")";
    plan_.append_label(seat + 1, body_);
  }
  body_ += R"("]})";
  key_.clear();
  append_key(key_, options_.seed, ++requests_);
  append_hold_request(buyer.request, event, token, key_, body_,
                      options_.admissions.empty() ? std::string_view{} : options_.admissions[connection]);
  return buyer.request;
}

auto booking_traffic::answered(std::size_t connection, const response& what) -> outcome {
  auto& buyer = buyers_[connection];
  if (buyer.releasing && what.status == 204) {
    buyer.hold.clear();
    return outcome::success;
  }
  if (!buyer.releasing && what.status == 201) {
    buyer.hold.assign(string_member(what.body, "hold_id"));
    if (!buyer.hold.empty()) {
      return outcome::success;
    }
  }
  if (!buyer.releasing && what.status == 409 && what.body.find("seat_unavailable") != std::string_view::npos) {
    return outcome::rejection;
  }
  // A hold that cannot be released is left to its deadline.
  buyer.hold.clear();
  if (first_failure_.empty()) {
    first_failure_ = std::to_string(what.status) + " " + std::string{what.body.substr(0, 400)};
  }
  return outcome::failure;
}

void booking_traffic::lost(std::size_t connection) {
  buyers_[connection].hold.clear();
  if (first_failure_.empty()) {
    first_failure_ = "a connection broke, or an answer did not come in time";
  }
}

} // namespace holdfast::tools::bench
