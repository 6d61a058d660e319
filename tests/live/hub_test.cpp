#include "projections/live/live_ports.hpp"
#include "tests/live/frame_reader.hpp"
#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Whatever the order in which facts, ticks, rebuilds, loads and viewers come: a viewer who applies what they are told has the
/// seat map of the seq that they are told.
namespace holdfast::live_test {

using namespace projections;
using projections_test::pumped_world;
using projections_test::sales;
using projections_test::view_answer;

namespace {

/// Passes news on to the viewers of a test.
class test_listener final : public live_listener {
 public:
  void publish(const std::shared_ptr<const live_batch>& news) noexcept override {
    for (const auto& update : *news) {
      for (auto& [who, to] : inboxes_[update.event]) {
        to->push_back(update.frame);
      }
    }
  }
  using inbox = std::shared_ptr<std::deque<live_frame_ptr>>;
  void join(domain::event_id event, std::uint64_t who, const inbox& to) { inboxes_[event][who] = to; }
  void leave(domain::event_id event, std::uint64_t who) { inboxes_[event].erase(who); }

 private:
  std::map<domain::event_id, std::map<std::uint64_t, inbox>> inboxes_;
};

/// Somebody with a seat map and, at times, a connection.
struct viewer {
  std::uint64_t number = 0;
  domain::event_id event;
  std::optional<client_map> map;
  std::shared_ptr<live_place> place;
  test_listener::inbox inbox = std::make_shared<std::deque<live_frame_ptr>>();
  bool asked = false;                    ///< for a connection
  std::shared_ptr<view_answer> fetching; ///< the status
  std::vector<read_frame> kept;          ///< that came while it is fetched
  bool ended = false;                    ///< told that it cannot be watched
};

struct tally {
  std::uint64_t deltas = 0, resets = 0, resumes = 0, starts = 0, not_found = 0, ends = 0, fetches = 0;

