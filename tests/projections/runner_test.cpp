#include "journal/codec.hpp"
#include "projections/projection_runner.hpp"
#include "tests/projections/pumped_world.hpp"
#include "tests/projections/recorder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

namespace {

using projections::feed;
using projections::projection_runner;
using projections::runner_state;

class ignore_outcome final : public journal::append_done {
 public:
  void complete(journal::append_outcome) noexcept override {}
};

/// One recorder and its runner over a pumped journal; a second one beside it where a test wants to see that it is left alone.
class stage {
 public:
  explicit stage(projection_runner::bounds within = {}, feed::bounds ring = {}) : within_{within}, ring_{ring} {
    boot();
  }

  /// A new process: posted closures and what the recorder had not published are lost.
  void boot() {
    runner_.reset();
    actor_.clear();
    recorder_->crash();
    live_.reset();
    tampered_.reset();
    journal_.reset();
    journal::memory_journal_options options;
    options.disk = disk_;
    options.threaded = false;
    journal_ = std::make_unique<journal::memory_journal>(std::move(options));
    REQUIRE(journal_->acquire(journal::cell_id{}).has_value());
    tampered_ = std::make_unique<tampered_journal>(*journal_);
    live_ = std::make_shared<feed>(journal_->end(), ring_);
    journal_->listen(live_);
    runner_ = std::make_shared<projection_runner>(recorder_, *tampered_, live_, actor_.post(), within_);
    runner_->start();
  }

  void append(const decision& what) {
    const auto facts = static_cast<std::size_t>(what.facts->size());
    should_.push_back({what.stream(), what.first_seq, facts, what.state_hash});
    journal_->append(what.to_append(), std::make_shared<ignore_outcome>());
  }

  void settle() {
    while (journal_->pump() > 0 || actor_.run_one()) {
    }
  }

  [[nodiscard]] auto recorded() const -> const std::vector<recorder::seen>& { return recorder_->stored(); }
  /// What was appended, as it is seen when read back: without state hashes.
  [[nodiscard]] auto appended() const -> const std::vector<recorder::seen>& { return should_; }
  [[nodiscard]] auto runner() -> projection_runner& { return *runner_; }
  [[nodiscard]] auto record() -> recorder& { return *recorder_; }
  [[nodiscard]] auto tamper() -> tampered_journal& { return *tampered_; }
  [[nodiscard]] auto journal() -> journal::memory_journal& { return *journal_; }
  [[nodiscard]] auto actor() -> posted& { return actor_; }
  [[nodiscard]] auto live() -> const std::shared_ptr<feed>& { return live_; }

 private:
  projection_runner::bounds within_;
  feed::bounds ring_;
  std::shared_ptr<journal::memory_disk> disk_ = std::make_shared<journal::memory_disk>();
  std::shared_ptr<recorder> recorder_ = std::make_shared<recorder>();
  posted actor_;
  std::unique_ptr<journal::memory_journal> journal_;
  std::unique_ptr<tampered_journal> tampered_;
  std::shared_ptr<feed> live_;
  std::shared_ptr<projection_runner> runner_;
  std::vector<recorder::seen> should_;
};

constexpr domain::instant noon{1'795'000'000'000};

/// Commands until `count` were decided.
auto decide_some(sales& from, std::size_t count) -> std::vector<decision> {
  std::vector<decision> made;
  auto now = noon;
  from.closes = false;
  while (made.size() < count) {
    now = now + domain::seconds(20);
    if (auto decided = from.random_command(now))
      made.push_back(std::move(*decided));
  }
  return made;
}

/// The same groups, hashes aside.
auto without_hashes(std::vector<recorder::seen> groups) -> std::vector<recorder::seen> {
  for (auto& group : groups)
    group.state_hash = 0;
  return groups;
}

} // namespace

TEST_CASE("a projection is given every command once, in commit order, with the state hash that its actor knew") {
  stage world;
  sales from{1, 2};
  for (const auto& made : decide_some(from, 50))
    world.append(made);
  world.settle();
  CHECK(world.recorded() == world.appended());
  CHECK(world.runner().state() == runner_state::live);
  CHECK(world.runner().caught_up());
  CHECK(world.tamper().tails == 0); // at the journal's end there is nothing to read
}

