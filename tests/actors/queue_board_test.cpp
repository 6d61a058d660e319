#include "domain/queue/apply.hpp"
#include "tests/actors/queue_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <utility>

namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using room::place_number;

/// A random life of a room, in which everything that polls are told is held against what they were told before.
class random_life {
 public:
  explicit random_life(std::uint32_t seed) : chance_{seed} {
    bench_->open();
    rules_ = rate_of(20, 10);
    rules_.max_active = 40;
    rules_.bands = {{"general", 70}, {"members", 30}};
    bench_->put_on(rules_);
  }

  void step() {
    switch (pick(12)) {
    case 0:
    case 1:
    case 2: join(); break;
    case 3: leave(); break;
    case 4: demote(); break;
    case 5: bench_->tell({{someone()}, {someone()}, {}}); break;
    case 6: change_mode(); break;
    case 7: change_rules(); break;
    case 8: restart(); break;
    default: bench_->pass(domain::millis{250 * (1 + std::int64_t{pick(40)})}); break;
    }
    check_limit();
    poll_some();
  }

  /// As of a tick the board says what the rules say.
  void check_exact() {
    bench_->pass(domain::millis{250});
    const auto& state = bench_->state();
    const auto now = bench_->under.clock.at;
    for (const auto& [place, who] : places_) {
      const auto told = bench_->poll(who, place_number{place});
      const auto is = room::standing_of(state, place_number{place}, now);
      REQUIRE(told.has_value() == is.has_value());
      if (!is) {
        continue;
      }
      CHECK(told->now.status == is->status);
      CHECK(told->now.band == is->band);
      CHECK(told->now.ahead == is->ahead);
      CHECK(told->now.waiting == is->waiting);
      CHECK(told->now.admitted == is->admitted);
      CHECK(told->now.eta == is->eta);
      // Whoever was let in before a restart has longer to come, which no fact says.
      const bool has_longer = is->status == room::place_status::admitted && told->now.until > is->until;
      CHECK((told->now.until == is->until || has_longer));
      CHECK(told->now.next_poll == is->next_poll);
    }
  }

  std::uint64_t shown = 0; ///< positions that were compared

 private:
  auto pick(std::uint32_t below) -> std::uint32_t { return static_cast<std::uint32_t>(chance_() % below); }
  auto someone() -> domain::subject_id {
    return queue_bench::subject(1 + pick(static_cast<std::uint32_t>(people_) + 1));
  }
  auto any_place() -> std::pair<std::uint32_t, std::uint64_t> {
    auto at = places_.begin();
    std::advance(at, pick(static_cast<std::uint32_t>(places_.size())));
    return *at;
  }

  void join() {
    std::vector<std::pair<std::uint64_t, std::shared_ptr<std::optional<queue_bench::join_result>>>> all;
    for (auto count = 1 + pick(30); count > 0; --count) {
      all.emplace_back(people_ + 1, bench_->send_join(people_ + 1, static_cast<std::uint8_t>(pick(2))));
      ++people_;
    }
    bench_->settle();
    for (const auto& [who, got] : all) {
      if ((*got)->has_value()) {
        const auto& told = **got;
        places_[told->place.value()] = who;
        note(told->place.value(), *told);
      }
    }
  }
  void leave() {
    if (!places_.empty()) {
      const auto [place, who] = any_place();
      bench_->leave(who, place_number{place});
    }
  }
  void demote() {
    if (!places_.empty()) {
      const auto [place, who] = any_place();
      (void)bench_->ask(room::demote{place_number{place}, "chance"});
    }
  }
  void change_mode() {
    constexpr std::array modes{room::mode::on, room::mode::on, room::mode::paused, room::mode::sold_out};
    room::switch_mode to{modes[pick(modes.size())], room::mode_cause::organiser, {}};
    if (to.to == room::mode::paused) {
      to.revoke = pick(2) == 0;
    }
    (void)bench_->ask(to);
    if (pick(20) == 0) {
      (void)bench_->ask(room::switch_mode{room::mode::off, room::mode_cause::organiser, {}});
      (void)bench_->ask(room::open_pre_queue{});
      join();
      join();
      (void)bench_->ask(room::close_pre_queue{});
      (void)bench_->ask(room::draw_lots{});
    }
  }
  void change_rules() {
    rules_.rate_milli_per_s = pick(30) * 1'000;
    rules_.max_active = 20 + pick(40);
    REQUIRE(bench_->ask(room::configure{rules_, {}, {}}).has_value());
  }
  void restart() {
    const auto now = bench_->under.clock.at;
    bench_->under.journal.release();
    bench_ = std::make_unique<queue_bench>(disk_);
    bench_->under.clock.at = now;
    bench_->open();
  }
  void check_limit() {
    const auto& state = bench_->state();
    if (state.total.admitted != admitted_) {
      admitted_ = state.total.admitted;
      CHECK(state.inside.size() <= 60);
    }
  }
  void poll_some() {
    for (int i = 0; i < 20 && !places_.empty(); ++i) {
      const auto [place, who] = any_place();
      if (const auto told = bench_->poll(who, place_number{place})) {
        note(place, *told);
      } else {
        places_.erase(place); // of before the room was off
      }
    }
  }
  void note(std::uint32_t place, const actors::place_view& told) {
    if (!told.now.ahead) {
      return;
    }
    const auto [known, first] = ahead_.try_emplace(place, *told.now.ahead);
    CHECK(*told.now.ahead <= known->second);
    CHECK(*told.now.ahead < told.now.waiting);
    known->second = *told.now.ahead;
    shown += first ? 0 : 1;
  }

