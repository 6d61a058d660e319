#include "journal/codec.hpp"
#include "journal/rocksdb_journal.hpp"
#include "tests/actors/running_engine.hpp"
#include "tests/actors/slow_disk.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <span>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast::testing {

namespace {

namespace room = domain::queue;

constexpr std::chrono::milliseconds usual_sync{20};
constexpr std::uint32_t set_rate = 100; ///< people a second
constexpr std::uint32_t set_batch = 25; ///< what comes in a quarter of a second

/// The real journal over a disk that can be slowed, and the engine's real clock: nothing of the feedback is played.
struct slowed_engine {
  slowed_engine() {
    journal::rocksdb_journal_options options;
    options.directory = below.path / "journal";
    options.marks_directory = below.path / "marks";
    options.lock_file = below.path / "LOCK";
    options.disk.ballast_bytes = 0;
    options.disk.probe = [] { return journal::disk_space{1'000, 900}; };
    options.env = disk.env();
    auto opened = journal::rocksdb_journal::open(std::move(options));
    REQUIRE(opened.has_value());
    journal = std::move(*opened);
    REQUIRE(journal->acquire({}).has_value());
    over.emplace(*journal, actors::engine_options{});
  }

  void open_room(std::uint64_t people) {
    over->put_on_sale();
    room::settings rules;
    rules.rate_milli_per_s = set_rate * 1'000;
    rules.batch = set_batch;
    rules.heartbeat = domain::seconds(30);
    REQUIRE(over->tell(room::configure{rules, {}, {}}).has_value());
    REQUIRE(over->tell(room::switch_mode{room::mode::on, {}, {}}).has_value());
    for (std::uint64_t who = 1; who <= people; ++who) {
      over->engine->rooms().join(engine_over::event, {1, who}, 0, {}, [](const auto&) {});
    }
    REQUIRE(eventually([&] { return view().total.joined == people; }));
  }

  [[nodiscard]] auto view() -> actors::room_view { return *over->engine->rooms().room(engine_over::event); }

  /// What the waiting room has journaled.
  [[nodiscard]] auto facts() const -> std::vector<domain::fact> {
    std::vector<domain::fact> all;
    std::promise<bool> read;
    const journal::stream_id stream{journal::stream_kind::queue, engine_over::event.value()};
    const auto keep = [&all](std::span<const journal::record_view> records) {
      for (const auto& record : records) {
        all.push_back(journal::decode_fact(record).value());
      }
      return true;
    };
    journal->read(stream, 1, keep, [&read](const auto& ended) { read.set_value(ended.has_value()); });
    REQUIRE(read.get_future().get());
    return all;
  }

  temporary_directory below;
  slow_disk disk{usual_sync};
  std::unique_ptr<journal::rocksdb_journal> journal;
  std::optional<engine_over> over;
};

/// A box office that holds a seat and lets go of it, again and again: each is an append, so that the event has something to be behind with.
class busy_clerk {
 public:
  explicit busy_clerk(engine_over& at) : at_{at}, works_{[this](const std::stop_token& done) { work(done); }} {}

 private:
  void work(const std::stop_token& done) {
    const auto by = engine_over::organiser(domain::caller::kind::box_office);
    for (std::uint32_t number = 1; !done.stop_requested(); ++number) {
      domain::hold_seats wanted;
      wanted.seats = {0};
      static_cast<void>(at_.ask({.by = by, .id = {}, .body = std::move(wanted)}));
      static_cast<void>(at_.ask({.by = by, .id = {}, .body = domain::release_hold{domain::hold_number{number}}}));
    }
  }

  engine_over& at_;
  std::jthread works_;
};

/// What the journal says of pace and admissions.
struct pace_history {
  std::uint32_t least = 1'000;
  std::uint32_t last = 1'000;
  std::uint64_t halvings = 0;
  std::uint64_t admitted_slowed = 0; ///< people, at a quarter of the rate or less
  std::int64_t slowed_ms = 0;        ///< for as long
  bool within_pace = true;           ///< never more people than the bucket had at the pace of its moments
  bool steps_are_rules = true;       ///< each pace is a half or a twentieth away from the one before
};

auto history_of(const std::vector<domain::fact>& facts) -> pace_history {
  constexpr std::uint32_t slow = 250;
  constexpr std::int64_t person = 1'000'000;
  pace_history of;
  std::int64_t level = set_batch * person;
  std::int64_t before = facts.front().time.unix_ms;
  for (const auto& one : facts) {
    const auto passed = one.time.unix_ms - before;
    before = one.time.unix_ms;
    level = std::min<std::int64_t>(set_batch * person, level + passed * set_rate * of.last);
    of.slowed_ms += of.last <= slow ? passed : 0;
    if (const auto* const in = std::get_if<room::admitted>(&one.body)) {
      const auto people = static_cast<std::int64_t>(in->places.size());
      of.within_pace = of.within_pace && people * person <= level;
      level -= people * person;
      of.admitted_slowed += of.last <= slow ? in->places.size() : 0;
    } else if (const auto* const now = std::get_if<room::pace_adjusted>(&one.body)) {
      const bool fell = now->permille < of.last;
      const auto by_rule = fell ? std::max(of.last / 2, 100U) : std::min(of.last + 50, 1'000U);
      of.steps_are_rules = of.steps_are_rules && now->permille == by_rule;
      of.halvings += fell ? 1 : 0;
      of.last = now->permille;
      of.least = std::min(of.least, of.last);
    }
  }
  return of;
}

} // namespace

TEST_CASE("a journal whose disk is ten times slower lets in fewer, and as many as before when it is quick again") {
  slowed_engine run;
  run.open_room(12'000);
  std::optional<busy_clerk> clerk{*run.over};
  const auto lets_in = [&run](std::uint64_t more) {
    const auto until = run.view().total.admitted + more;
    return eventually([&] { return run.view().total.admitted >= until; });
  };
  REQUIRE(lets_in(set_rate));
  REQUIRE(eventually([&] { return run.view().pace_permille == 1'000; }));

  run.disk.take(10 * usual_sync);
  REQUIRE(eventually([&] { return run.view().pace_permille <= 250; }));
  CHECK(run.over->engine->room_totals().pace_permille < 1'000); // what the metric says
  REQUIRE(lets_in(10));                                         // slower, and not stopped

  run.disk.take(usual_sync);
  REQUIRE(eventually([&] { return run.view().pace_permille == 1'000; }));
  REQUIRE(lets_in(set_rate));
  clerk.reset();
  run.over->engine->stop();

  const auto told = history_of(run.facts());
  CHECK(told.least <= 250);
  CHECK(told.last == 1'000);
  CHECK(told.halvings >= 2);
  CHECK(told.steps_are_rules);
  CHECK(told.within_pace);
  CHECK(told.admitted_slowed >= 10);
  // By the journal's own times: not more than a quarter of the rate brings, and what was in the bucket.
  CHECK(told.admitted_slowed * 1'000 <=
        static_cast<std::uint64_t>(told.slowed_ms) * set_rate / 4 + std::uint64_t{set_batch} * 1'000);
  MESSAGE("slowed: " << told.admitted_slowed << " people in " << told.slowed_ms << " ms, at a pace down to "
                     << told.least);
}

} // namespace holdfast::testing
