#include "journal/rocksdb_journal.hpp"
#include "tests/support/temporary_place.hpp"
#include "tools/onsale/outcome_text.hpp"
#include "tools/onsale/recorded_sale.hpp"
#include "tools/onsale/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::onsale;

constexpr domain::event_id sold{77};
constexpr domain::event_id unvisited{78};

auto recorded_plan() -> sale_plan {
  sale_plan plan;
  plan.seats = 300;
  plan.pre_queue = domain::minutes(5);
  plan.room.rate_milli_per_s = 5'000;
  plan.room.batch = 10;
  plan.room.max_active = 100;
  return plan;
}

auto recorded_crowd() -> demand {
  demand who;
  who.buyers = 1'500;
  who.half_life_s = 5; // everybody has come before it is over
  return who;
}

/// Tells when an append is durable.
class told_durable final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override {
    durable.set_value(outcome == journal::append_outcome::durable);
  }
  std::promise<bool> durable;
};

/// A real journal, in a directory, of events whose waiting rooms said this.
class sale_journal {
 public:
  sale_journal() {
    journal::rocksdb_journal_options options;
    options.directory = place_.path() / "journal";
    options.marks_directory = place_.path() / "marks";
    options.lock_file = place_.path() / "LOCK";
    options.disk.ballast_bytes = 0;
    options.disk.probe = [] { return journal::disk_space{1'000, 900}; };
    auto opened = journal::rocksdb_journal::open(std::move(options));
    REQUIRE(opened.has_value());
    journal_ = std::move(*opened);
    REQUIRE(journal_->acquire({}).has_value());
    for (const auto event : {sold, unvisited})
      append({journal::stream_kind::event, event.value()}, {{domain::instant{1}, {}, domain::event_published{}}});
  }

  void append_room(domain::facts made) { append({journal::stream_kind::queue, sold.value()}, std::move(made)); }
  [[nodiscard]] auto get() -> journal::journal& { return *journal_; }

 private:
  void append(journal::stream_id stream, domain::facts made) {
    constexpr std::size_t facts_an_append = 100;
    for (std::size_t from = 0; from < made.size(); from += facts_an_append) {
      const auto end = std::min(made.size(), from + facts_an_append);
      const auto begin = made.begin();
      journal::append_group group;
      group.stream = stream;
      group.first_seq = journal_->head(stream)->seq + 1;
      group.facts = std::make_shared<const domain::facts>(begin + static_cast<std::ptrdiff_t>(from),
                                                          begin + static_cast<std::ptrdiff_t>(end));
      const auto done = std::make_shared<told_durable>();
      auto durable = done->durable.get_future();
      journal_->append(std::move(group), done);
      REQUIRE(durable.get());
    }
  }

  testing::temporary_place place_;
  std::unique_ptr<journal::rocksdb_journal> journal_;
};

/// What a sale's waiting room decided, and how the sale ended.
auto played_room(const demand& who, const sale_plan& plan) -> std::pair<domain::facts, outcome> {
  domain::facts all;
  const decided told{{}, [&all](const domain::fact& fact) { all.push_back(fact); }};
  auto result = play(who, plan, told);
  return {std::move(all), std::move(result)};
}

/// Everything of an outcome that does not depend on when the pre-queue was opened.
auto comparable(const outcome& of) -> std::string {
  auto document = outcome_json(of);
  document.erase("lasted_s");
  return document.dump(1);
}

auto closed_room(domain::instant at) -> domain::fact {
  return {at, {}, domain::queue::mode_changed{domain::queue::mode::off, domain::queue::mode_cause::organiser, {}, {}}};
}

} // namespace

TEST_CASE("a sale that was is played as it was with its settings, and otherwise with others") {
  const auto plan = recorded_plan();
  const auto who = recorded_crowd();
  const auto [facts, was] = played_room(who, plan);
  sale_journal journal;
  journal.append_room(facts);
  const auto recorded = read_recorded(journal.get(), sold);
  REQUIRE(recorded.has_value());
  CHECK(recorded->arrivals.size() == 1'500);
  CHECK(recorded->arrivals.front().count < 1'000);
  CHECK(std::ranges::is_sorted(recorded->arrivals));
  CHECK(recorded->pre_queue <= plan.pre_queue);
  CHECK(recorded->pre_queue.count > plan.pre_queue.count - 10'000); // somebody comes in the first ten seconds

  auto again = plan;
  again.pre_queue = recorded->pre_queue;
  CHECK(comparable(play(who, again, recorded->arrivals)) == comparable(was));
  again.room.rate_milli_per_s = 500;
  const auto slower = play(who, again, recorded->arrivals);
  CHECK(slower.people == was.people);
  CHECK(*slower.sold_out_after > *was.sold_out_after);
  again = plan;
  again.pre_queue = recorded->pre_queue;
  again.room.max_active = 10;
  CHECK(play(who, again, recorded->arrivals).active_most <= 10);
}

TEST_CASE("of several times that a room was open the one counts to which most people came") {
  const auto [facts, was] = played_room(recorded_crowd(), recorded_plan());
  auto few = recorded_crowd();
  few.buyers = 20;
  auto [trial, unused] = played_room(few, recorded_plan());
  const auto day = domain::hours(24);
  for (auto& one : trial)
    one.time = one.time - day;
  trial.push_back(closed_room(trial.back().time));
  sale_journal journal;
  journal.append_room(trial);
  journal.append_room(facts);
  journal.append_room({closed_room(facts.back().time)});
  const auto recorded = read_recorded(journal.get(), sold);
  REQUIRE(recorded.has_value());
  CHECK(recorded->arrivals.size() == 1'500);
  CHECK(recorded->arrivals.back() < day);
  CHECK(recorded->pre_queue <= recorded_plan().pre_queue);
}

TEST_CASE("a room that nobody started has no pre-queue, and one that is not there no arrivals") {
  sale_journal journal;
  const auto none = read_recorded(journal.get(), unvisited);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().kind == journal::failure_kind::invalid);
  CHECK(none.error().detail.find("nobody ever waited for evt_") == 0);
  const auto unknown = read_recorded(journal.get(), domain::event_id{4'711});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().kind == journal::failure_kind::not_found);
  CHECK(unknown.error().detail.find("is not in this journal") != std::string::npos);

  auto [facts, was] = played_room(recorded_crowd(), recorded_plan());
  std::erase_if(facts,
                [](const domain::fact& one) { return !std::holds_alternative<domain::queue::joined>(one.body); });
  journal.append_room(facts);
  const auto unstarted = read_recorded(journal.get(), sold);
  REQUIRE(unstarted.has_value());
  CHECK(unstarted->pre_queue.count == 0);
}

TEST_CASE("whom the door refused comes when others did") {
  std::vector<domain::millis> arrivals{{0}, {10}, {500}};
  const auto recorded = arrivals;
  random_stream random{1};
  add_rejected(arrivals, 97, random);
  CHECK(arrivals.size() == 100);
  CHECK(std::ranges::is_sorted(arrivals));
  for (const auto at : arrivals)
    CHECK(std::ranges::find(recorded, at) != recorded.end());
  for (const auto at : recorded)
    CHECK(std::ranges::count(arrivals, at) > 10);
  std::vector<domain::millis> nobody;
  add_rejected(nobody, 5, random);
  CHECK(nobody.empty());
}