  auto operator+=(const tally& more) -> tally& {
    deltas += more.deltas;
    resets += more.resets;
    resumes += more.resumes;
    starts += more.starts;
    not_found += more.not_found;
    ends += more.ends;
    fetches += more.fetches;
    return *this;
  }
};

auto narrow(model::dice& dice) -> view_settings {
  view_settings settings;
  settings.ring.batches_max = dice.between(1, 12);
  settings.ring.groups_max = dice.between(1, 20);
  settings.runner.groups_per_step = dice.between(1, 9);
  settings.inventory.kept_groups_max = dice.between(1, 30);
  settings.inventory.kept_unread = {static_cast<std::int64_t>(dice.between(100, 2'000))};
  settings.inventory.live.ring.kept = {static_cast<std::int64_t>(dice.between(100, 3'000))};
  settings.inventory.live.ring.bytes_max = dice.chance(50) ? dice.between(1, 2'000) : 1'000'000;
  settings.inventory.live.viewers_every_tick = dice.between(1, 4);
  return settings;
}

class run {
 public:
  explicit run(std::uint64_t seed) : sales_{seed, 3}, world_{narrow(sales_.dice())} {
    world_.views().listen(listener_);
    for (std::uint64_t i = 0; i < 6; ++i) {
      viewer fresh;
      fresh.number = i;
      fresh.event = sales_.events()[i % sales_.events().size()];
      viewers_.push_back(std::move(fresh));
    }
  }

  void step() {
    auto& dice = sales_.dice();
    const auto what = dice.below(100);
    if (what < 30) {
      if (const auto made = sales_.random_command(world_.now())) {
        world_.append(*made);
      }
    } else if (what < 45) {
      world_.pump_journal();
    } else if (what < 70) {
      for (auto turns = dice.between(1, 12); turns > 0 && world_.run_some(dice);) {
        --turns;
      }
    } else if (what < 85) {
      world_.pass({static_cast<std::int64_t>(dice.between(50, 200))});
    } else if (what < 86) {
      static_cast<void>(world_.views().rebuild("inventory"));
    } else {
      change(viewers_[dice.index(viewers_.size())]);
    }
    for (auto& each : viewers_) {
      look(each);
    }
  }

  /// Everybody connects, everything is told: all have the newest state.
  void finish() {
    for (int round = 0; round < 40; ++round) {
      for (auto& each : viewers_) {
        if (!each.place && !each.asked) {
          connect(each, each.map ? std::optional{each.map->seq} : std::nullopt);
        }
      }
      world_.settle();
      world_.pass(domain::millis{100});
      world_.settle();
      for (auto& each : viewers_) {
        look(each);
      }
    }
    for (auto& each : viewers_) {
      const auto seq = sales_.state(each.event).seq();
      CAPTURE(each.number);
      if (seq == 0) {
        CHECK_FALSE(each.place);
        continue;
      }
      REQUIRE(each.map);
      CHECK(each.map->seq == seq);
    }
  }

  tally seen;

 private:
  void change(viewer& who) {
    auto& dice = sales_.dice();
    if (who.place && dice.chance(60)) {
      drop(who);
    } else if (!who.place && !who.asked) {
      std::optional<std::uint64_t> since;
      if (who.map) {
        since = who.map->seq;
      }
      if (dice.chance(10)) {
        since = dice.below(200); // too old, of the future, or by chance right
        who.map.reset();
      }
      connect(who, since);
    }
  }

  void drop(viewer& who) {
    listener_->leave(who.event, who.number);
    who.place.reset();
    who.inbox = std::make_shared<std::deque<live_frame_ptr>>();
    who.fetching.reset();
    who.kept.clear();
  }

  void connect(viewer& who, std::optional<std::uint64_t> since) {
    who.asked = true;
    who.ended = false;
    world_.views().watch(who.event, since, [this, &who, since](read_outcome outcome, live_start start) {
      who.asked = false;
      if (outcome != read_outcome::ok) {
        ++seen.not_found;
        return;
      }
      ++seen.starts;
      REQUIRE(start.frames.size() >= 1);
      const auto hello = read_frame_of(start.frames[0]->payload());
      CHECK(hello.type == read_frame::kind::hello);
      const bool reset =
          start.frames.size() == 2 && read_frame_of(start.frames[1]->payload()).type == read_frame::kind::reset;
      if (since && !reset) {
        ++seen.resumes;
        CHECK(hello.seq == *since);
      }
      who.place = std::move(start.place);
      who.inbox->assign(start.frames.begin(), start.frames.end());
      listener_->join(who.event, who.number, who.inbox);
      // Without a status of its own it has to fetch one, as of what hello says.
      if (!who.map) {
        fetch(who, hello.seq);
      }
    });
  }

  void fetch(viewer& who, std::uint64_t min_seq) {
    ++seen.fetches;
    who.kept.clear();
    who.fetching = std::make_shared<view_answer>();
    world_.views().seats_binary(who.event, min_seq, projections_test::into(who.fetching));
  }

  void look(viewer& who) {
    while (who.place && !who.inbox->empty()) {
      const auto next = who.inbox->front();
      who.inbox->pop_front();
      if (!next) {
        ++seen.ends;
        drop(who);
        return;
      }
      take(who, read_frame_of(next->payload()));
    }
    if (who.fetching && who.fetching->outcome) {
      if (*who.fetching->outcome != read_outcome::ok) {
        fetch(who, 0); // behind, or the event was just loaded anew
        return;
      }
      who.map = read_seats(who.fetching->body->bytes);
      who.fetching.reset();
      compare(who);
      for (const auto& each : std::exchange(who.kept, {})) {
        take(who, each);
      }
    }
  }

  void take(viewer& who, const read_frame& frame) {
    switch (frame.type) {
    case read_frame::kind::hello: break;
    case read_frame::kind::reset:
      ++seen.resets;
      who.map.reset();
      fetch(who, frame.seq);
      break;
    case read_frame::kind::delta:
      if (who.fetching) {
        who.kept.push_back(frame);
      } else {
        ++seen.deltas;
        apply(*who.map, frame);
        compare(who);
      }
      break;
    }
  }

  void compare(const viewer& who) {
    const auto* should = sales_.at(who.event, who.map->seq);
    CAPTURE(who.map->seq);
    REQUIRE(should != nullptr);
    CHECK(who.map->seats == should->seats);
    CHECK(who.map->areas == should->area_available);
  }

  sales sales_;
  pumped_world world_;
  std::shared_ptr<test_listener> listener_ = std::make_shared<test_listener>();
  std::deque<viewer> viewers_;
};

} // namespace

TEST_CASE("whoever applies what they are told has the map of the seq that they are told") {
  tally all;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    run one{seed};
    for (int i = 0; i < 700; ++i) {
      one.step();
    }
    one.finish();
    all += one.seen;
  }
  // A path that no run took was not tested.
  MESSAGE(all.deltas << " deltas, " << all.resets << " resets, " << all.resumes << " resumes, " << all.starts
                     << " starts, " << all.not_found << " not found, " << all.fetches << " fetches, " << all.ends
                     << " ends");
  CHECK(all.deltas > 1'000);
  CHECK(all.resets > 100);
  CHECK(all.resumes > 100);
  CHECK(all.starts > all.resumes);
  CHECK(all.not_found > 0);
  CHECK(all.fetches > 100);
}

TEST_CASE("ticks and pulses are counted together") {
  view_settings settings;
  settings.inventory.live.calls_a_tick = 2;
  sales sold{1, 1};
  pumped_world world{settings};
  const domain::event_id event{77};
  for (const auto& each : sold.open_event(event, projections_test::test_layout(0), world.now())) {
    world.append(each);
  }
  world.settle();
  live_start start;
  world.views().watch(event, std::nullopt, [&](read_outcome, live_start got) { start = std::move(got); });
  world.settle();
  REQUIRE(start.place);
  const auto& ticks = world.views().metrics().live_ticks;
  const auto before = ticks.load();
  for (std::uint64_t i = 1; i <= 5; ++i) {
    world.pass(domain::millis{50});
    world.settle();
    world.views().pulse(world.now() + domain::millis{50});
    world.settle();
    CHECK(ticks.load() == before + i);
  }
}

TEST_CASE("nobody watches an event that is not there") {
  pumped_world world;
  std::optional<read_outcome> outcome;
  world.views().watch(domain::event_id{4}, 3, [&](read_outcome got, const live_start& start) {
    outcome = got;
    CHECK_FALSE(start.place);
  });
  world.settle();
  CHECK(outcome == read_outcome::not_found);
  CHECK(world.views().metrics().live_events.load() == 0);
}

} // namespace holdfast::live_test
