#include "tests/actors/running_engine.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using actors::admission;
using room::place_number;
using room::place_status;

/// An engine with a waiting room before its event.
class room_engine : public running_engine {
 public:
  using running_engine::running_engine;

  auto hold(std::uint64_t who, domain::seat_index seat, place_number place) -> actors::answer {
    return ask(running_engine::hold(who, seat), place);
  }

  using join_result = tl::expected<actors::place_view, actors::room_refusal>;
  auto join(std::uint64_t who) -> join_result {
    auto promise = std::make_shared<std::promise<join_result>>();
    auto got = promise->get_future();
    engine->rooms().join(event, {1, who}, 0, {},
                         [promise](join_result result) { promise->set_value(std::move(result)); });
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    return got.get();
  }

  auto place_of(std::uint64_t who) -> place_number {
    const auto got = join(who);
    REQUIRE(got.has_value());
    return got->place;
  }

  auto status(std::uint64_t who, place_number place) -> std::optional<place_status> {
    const auto told = engine->rooms().poll(event, {1, who}, place);
    return told ? std::optional{told->now.status} : std::nullopt;
  }

  void put_room_on(std::optional<std::uint32_t> max_active) {
    room::settings rules;
    rules.rate_milli_per_s = 1'000'000;
    rules.batch = 1'000;
    rules.max_active = max_active;
    rules.admission = domain::minutes(30); // so that a hold runs out before it
    REQUIRE(tell(room::configure{rules, {}, {}}).has_value());
    REQUIRE(tell(room::switch_mode{room::mode::on, {}, {}}).has_value());
  }
};

} // namespace

TEST_CASE("a buyer waits, is let in, holds and buys, and the next one is let in for it") {
  room_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale();
  CHECK(run.engine->rooms().room(room_engine::event) == nullptr);
  CHECK(run.hold(9, 9, {}).status == 201); // no room yet
  run.put_room_on(1);
  const auto first = run.place_of(1);
  const auto second = run.place_of(2);
  REQUIRE(eventually([&] { return run.status(1, first) == place_status::active; }));
  CHECK(run.status(2, second) == place_status::waiting);
  CHECK(run.hold(2, 1, second).status == 503);
  CHECK(run.hold(1, 0, {}).status == 503);
  REQUIRE(run.hold(1, 0, first).status == 201);
  // The buyer's hold runs out: they are done, and the next one's turn comes.
  for (int step = 0; step < 60 && run.status(1, first) != place_status::gave_up; ++step) {
    CHECK(run.status(2, second).has_value()); // whoever polls is there when it is their turn
    const auto ticks = run.engine->metrics().queue_ticks.load();
    run.clock->turn(domain::seconds(10));
    REQUIRE(eventually([&] { return run.engine->metrics().queue_ticks.load() > ticks + 1; }));
  }
  CHECK(run.status(1, first) == place_status::gave_up);
  REQUIRE(eventually([&] { return room::is_inside(run.status(2, second).value_or(place_status::left)); }));
  CHECK(run.hold(1, 0, first).status == 503);
  CHECK(run.engine->metrics().holds_unadmitted >= 3);
  CHECK(run.engine->metrics().queue_joins == 2);
  CHECK(run.engine->room_totals().rooms == 1);
  run.engine->stop();
}

TEST_CASE("places, admissions and the mode outlive the server, before anybody is served") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  place_number in;
  place_number waits;
  {
    room_engine run{disk, clock};
    run.put_on_sale();
    run.put_room_on(1);
    in = run.place_of(1);
    waits = run.place_of(2);
    REQUIRE(eventually([&] { return run.status(1, in) == place_status::active; }));
    run.engine->stop();
  }
  room_engine run{disk, clock};
  CHECK(run.engine->rooms().admits(room_engine::event, {1, 1}, in) == admission::granted);
  CHECK(run.engine->rooms().admits(room_engine::event, {1, 2}, waits) == admission::required);
  CHECK(run.hold(2, 0, waits).status == 503);
  CHECK(run.hold(1, 0, in).status == 201);
  CHECK(run.place_of(2) == waits);
}

