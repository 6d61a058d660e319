#include "actors/queue_port.hpp"
#include "tests/actors/running_engine.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::testing {

namespace {

auto ten_seats_from(domain::seat_index first) -> domain::hold_seats {
  domain::hold_seats row;
  for (auto seat = first; seat < first + 10; ++seat) {
    row.seats.push_back(seat);
  }
  return row;
}

namespace line = domain::queue;

/// A running engine whose event has a waitlist, and a box office that holds every place but those of the second row.
class waitlist_engine : public running_engine {
 public:
  using running_engine::running_engine;

  void put_on_sale_with_waitlist() {
    put_on_sale();
    domain::event_amendment opens;
    opens.waitlist_offer = domain::hours(1);
    opens.max_per_order = 100;
    REQUIRE(ask({.by = organiser(), .id = {}, .body = domain::amend_event{{}, opens}}).status == 201);
    domain::hold_seats floor;
    floor.areas = {{0, 100}};
    sell(floor);
    const auto row = ten_seats_from(0);
    sell(row);
  }

  /// Holds and sells at the till.
  void sell(domain::hold_seats what) {
    REQUIRE(ask({.by = office(), .id = {}, .body = std::move(what)}).status == 201);
    ++holds;
    REQUIRE(ask({.by = office(),
                 .id = {},
                 .body = domain::confirm_hold{domain::hold_number{holds}, domain::payment_record{}}})
                .status == 201);
  }

  static auto office() -> domain::caller { return organiser(domain::caller::kind::box_office); }

  static auto join_list(std::uint64_t who, std::uint32_t seats) -> domain::command {
    domain::caller by;
    by.as = domain::caller::kind::buyer;
    by.subject = {1, who};
    domain::waitlist_choice choice;
    choice.groups = {seats};
    choice.each_max = domain::limits::price_max;
    return {.by = by, .id = {}, .body = domain::join_waitlist{{choice}, {}}};
  }

  void switch_room(line::mode to) { tell(line::switch_mode{to, {}, {}}); }

  void tell(line::command_body what) {
    using result = tl::expected<std::shared_ptr<const actors::room_view>, actors::room_refusal>;
    auto promise = std::make_shared<std::promise<bool>>();
    auto got = promise->get_future();
    engine->rooms().command(event, {organiser(), {}, std::move(what)}, {},
                            [promise](const result& told) { promise->set_value(told.has_value()); });
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    REQUIRE(got.get());
  }

  auto stand_in_line(std::uint64_t who) -> line::place_number {
    using result = tl::expected<actors::place_view, actors::room_refusal>;
    auto promise = std::make_shared<std::promise<line::place_number>>();
    auto got = promise->get_future();
    engine->rooms().join(event, {1, who}, 0, {}, [promise](const result& told) {
      promise->set_value(told ? told->place : line::place_number{});
    });
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    const auto place = got.get();
    REQUIRE(place);
    return place;
  }

  /// A room that lets in nobody by itself.
  void put_room_on() {
    line::settings rules;
    rules.rate_milli_per_s = 1;
    rules.batch = 1;
    rules.max_active = 1;
    tell(line::configure{rules, {}, {}});
    switch_room(line::mode::on);
  }

  auto room_mode() -> line::mode {
    const auto room = engine->rooms().room(event);
    return room ? room->mode : line::mode::off;
  }

  std::uint32_t holds = 0;
};

} // namespace

TEST_CASE("however many ask at once, what is released goes to those who wait, and to each once") {
  waitlist_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale_with_waitlist();
  const auto row = ten_seats_from(10);
  REQUIRE(run.ask({.by = waitlist_engine::office(), .id = {}, .body = row}).status == 201);
  for (std::uint64_t who = 1; who <= 7; ++who) {
    REQUIRE(run.ask(waitlist_engine::join_list(who, 2)).status == 201);
  }
  std::atomic<int> overtaken{0};
  {
    std::vector<std::jthread> crowd;
    for (std::uint64_t thread = 0; thread < 3; ++thread) {
      crowd.emplace_back([&run, &overtaken, thread] {
        for (domain::seat_index seat = 10; seat < 20; ++seat) {
          overtaken += run.ask(running_engine::hold(100 + thread, seat)).status == 201 ? 1 : 0;
        }
      });
    }
    REQUIRE(run.ask({.by = waitlist_engine::office(), .id = {}, .body = domain::release_hold{domain::hold_number{3}}})
                .status == 201);
  }
  CHECK(overtaken == 0);
  CHECK(eventually(
      [&] { return run.engine->metrics().holds.load() == 3 + 5; })); // the box office's, and five pairs of ten seats
}

