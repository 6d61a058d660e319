#include "http/hold_flights.hpp"

namespace holdfast::http {

class hold_flights::flight {
 public:
  flight(std::shared_ptr<hold_flights> of, whose it_is) noexcept : of_{std::move(of)}, it_is_{it_is} {}
  flight(const flight&) = delete;
  auto operator=(const flight&) -> flight& = delete;
  ~flight() { of_->end(it_is_); }

 private:
  std::shared_ptr<hold_flights> of_;
  whose it_is_;
};

namespace {

class flight_reply final : public actors::reply_sink {
 public:
  flight_reply(std::shared_ptr<hold_flights::flight> what, actors::reply_port&& to) noexcept
      : to_{std::move(to)}, flight_{std::move(what)} {}

  void reply(actors::answer&& what) noexcept override {
    flight_.reset();
    to_.send(std::move(what));
  }

 private:
  actors::reply_port to_; ///< answers for itself when it is destroyed unanswered: after the flight has ended
  std::shared_ptr<hold_flights::flight> flight_;
};

} // namespace

auto hold_flights::begin(domain::event_id event, const domain::subject_id& who, std::uint64_t key)
    -> std::shared_ptr<flight> {
  const whose it_is{event, who};
  {
    const std::lock_guard lock{mutex_};
    auto& its = shares_[it_is];
    if (its.requests > 0 && its.key != key) {
      return nullptr;
    }
    its.key = key;
    ++its.requests;
  }
  return std::make_shared<flight>(shared_from_this(), it_is);
}

void hold_flights::end(const whose& of) noexcept {
  const std::lock_guard lock{mutex_};
  const auto its = shares_.find(of);
  if (its != shares_.end() && --its->second.requests == 0) {
    shares_.erase(its);
  }
}

auto hold_flights::begin_lookup() -> std::shared_ptr<hold_flights> {
  constexpr int lookups_max = 64;
  if (lookups_.fetch_add(1, std::memory_order_relaxed) >= lookups_max) {
    lookups_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
  return {this,
          [self = shared_from_this()](hold_flights* of) { of->lookups_.fetch_sub(1, std::memory_order_relaxed); }};
}

auto hold_flights::under_way() const -> std::size_t {
  const std::lock_guard lock{mutex_};
  return shares_.size();
}

auto ending(std::shared_ptr<hold_flights::flight> what, actors::reply_port&& to) -> actors::reply_port {
  return actors::reply_port{std::make_shared<flight_reply>(std::move(what), std::move(to))};
}

} // namespace holdfast::http
