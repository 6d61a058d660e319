#include "tests/actors/queue_bench.hpp"
#include "tests/actors/running_engine.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>

/// Pauses in which no admission is worth anything, as polls and holds see them.
namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using actors::admission;
using room::place_number;
using room::place_status;

auto paused_so(bool revoke) -> room::switch_mode {
  return {room::mode::paused, room::mode_cause::organiser, "the hall is cleared", revoke};
}

auto on_again() -> room::switch_mode {
  return {room::mode::on, room::mode_cause::organiser, {}};
}

/// Two are inside, of whom the first has come.
struct two_inside : closed_line {
  explicit two_inside(std::shared_ptr<journal::memory_disk> disk = nullptr) : closed_line{std::move(disk)} {
    first = place_of(1);
    second = place_of(2);
    let_in(100, 50);
    pass(domain::millis{250});
    REQUIRE(poll(1, first).has_value());
    pass(domain::millis{250});
    REQUIRE(status(1, first) == place_status::active);
    REQUIRE(status(2, second) == place_status::admitted);
  }
  place_number first;
  place_number second;
};

} // namespace

TEST_CASE("while admissions are revoked the board admits nobody, and everybody who was inside after it") {
  two_inside bench;
  REQUIRE(bench.ask(paused_so(true)).has_value());
  CHECK(bench.room().revoked);
  CHECK(bench.admits(1, bench.first) == admission::required);
  CHECK(bench.admits(2, bench.second) == admission::required);
  CHECK(bench.poll(1, bench.first)->revoked);
  CHECK_FALSE(bench.poll(3, bench.place_of(3))->revoked);
  // Longer than any admission.
  bench.pass(domain::minutes(30));
  CHECK(bench.status(1, bench.first) == place_status::active);
  CHECK(bench.status(2, bench.second) == place_status::admitted);
  CHECK(bench.admits(1, bench.first) == admission::required);
  const auto before = bench.poll(1, bench.first)->now.until;
  REQUIRE(bench.ask(on_again()).has_value());
  CHECK_FALSE(bench.room().revoked);
  CHECK(bench.admits(1, bench.first) == admission::granted);
  CHECK(bench.admits(2, bench.second) == admission::granted);
  CHECK(*bench.poll(1, bench.first)->now.until - *before == domain::minutes(30));
  bench.pass(domain::seconds(29));
  CHECK(bench.admits(1, bench.first) == admission::granted);
  bench.pass(domain::minutes(10));
  CHECK(bench.status(1, bench.first) == place_status::ran_out);
}

TEST_CASE("who polled in vain while admissions were revoked comes with the first poll after it") {
  two_inside bench;
  REQUIRE(bench.ask(paused_so(true)).has_value());
  for (int polls = 0; polls < 6; ++polls) {
    REQUIRE(bench.poll(2, bench.second).has_value());
    bench.pass(domain::seconds(20));
  }
  CHECK(bench.status(2, bench.second) == place_status::admitted);
  REQUIRE(bench.ask(on_again()).has_value());
  bench.pass(domain::seconds(20)); // a heartbeat
  REQUIRE(bench.poll(2, bench.second).has_value());
  bench.pass(domain::millis{250});
  CHECK(bench.status(2, bench.second) == place_status::active);
}

TEST_CASE("a pause that revokes outlasts the server, and so does what is left of admissions") {
  const auto disk = std::make_shared<journal::memory_disk>();
  domain::instant now;
  {
    two_inside bench{disk};
    REQUIRE(bench.ask(paused_so(true)).has_value());
    now = bench.under.clock.at;
    bench.under.journal.release();
  }
  queue_bench bench{disk};
  bench.under.clock.at = now + domain::hours(1);
  bench.open();
  CHECK(bench.room().revoked);
  CHECK(bench.admits(1, place_number{1}) == admission::required);
  bench.pass(domain::minutes(1));
  REQUIRE(bench.ask(on_again()).has_value());
  CHECK(bench.admits(1, place_number{1}) == admission::granted);
  CHECK(bench.admits(2, place_number{2}) == admission::granted);
}

TEST_CASE("the event refuses holds of those inside while admissions are revoked, and takes them again after it") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale();
  REQUIRE(run.tell(room::switch_mode{room::mode::on, {}, {}}).has_value());
  auto joined = std::make_shared<std::promise<place_number>>();
  auto got = joined->get_future();
  run.engine->rooms().join(running_engine::event, {1, 1}, 0, {},
                           [joined](const tl::expected<actors::place_view, actors::room_refusal>& told) {
                             joined->set_value(told ? told->place : place_number{});
                           });
  REQUIRE(got.wait_for(patience) == std::future_status::ready);
  const auto place = got.get();
  REQUIRE(eventually([&] {
    const auto told = run.engine->rooms().poll(running_engine::event, {1, 1}, place);
    return told && told->now.status == place_status::active;
  }));
  REQUIRE(run.tell(paused_so(true)).has_value());
  const auto no = run.ask(running_engine::hold(1, 0), place);
  CHECK(no.body == "refusal " + std::to_string(static_cast<int>(actors::refusal::admission_required)));
  REQUIRE(run.tell(paused_so(false)).has_value());
  CHECK(run.ask(running_engine::hold(1, 0), place).status == 201);
  REQUIRE(run.tell(paused_so(true)).has_value());
  CHECK(run.ask(running_engine::hold(1, 1), place).status == no.status);
  REQUIRE(run.tell(on_again()).has_value());
  CHECK(run.ask(running_engine::hold(1, 1), place).status == 201);
  run.engine->stop();
}

} // namespace holdfast::testing