TEST_CASE("a place in the line of what is sold out is a rank on the waitlist, for good") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  std::vector<line::place_number> places;
  {
    waitlist_engine run{disk, clock};
    run.put_on_sale_with_waitlist();
    run.put_room_on();
    for (std::uint64_t who = 1; who <= 5; ++who) {
      places.push_back(run.stand_in_line(who));
    }
    const auto& rooms = run.engine->rooms();
    // The first may be let in, or is about to be; the others wait.
    REQUIRE(eventually([&] { return rooms.rank(running_engine::event, {1, 5}, places[4]).has_value(); }));
    CHECK(rooms.rank(running_engine::event, {1, 3}, places[2]) == 3);
    CHECK(rooms.rank(running_engine::event, {1, 5}, places[4]) == 5);
    CHECK_FALSE(rooms.rank(running_engine::event, {1, 4}, places[4]).has_value());
    CHECK_FALSE(rooms.rank(domain::event_id{5}, {1, 5}, places[4]).has_value());
    CHECK(run.ask(waitlist_engine::join_list(3, 2), places[2]).status ==
          503); // seats are to be had by standing in the line
    const auto row = ten_seats_from(10);
    run.sell(row);
    REQUIRE(eventually([&] { return run.room_mode() == line::mode::sold_out; }));
    CHECK(run.ask(waitlist_engine::join_list(5, 10), places[4]).status == 201);
    CHECK(run.ask(waitlist_engine::join_list(3, 10), places[2]).status == 201);
    CHECK(run.ask(waitlist_engine::join_list(6, 10), {}).status == 503);
    run.engine->stop();
  }
  waitlist_engine run{disk, clock};
  const auto& rooms = run.engine->rooms();
  CHECK(rooms.rank(running_engine::event, {1, 5}, places[4]) == 5);
  CHECK(run.room_mode() == line::mode::sold_out);
  // One row comes back: it is offered to the third in the line, who came on the waitlist after the fifth, and the line stands still.
  REQUIRE(
      run.ask({.by = running_engine::organiser(), .id = {}, .body = domain::take_back_order{domain::hold_number{2}}})
          .status == 201);
  CHECK(eventually([&] { return run.engine->metrics().holds.load() == 1; }));
  auto leaves = waitlist_engine::join_list(3, 1);
  leaves.body = domain::leave_waitlist{};
  CHECK(run.ask(leaves).status == 201); // what was offered goes on to the next
  CHECK(eventually([&] { return run.engine->metrics().releases.load() == 1; }));
  CHECK(eventually([&] { return run.engine->metrics().holds.load() == 2; }));
  CHECK(run.room_mode() == line::mode::sold_out);
  auto next = waitlist_engine::join_list(5, 1);
  next.body = domain::leave_waitlist{};
  REQUIRE(run.ask(next).status == 201);
  CHECK(eventually([&] { return run.room_mode() == line::mode::on; }));
  // A later line is behind an earlier one.
  run.switch_room(line::mode::off);
  CHECK_FALSE(rooms.rank(running_engine::event, {1, 5}, places[4]).has_value());
  run.put_room_on();
  run.stand_in_line(7);
  const auto last = run.stand_in_line(8);
  REQUIRE(eventually([&] { return rooms.rank(running_engine::event, {1, 8}, last).has_value(); }));
  CHECK(*rooms.rank(running_engine::event, {1, 8}, last) > 5);
}

TEST_CASE("what came back before the server ended is offered after the start without anybody asking") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  {
    waitlist_engine run{disk, clock};
    run.put_on_sale_with_waitlist();
    const auto row = ten_seats_from(10);
    run.sell(row);
    REQUIRE(run.ask(waitlist_engine::join_list(1, 10)).status == 201);
    run.journal.set_mode(journal::journal_mode::no_new_holds); // it ends between the two
    REQUIRE(
        run.ask({.by = running_engine::organiser(), .id = {}, .body = domain::take_back_order{domain::hold_number{2}}})
            .status == 201);
    CHECK(eventually([&] { return run.engine->metrics().holds.load() == 3; }));
    run.engine->stop();
  }
  waitlist_engine run{disk, clock};
  CHECK(eventually([&] { return run.engine->metrics().holds.load() == 1; }));
}

TEST_CASE("what came back before the sale opens is offered when it does, without anybody asking") {
  const auto clock = std::make_shared<shared_clock>();
  waitlist_engine run{nullptr, clock};
  run.put_on_sale_with_waitlist();
  const auto row = ten_seats_from(10);
  REQUIRE(run.ask({.by = waitlist_engine::office(), .id = {}, .body = row}).status == 201);
  REQUIRE(run.ask(waitlist_engine::join_list(1, 2)).status == 201);
  domain::event_amendment later;
  later.sale_opens_at = clock->now() + domain::minutes(5);
  REQUIRE(run.ask({.by = running_engine::organiser(), .id = {}, .body = domain::amend_event{{}, later}}).status == 201);
  REQUIRE(run.ask({.by = waitlist_engine::office(), .id = {}, .body = domain::release_hold{domain::hold_number{3}}})
              .status == 201);
  CHECK(eventually([&] { return run.engine->metrics().holds.load() == 3; }));
  clock->turn(domain::minutes(5));
  CHECK(eventually([&] { return run.engine->metrics().holds.load() == 4; }));
}

} // namespace holdfast::testing
