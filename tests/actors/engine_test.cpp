#include "actors/directory.hpp"
#include "tests/actors/running_engine.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace holdfast::testing {

TEST_CASE("an event that nobody uses leaves memory, and its holds expire all the same") {
  const auto clock = std::make_shared<shared_clock>();
  running_engine run{nullptr, clock, domain::millis{100}};
  run.put_on_sale();
  REQUIRE(run.ask(running_engine::hold(1, 0)).status == 201);
  clock->turn(domain::seconds(1));
  REQUIRE(eventually([&] { return run.engine->loaded_events() == 0; }));
  clock->turn(domain::minutes(10));
  CHECK(eventually([&] { return run.engine->metrics().expiries.load() == 1; }));
  CHECK(run.ask(running_engine::hold(2, 0)).status == 201);
}

TEST_CASE("a hold that ran out while the server was down is ended after the start without anybody asking") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  {
    running_engine run{disk, clock};
    run.put_on_sale();
    REQUIRE(run.ask(running_engine::hold(1, 0)).status == 201);
    run.engine->stop();
  }
  clock->turn(domain::hours(1));
  running_engine run{disk, clock};
  CHECK(eventually([&] { return run.engine->metrics().expiries.load() == 1; }));
}

TEST_CASE("many threads fight for twenty seats and each is held once") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale();
  std::atomic<int> won{0};
  {
    std::vector<std::jthread> crowd;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      crowd.emplace_back([&run, &won, thread] {
        for (domain::seat_index seat = 0; seat < 20; ++seat) {
          for (std::uint64_t attempt = 0; attempt < 5; ++attempt) {
            const auto who = 1 + seat * 100 + thread * 10 + attempt;
            won += run.ask(running_engine::hold(who, seat)).status == 201 ? 1 : 0;
          }
        }
      });
    }
  }
  CHECK(won == 20);
  CHECK(eventually([&] { return run.engine->in_flight() == 0; }));
  CHECK(run.engine->views().metrics().double_sales_detected.load() == 0);
}

TEST_CASE("an event without a credit left refuses at the door") {
  running_engine run{nullptr, std::make_shared<shared_clock>(), domain::minutes(2), 1};
  run.put_on_sale();
  // Four at a time have one credit between them; which of them is refused, and when, is for the threads to find out.
  constexpr std::uint64_t tries = 20'000;
  std::atomic<std::uint64_t> refused{0};
  {
    std::vector<std::jthread> crowd;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      crowd.emplace_back([&run, &refused, thread] {
        for (std::uint64_t i = 0; i < tries && refused == 0; ++i) {
          refused += run.ask(running_engine::hold(1 + thread + 4 * i, 0)).status == 503 ? 1 : 0;
        }
      });
    }
  }
  CHECK(refused > 0);
  CHECK(run.engine->metrics().refused_overload.load() == refused);
}

TEST_CASE("an event that does not exist is not found, and makes no actor") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  const auto answer = run.ask(running_engine::hold(1, 0));
  CHECK(answer.body == "reason " + std::to_string(static_cast<int>(domain::reason::not_found)));
  CHECK(run.engine->loaded_events() == 0);
}

TEST_CASE("stopping answers everybody, and what was acknowledged is there afterwards") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  int acknowledged = 0;
  {
    running_engine run{disk, clock};
    run.put_on_sale();
    std::vector<std::shared_ptr<waited_answer>> sent;
    for (domain::seat_index seat = 0; seat < 20; ++seat) {
      sent.push_back(run.send(running_engine::hold(seat + 1, seat)));
    }
    run.engine->stop();
    for (const auto& answer : sent) {
      acknowledged += answer->wait().status == 201 ? 1 : 0;
    }
  }
  running_engine run{disk, clock};
  int taken = 0;
  for (domain::seat_index seat = 0; seat < 20; ++seat) {
    taken += run.ask(running_engine::hold(100 + seat, seat)).status == 201 ? 0 : 1;
  }
  CHECK(taken == acknowledged);
}

TEST_CASE("the first key is made once, also when the first attempt was cut short") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  CHECK(run.engine->needs_first_key());
  domain::create_key first;
  first.key = domain::key_id{3};
  first.name = "first";
  first.scopes = domain::key_scope::admin;
  first.secret_hash[0] = 1;
  CHECK(run.engine->bootstrap("Default", first));
  CHECK_FALSE(run.engine->needs_first_key());
  CHECK(run.engine->directory()->keys().size() == 1);
}

TEST_CASE(
    "keys and slugs that no journal tells of are known beside those that it does, and a revocation from either side counts") {
  actors::organisation_directory known;
  const auto key = [](std::uint64_t id, std::uint64_t organisation, std::int64_t revoked_ms) {
    actors::key_record made;
    made.key = domain::key_id{id};
    made.organisation = domain::organisation_id{organisation};
    if (revoked_ms > 0) {
      made.revoked_at = domain::instant{revoked_ms};
    }
    return made;
  };
  domain::organisation_state first;
  first.id = domain::organisation_id{1};
  first.name = "First";
  known.load(first);
  known.know({key(1, 1, 0), key(2, 1, 0)});
  known.know({key(1, 1, 500), key(2, 1, 0), key(1, 2, 0)});
  known.know({key(1, 1, 0)});
  const auto view = known.view();
  REQUIRE(view->keys().size() == 3);
  CHECK(view->keys()[0].revoked_at == domain::instant{500});
  CHECK_FALSE(view->keys()[1].revoked_at.has_value());
  CHECK(view->keys()[2].organisation == domain::organisation_id{2});
  CHECK_FALSE(view->is_lost(domain::organisation_id{1}));
  CHECK(view->is_lost(domain::organisation_id{2}));
  known.know(std::vector<std::pair<std::string, domain::event_id>>{{"tosca", domain::event_id{7}}});
  CHECK(known.view()->event_of_slug("tosca") == domain::event_id{7});
  CHECK(known.view()->organisations().size() == 1);
}

} // namespace holdfast::testing