TEST_CASE("a room that was off is found again when somebody looks at it") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  {
    room_engine run{disk, clock};
    run.put_on_sale();
    run.put_room_on(5);
    REQUIRE(run.tell(room::switch_mode{room::mode::off, {}, {}}).has_value());
    run.engine->stop();
  }
  room_engine run{disk, clock};
  CHECK(run.engine->rooms().admits(room_engine::event, {1, 1}, {}) == admission::not_needed);
  REQUIRE(eventually([&] { return run.engine->rooms().room(room_engine::event) != nullptr; }));
  CHECK(run.engine->rooms().room(room_engine::event)->rules.max_active == 5);
}

TEST_CASE("an event that does not exist has no waiting room") {
  room_engine run{nullptr, std::make_shared<shared_clock>()};
  const auto got = run.tell(room::switch_mode{room::mode::on, {}, {}}, domain::event_id{4711});
  REQUIRE_FALSE(got.has_value());
  CHECK(std::get<actors::room_unavailable>(got.error()).why == actors::room_unavailable::reason::no_event);
  const auto joined = run.join(1);
  REQUIRE_FALSE(joined.has_value());
  CHECK(std::get<room::refusal>(joined.error()).why == room::refusal::reason::room_off);
}

TEST_CASE("a thousand people who come at once each have one place, in an order that holds") {
  room_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale();
  room::settings rules;
  rules.rate_milli_per_s = 0;
  REQUIRE(run.tell(room::configure{rules, {}, {}}).has_value());
  REQUIRE(run.tell(room::switch_mode{room::mode::on, {}, {}}).has_value());
  std::mutex mutex;
  std::vector<std::uint32_t> places;
  std::vector<std::jthread> crowd;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    crowd.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 500; ++i) {
        // Everybody asks twice, from two threads.
        run.engine->rooms().join(room_engine::event, {1, 1 + thread / 2 * 500 + i}, 0, {},
                                 [&](room_engine::join_result got) {
                                   const std::lock_guard lock{mutex};
                                   places.push_back(got ? got->place.value() : 0);
                                 });
      }
    });
  }
  crowd.clear();
  REQUIRE(eventually([&] {
    const std::lock_guard lock{mutex};
    return places.size() == 2'000;
  }));
  std::ranges::sort(places);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    REQUIRE(places[2 * std::size_t{i}] == i + 1);
    REQUIRE(places[2 * std::size_t{i} + 1] == i + 1);
  }
}

TEST_CASE("leaves of the draw are read beside the room") {
  room_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale();
  REQUIRE(run.tell(room::open_pre_queue{}).has_value());
  for (std::uint64_t who = 1; who <= 5; ++who) {
    run.place_of(who);
  }
  REQUIRE(run.tell(room::close_pre_queue{}).has_value());
  using leaves_result = tl::expected<std::vector<room::digest>, actors::room_refusal>;
  const auto leaves = [&](domain::event_id event, std::uint32_t from, std::uint32_t limit) {
    auto promise = std::make_shared<std::promise<leaves_result>>();
    auto got = promise->get_future();
    run.engine->rooms().leaves(event, from, limit,
                               [promise](leaves_result result) { promise->set_value(std::move(result)); });
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    return got.get();
  };
  CHECK(leaves(room_engine::event, 0, 10)->size() == 5);
  const auto some = leaves(room_engine::event, 3, 1);
  REQUIRE(some->size() == 1);
  CHECK(some->front() == room::leaf_hash(4, {1, 4}, 0));
  CHECK(leaves(room_engine::event, 5, 1)->empty());
  CHECK_FALSE(leaves(domain::event_id{4711}, 0, 1).has_value());
}

} // namespace holdfast::testing