TEST_CASE("a projection that comes later is given the past from the journal, whole commands however small the chunks") {
  projection_runner::bounds within;
  within.chunk = {1, 1};
  stage world{within};
  world.record().throw_at = 0;
  sales from{2, 2};
  const auto all = decide_some(from, 8'000);
  for (const auto& made : all)
    world.append(made);
  CHECK(std::ranges::count_if(all, [](const decision& made) { return made.facts->size() > 1; }) > 100);
  world.settle();
  world.record().throw_at.reset();
  world.boot();
  CHECK(world.runner().state() == runner_state::resting);
  CHECK_FALSE(world.runner().caught_up());
  world.settle();
  CHECK(world.recorded() == without_hashes(world.appended()));
  CHECK(world.runner().caught_up());
  CHECK(world.record().publications > 3); // more than one chunk
}

TEST_CASE("a command whose facts come in several pieces is folded as one") {
  stage world;
  world.record().throw_at = 0;
  sales from{2, 2};
  for (const auto& made : decide_some(from, 500))
    world.append(made);
  world.settle();
  world.record().throw_at.reset();
  world.boot();
  world.tamper().records_per_span = 1;
  world.settle();
  CHECK(world.recorded() == without_hashes(world.appended()));
}

TEST_CASE("a projection that is too slow for the ring reads the journal and joins the ring again") {
  stage world{{}, {3, 100}};
  sales from{3, 2};
  world.settle();
  for (const auto& made : decide_some(from, 40)) {
    world.append(made);
    world.journal().pump(); // the actor has no turn
  }
  world.settle();
  CHECK(without_hashes(world.recorded()) == without_hashes(world.appended()));
  CHECK(world.runner().laps() == 1);
  CHECK(world.runner().state() == runner_state::live);
}

TEST_CASE("no command is missed or doubled over crashes at any point, with any bounds and pace") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    sales from{seed, 2};
    auto& dice = from.dice();
    projection_runner::bounds within;
    within.groups_per_step = dice.between(1, 6);
    within.chunk = {dice.between(1, 3'000), dice.between(1, 10)};
    within.chunks_ahead = dice.between(1, 3);
    stage world{within, {dice.between(1, 6), dice.between(1, 12)}};
    auto now = noon;
    for (int i = 0; i < 300; ++i) {
      const auto what = dice.below(100);
      now = now + domain::seconds(5);
      if (what < 45) {
        if (const auto made = from.random_command(now))
          world.append(*made);
      } else if (what < 70) {
        world.journal().pump();
      } else if (what < 97) {
        world.actor().run_one();
      } else {
        world.journal().pump();
        world.boot();
      }
    }
    world.settle();
    CHECK(without_hashes(world.recorded()) == without_hashes(world.appended()));
  }
}

TEST_CASE("a projection that throws is stopped and says why, and another one goes on") {
  stage world;
  const auto other = std::make_shared<recorder>();
  posted other_actor;
  const auto other_runner =
      std::make_shared<projection_runner>(other, world.journal(), world.live(), other_actor.post());
  other_runner->start();
  world.record().throw_at = 10;
  sales from{4, 2};
  for (const auto& made : decide_some(from, 30)) {
    world.append(made);
    world.journal().pump();
    world.actor().run_one();
  }
  world.settle();
  while (other_actor.run_one()) {
  }
  CHECK(world.runner().state() == runner_state::stopped);
  CHECK(world.runner().reason() == "the recorder was told to fail");
  CHECK(world.recorded().size() < 30); // what was published stays
  CHECK(other_runner->state() == runner_state::live);
  CHECK(other->stored() == world.appended());

  SUBCASE("and a rebuild mends it") {
    world.record().throw_at.reset();
    world.runner().rebuild();
    world.settle();
    CHECK(world.runner().state() == runner_state::live);
    CHECK(world.runner().reason().empty());
    CHECK(without_hashes(world.recorded()) == without_hashes(world.appended()));
  }
}

TEST_CASE("facts that a projection does not want are left out of what is read back, and seqs stay right") {
  stage world;
  world.record().unwanted = journal::fact_type(domain::hold_created{});
  world.record().throw_at = 0;
  sales from{5, 1};
  std::map<std::uint64_t, bool> wanted;
  for (const auto& made : decide_some(from, 80)) {
    world.append(made);
    for (std::size_t i = 0; i < made.facts->size(); ++i)
      wanted[made.first_seq + i] = !std::holds_alternative<domain::hold_created>((*made.facts)[i].body);
  }
  world.settle();
  world.record().throw_at.reset();
  world.boot();
  world.settle();
  std::map<std::uint64_t, bool> seen;
  for (const auto& [seq, want] : wanted)
    seen[seq] = false;
  for (const auto& group : world.recorded()) {
    for (std::size_t i = 0; i < group.facts; ++i)
      seen[group.first_seq + i] = true;
  }
  CHECK(seen == wanted);
}

TEST_CASE("a journal that cannot be read for a moment is read again at the next tick") {
  stage world;
  world.record().throw_at = 0;
  sales from{6, 1};
  for (const auto& made : decide_some(from, 20))
    world.append(made);
  world.settle();
  world.record().throw_at.reset();
  world.boot();
  world.tamper().tails_fail = journal::failure{journal::failure_kind::io, "the disk does not answer"};
  world.settle();
  CHECK(world.runner().state() == runner_state::catching_up);
  CHECK(world.runner().reason() == "the disk does not answer");
  CHECK(world.recorded().empty());
  world.tamper().tails_fail.reset();
  world.runner().tick(noon);
  world.settle();
  CHECK(world.runner().reason().empty());
  CHECK(world.recorded() == without_hashes(world.appended()));
}

TEST_CASE("a journal that is corrupt stops the projection with the place") {
  stage world;
  world.record().throw_at = 0;
  sales from{7, 1};
  for (const auto& made : decide_some(from, 5))
    world.append(made);
  world.settle();
  world.record().throw_at.reset();
  world.boot();
  world.tamper().tails_fail = journal::failure{journal::failure_kind::corrupt, "record 3 is not what was stored"};
  world.settle();
  CHECK(world.runner().state() == runner_state::stopped);
  CHECK(world.runner().reason() == "record 3 is not what was stored");
}

TEST_CASE("the lag is the age of the oldest command that is durable and not folded") {
  stage world;
  world.settle();
  world.runner().tick(noon);
  CHECK(world.runner().lag().count == 0);
  sales from{8, 1};
  for (const auto& made : from.open_event(domain::event_id{5}, test_layout(0), noon))
    world.append(made);
  world.journal().pump();
  world.runner().tick(noon + domain::seconds(9));
  CHECK(world.runner().lag() == domain::seconds(9));
  world.settle();
  world.runner().tick(noon + domain::seconds(30));
  CHECK(world.runner().lag().count == 0);
}

} // namespace holdfast::projections_test
