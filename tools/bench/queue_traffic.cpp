#include "tools/bench/queue_traffic.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr unsigned place_given = 201;
constexpr unsigned place_shown = 200;
constexpr std::size_t quoted_bytes = 400;

void note_failure(std::string& first, const response& what) {
  if (first.empty()) {
    first = std::to_string(what.status) + " " + std::string{what.body.substr(0, quoted_bytes)};
  }
}

void note_loss(std::string& first) {
  if (first.empty()) {
    first = "a connection broke, or an answer did not come in time";
  }
}

} // namespace

void append_join_request(std::string& to, std::string_view event, std::string_view token) {
  to.append("POST /v1/events/").append(event).append("/queue HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ");
  to.append(token).append("\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

void append_poll_request(std::string& to, std::string_view event, std::string_view token, std::string_view ticket) {
  to.append("GET /v1/events/").append(event).append("/queue HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ");
  to.append(token).append("\r\nQueue-Ticket: ").append(ticket).append("\r\n\r\n");
}

join_traffic::join_traffic(std::string event, const std::vector<std::string>& tokens, std::size_t connections)
    : event_{std::move(event)}, tokens_{&tokens}, under_way_(connections) {}

void join_traffic::allow(std::size_t more) noexcept {
  end_ = std::min(tokens_->size(), next_ + more);
}

auto join_traffic::next(std::size_t connection) -> std::string_view {
  if (next_ >= end_) {
    return {};
  }
  auto& mine = under_way_[connection];
  mine.buyer = next_++;
  mine.request.clear();
  append_join_request(mine.request, event_, (*tokens_)[mine.buyer]);
  return mine.request;
}

auto join_traffic::answered(std::size_t connection, const response& what) -> outcome {
  if (what.status != place_given) {
    note_failure(first_failure_, what);
    return outcome::failure;
  }
  if (!tickets_.empty()) {
    tickets_[under_way_[connection].buyer] = string_member(what.body, "ticket");
  }
  return outcome::success;
}

void join_traffic::lost(std::size_t /*connection*/) {
  note_loss(first_failure_);
}

admission_traffic::admission_traffic(std::string event, const std::vector<std::string>& tokens,
                                     const std::vector<std::string>& tickets, std::size_t connections)
    : event_{std::move(event)},
      tokens_{&tokens},
      tickets_{&tickets},
      under_way_(connections),
      admissions_(tokens.size()) {}

auto admission_traffic::again() -> std::size_t {
  waiting_.clear();
  next_ = 0;
  for (std::size_t buyer = 0; buyer < admissions_.size(); ++buyer) {
    if (admissions_[buyer].empty()) {
      waiting_.push_back(buyer);
    }
  }
  return waiting_.size();
}

auto admission_traffic::next(std::size_t connection) -> std::string_view {
  if (next_ == waiting_.size()) {
    return {};
  }
  auto& mine = under_way_[connection];
  mine.buyer = waiting_[next_++];
  mine.request.clear();
  append_poll_request(mine.request, event_, (*tokens_)[mine.buyer], (*tickets_)[mine.buyer]);
  return mine.request;
}

auto admission_traffic::answered(std::size_t connection, const response& what) -> outcome {
  if (what.status != place_shown) {
    note_failure(first_failure_, what);
    return outcome::failure;
  }
  const auto admission = string_member(what.body, "admission_token");
  admissions_[under_way_[connection].buyer] = admission;
  return admission.empty() ? outcome::rejection : outcome::success;
}

void admission_traffic::lost(std::size_t /*connection*/) {
  note_loss(first_failure_);
}

storm_traffic::storm_traffic(options what)
    : options_{std::move(what)}, requests_(options_.connections), is_join_(options_.connections) {}

auto storm_traffic::next(std::size_t connection) -> std::string_view {
  const bool may_join = next_join_ < options_.joining.size();
  const bool joins = may_join && (turns_++ % options_.requests_a_join == 0 || options_.looks.empty());
  is_join_[connection] = joins ? 1 : 0;
  if (joins) {
    requests_[connection].clear();
    append_join_request(requests_[connection], options_.event, options_.joining[next_join_++]);
    return requests_[connection];
  }
  if (options_.looks.empty()) {
    return {};
  }
  next_look_ = next_look_ + 1 < options_.looks.size() ? next_look_ + 1 : 0;
  return options_.looks[next_look_];
}

auto storm_traffic::answered(std::size_t connection, const response& what) -> outcome {
  const bool joins = is_join_[connection] != 0;
  if (what.status != (joins ? place_given : place_shown)) {
    note_failure(first_failure_, what);
    return outcome::failure;
  }
  ++(joins ? joined_ : looked_);
  return outcome::success;
}

void storm_traffic::lost(std::size_t /*connection*/) {
  note_loss(first_failure_);
}

} // namespace holdfast::tools::bench