  std::mt19937 chance_;
  std::shared_ptr<journal::memory_disk> disk_ = std::make_shared<journal::memory_disk>();
  std::unique_ptr<queue_bench> bench_ = std::make_unique<queue_bench>(disk_);
  room::settings rules_;
  std::uint64_t people_ = 0;
  std::uint64_t admitted_ = 0;
  std::map<std::uint32_t, std::uint64_t> places_; ///< whose
  std::map<std::uint32_t, std::uint32_t> ahead_;  ///< as it was last shown
};

} // namespace

TEST_CASE("a position that was shown never grows, and at every tick the board says what the rules say") {
  std::uint64_t shown = 0;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    random_life life{seed};
    for (int step = 0; step < 150; ++step) {
      life.step();
      if (step % 10 == 9) {
        life.check_exact();
      }
    }
    shown += life.shown;
  }
  CHECK(shown > 5'000);
}

TEST_CASE("a place is 28 bytes on the board") {
  actors::place_slots slots{place_number{}, domain::instant{}};
  constexpr std::uint32_t places = 16 * 1024;
  for (std::uint32_t i = 0; i < places; ++i) {
    slots.add({1, i}, {room::place_status::waiting, 0, i}, domain::instant{});
  }
  CHECK(slots.bytes() < places * 29 + 20'000);
}

TEST_CASE("heartbeats are kept to the second, and a place is told of once") {
  const domain::instant began{1'700'000'000'000};
  actors::place_slots slots{place_number{4}, began};
  slots.add({1, 1}, {room::place_status::silent, 0, 0}, began);
  const place_number place{5};
  CHECK_FALSE(slots.holds(place_number{4}));
  REQUIRE(slots.holds(place));
  CHECK_FALSE(slots.is_unheard(place, began + domain::seconds(40), domain::seconds(40)));
  CHECK(slots.is_unheard(place, began + domain::seconds(41), domain::seconds(40)));
  slots.beat(place, began + domain::seconds(41), true);
  slots.beat(place, began + domain::seconds(42), true);
  CHECK_FALSE(slots.is_unheard(place, began + domain::seconds(80), domain::seconds(40)));
  CHECK(slots.has_notes());
  const auto taken = slots.take_notes(10);
  CHECK(taken == std::vector{place});
  slots.beat(place, began + domain::seconds(43), true);
  CHECK_FALSE(slots.has_notes()); // its room has not heard of it yet
  slots.noted_again(taken);
  slots.beat(place, began + domain::seconds(44), true);
  CHECK(slots.take_notes(10) == std::vector{place});
}

TEST_CASE("of many who are to be told of some are taken at a time") {
  actors::place_slots slots{place_number{}, domain::instant{}};
  for (std::uint64_t who = 1; who <= 10; ++who) {
    slots.add({1, who}, {room::place_status::admitted, 0, 0}, domain::instant{});
    slots.beat(place_number{static_cast<std::uint32_t>(who)}, domain::instant{}, true);
  }
  CHECK(slots.take_notes(4).size() == 4);
  CHECK(slots.has_notes());
  CHECK(slots.take_notes(6).size() == 6);
  CHECK_FALSE(slots.has_notes());
}

TEST_CASE("polls go on while the room publishes, and see every place as it is theirs") {
  actors::queue_board board;
  room::state state;
  actors::queue_publisher publisher{board};
  const auto apply = [&](auto body) {
    const domain::fact fact{domain::instant{1'700'000'000'000}, {}, std::move(body)};
    room::apply(state, fact);
    publisher.note(fact, state);
  };
  apply(room::mode_changed{room::mode::on, room::mode_cause::organiser, {}, {}});
  publisher.publish_places(state, state.time);
  publisher.publish_view(state, false);
  constexpr std::uint32_t people = 40'000;
  std::atomic<std::uint32_t> joined{0};
  std::atomic<bool> wrong{false};
  const auto reader = [&] {
    std::vector<std::uint32_t> last(people + 1, UINT32_MAX);
    std::minstd_rand chance{7};
    while (joined.load() < people) {
      const auto known = joined.load();
      if (known == 0) {
        continue;
      }
      const auto number = static_cast<std::uint32_t>(1 + chance() % known);
      const auto told = board.poll({1, number}, place_number{number}, state.time);
      if (!told || !told->now.ahead || *told->now.ahead > last[number]) {
        wrong = true;
        return;
      }
      last[number] = *told->now.ahead;
    }
  };
  {
    std::jthread first{reader};
    std::jthread second{reader};
    for (std::uint32_t number = 1; number <= people && !wrong; number += 100) {
      room::joined some{place_number{number}, {}};
      for (std::uint32_t i = 0; i < 100; ++i) {
        some.people.push_back({{1, number + i}, 0});
      }
      apply(std::move(some));
      publisher.publish_places(state, state.time);
      if (number % 1'000 == 1) {
        publisher.publish_view(state, false);
      }
      joined = number + 99;
    }
    joined = people;
  }
  CHECK_FALSE(wrong);
}

} // namespace holdfast::testing
