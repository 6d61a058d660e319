#include "tests/actors/queue_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace holdfast::testing {

namespace room = domain::queue;

queue_bench::queue_bench(std::shared_ptr<journal::memory_disk> disk)
    : under{std::move(disk)}, services{.shared = under.services, .wakes = *this, .backlog = *this} {
  services.secret.fill(7);
  constexpr std::int64_t always = std::numeric_limits<std::int64_t>::max();
  board->sale = std::make_shared<const domain::sale_hours>(domain::sale_hours{{{{-always}, {always}}}});
}

void queue_bench::post(std::function<void(actors::queue_core&)> job) noexcept {
  mailbox_.emplace_back([this, job = std::move(job)] { job(*core); });
}

void queue_bench::post_after(std::chrono::milliseconds delay, std::function<void(actors::queue_core&)> job) noexcept {
  timers_.push_back({under.clock.at + domain::millis{delay.count()}, [this, job = std::move(job)] { job(*core); }});
}

void queue_bench::schedule(domain::event_id, domain::instant at) noexcept {
  scheduled.push_back(at);
  timers_.push_back({at, [this] { core->tick(); }});
}

void queue_bench::probe(domain::event_id, bool loads, std::function<void()> answered) noexcept {
  wakes += loads ? 1 : 0;
  if (backlog_now.count == 0) {
    answered();
  } else {
    timers_.push_back({under.clock.at + backlog_now, std::move(answered)});
  }
}

void queue_bench::open() {
  core.emplace(core_bench::event, services, board, inbox,
               std::shared_ptr<actors::queue_mailbox>{std::shared_ptr<void>{}, this});
  core->start();
  settle();
}

void queue_bench::settle() {
  while (under.journal.pump() > 0 || !mailbox_.empty()) {
    if (!mailbox_.empty()) {
      auto job = std::move(mailbox_.front());
      mailbox_.pop_front();
      job();
    }
  }
}

auto queue_bench::run_due() -> bool {
  const auto due = std::ranges::find_if(timers_, [this](const timer& one) { return one.at <= under.clock.at; });
  if (due == timers_.end()) {
    return false;
  }
  const auto job = std::move(due->job);
  timers_.erase(due);
  job();
  settle();
  return true;
}

void queue_bench::pass(domain::millis time) {
  const auto until = under.clock.at + time;
  settle();
  while (under.clock.at < until) {
    under.clock.at = std::min(until, under.clock.at + domain::millis{250});
    // What is begun by what is due now is due later.
    while (run_due()) {
    }
  }
}

template <class Asked>
void queue_bench::put(Asked asked) {
  if (inbox->put(asked) == actors::queue_inbox::taken::first) {
    post([](actors::queue_core& to) { to.wake(); });
  }
}

auto queue_bench::send(room::command_body what) -> std::shared_ptr<std::optional<command_result>> {
  auto got = std::make_shared<std::optional<command_result>>();
  room::command command{under.organiser(), {}, std::move(what)};
  put(actors::asked_command{std::move(command),
                            {},
                            actors::room_promise<std::shared_ptr<const actors::room_view>>{
                                [got](command_result result) { got->emplace(std::move(result)); }}});
  return got;
}

auto queue_bench::send_join(std::uint64_t who, std::uint8_t band) -> std::shared_ptr<std::optional<join_result>> {
  auto got = std::make_shared<std::optional<join_result>>();
  put(actors::asked_join{subject(who), band, {}, actors::room_promise<actors::place_view>{[got](join_result result) {
                           got->emplace(std::move(result));
                         }}});
  return got;
}

auto queue_bench::ask(room::command_body what) -> command_result {
  const auto got = send(std::move(what));
  settle();
  REQUIRE(got->has_value());
  return **got;
}

auto queue_bench::join(std::uint64_t who, std::uint8_t band) -> join_result {
  const auto got = send_join(who, band);
  settle();
  REQUIRE(got->has_value());
  return **got;
}

auto queue_bench::place_of(std::uint64_t who, std::uint8_t band) -> room::place_number {
  const auto got = join(who, band);
  REQUIRE(got.has_value());
  return got->place;
}

void queue_bench::leave(std::uint64_t who, room::place_number place) {
  bool told = false;
  put(actors::asked_leave{subject(who),
                          place,
                          {},
                          actors::room_promise<void>{[&told](const tl::expected<void, actors::room_refusal>& result) {
                            told = result.has_value();
                          }}});
  settle();
  REQUIRE(told);
}

void queue_bench::tell(actors::room_notice what) {
  if (what.seats_left) {
    board->supply = *what.seats_left ? actors::seat_supply::some : actors::seat_supply::none;
  }
  if (what.sale) {
    board->sale = what.sale;
  }
  put(std::move(what));
  settle();
}

auto queue_bench::poll(std::uint64_t who, room::place_number place) -> std::optional<actors::place_view> {
  return board->poll(subject(who), place, under.clock.at);
}

auto queue_bench::status(std::uint64_t who, room::place_number place) -> room::place_status {
  const auto is = board->view()->slots->find(subject(who), place);
  REQUIRE(is.has_value());
  return is->status;
}

auto queue_bench::admits(std::uint64_t who, room::place_number place) const -> actors::admission {
  return board->admits(subject(who), place, under.clock.at);
}

auto queue_bench::room() const -> actors::room_view {
  return board->view()->shown;
}

auto queue_bench::state() const -> const room::state& {
  return *core->state();
}

void queue_bench::put_on(const room::settings& rules) {
  REQUIRE(ask(room::configure{rules, {}, {}}).has_value());
  REQUIRE(ask(room::switch_mode{room::mode::on, room::mode_cause::organiser, {}}).has_value());
}

auto rate_of(std::uint32_t people_per_s, std::uint32_t batch) -> room::settings {
  room::settings rules;
  rules.rate_milli_per_s = people_per_s * 1'000;
  rules.batch = batch;
  return rules;
}

} // namespace holdfast::testing
