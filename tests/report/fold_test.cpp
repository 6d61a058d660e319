#include "projections/store/offline_fold.hpp"
#include "projections/views.hpp"
#include "tests/projections/pumped_world.hpp"
#include "tests/report/naive_report.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

// Whatever the order in which commits, turns, checkpoints, crashes, restarts and rebuilds come: what a report says at a seq is what going
// through the event's facts up to there gives.

namespace holdfast::projections_test {

namespace {

using nlohmann::json;
using projections::read_outcome;
using projections::report_form;

auto narrow(model::dice& dice) -> projections::view_settings {
  projections::view_settings settings;
  settings.ring.batches_max = dice.between(1, 12);
  settings.ring.groups_max = dice.between(1, 20);
  settings.runner.groups_per_step = dice.between(1, 9);
  settings.runner.chunk = {dice.between(200, 20'000), dice.between(1, 40)};
  settings.report.checkpoint_every = {static_cast<std::int64_t>(dice.below(200))};
  return settings;
}

/// Seq, tier, price, fee.
using price_line = std::tuple<std::uint64_t, std::string, std::int64_t, std::int64_t>;

auto shown_prices(const json& history) -> std::vector<price_line> {
  std::vector<price_line> all;
  for (const auto& one : history.at("changes"))
    all.emplace_back(one.at("seq").get<std::uint64_t>(), one.at("tier").get<std::string>(),
                     one.at("price").get<std::int64_t>(), one.at("fee").get<std::int64_t>());
  return all;
}

/// What a draft costs last, and every change from then on.
auto naive_prices(const std::vector<domain::fact>& facts) -> std::vector<price_line> {
  std::vector<price_line> all;
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> known;
  bool draft = true;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    draft = draft && !std::holds_alternative<domain::event_published>(facts[i].body);
    const auto* created = std::get_if<domain::event_created>(&facts[i].body);
    const auto* amended = std::get_if<domain::event_amended>(&facts[i].body);
    if (created == nullptr && amended == nullptr)
      continue;
    if (draft) {
      all.clear();
      known.clear();
    }
    for (const auto& tier : (created != nullptr ? created->config : amended->config).tiers) {
      const std::pair<std::int64_t, std::int64_t> costs{tier.price, tier.fee};
      const auto before = known.find(tier.id);
      if (before == known.end() || before->second != costs)
        all.emplace_back(i + 1, tier.id, tier.price, tier.fee);
      known[tier.id] = costs;
    }
  }
  return all;
}

class run {
 public:
  explicit run(std::uint64_t seed) : sales_{seed, 2}, world_{narrow(sales_.dice()), sales_.dice().chance(80)} {}

  void step() {
    auto& dice = sales_.dice();
    const auto what = dice.below(100);
    if (what < 45) {
      if (const auto made = sales_.random_command(world_.now())) {
        auto& all = facts_[made->event];
        all.insert(all.end(), made->facts->begin(), made->facts->end());
        world_.append(*made);
      }
    } else if (what < 60) {
      world_.pump_journal();
    } else if (what < 80) {
      world_.run_some(dice);
    } else if (what < 90) {
      ask(dice.pick(sales_.events()), dice.chance(50));
    } else if (what < 97) {
      world_.pass(dice.chance(20) ? domain::minutes(3) : domain::millis{static_cast<std::int64_t>(dice.below(900))});
    } else if (what < 99) {
      rebuilds_ += world_.views().rebuild("report") ? 1U : 0U;
    } else {
      world_.pump_journal();
      answers_.clear();
      world_.restart(dice.chance(60));
      ++restarts_;
    }
    check_answers();
  }

  /// At rest: readers whose projection was changed over have had their second, and the newest report is there at once.
  void finish() {
    world_.settle();
    world_.pass({1'100});
    world_.settle();
    for (const auto& one : world_.views().status())
      CHECK_MESSAGE(one.reason.empty(), one.name, ": ", one.reason);
    check_answers();
    CHECK(answers_.empty());
    for (const auto event : sales_.events())
      ask(event, true);
    world_.settle();
    for (const auto& one : answers_) {
      REQUIRE(one.answer->outcome.has_value());
      CHECK(*one.answer->outcome == (facts_[one.event].empty() ? read_outcome::not_found : read_outcome::ok));
    }
    check_answers();
  }

  std::uint64_t answered_ = 0, rebuilds_ = 0, restarts_ = 0, price_changes_ = 0;

  [[nodiscard]] auto commits() -> std::uint64_t { return world_.store_disk().commits; }

 private:
  void ask(domain::event_id event, bool newest) {
    for (const auto form : {report_form::json, report_form::prices}) {
      auto answer = std::make_shared<view_answer>();
      const auto min_seq = newest ? facts_[event].size() : 0;
      world_.views().report(event, min_seq, form, into(answer));
      answers_.push_back({event, min_seq, form, std::move(answer)});
    }
  }

  struct asked {
    domain::event_id event;
    std::uint64_t min_seq = 0;
    report_form form = report_form::json;
    std::shared_ptr<view_answer> answer;
  };

  void check_answers() {
    std::erase_if(answers_, [this](const asked& one) {
      if (one.answer->outcome)
        check(one);
      return one.answer->outcome.has_value();
    });
  }

  void check(const asked& one) {
    if (*one.answer->outcome == read_outcome::not_found) {
      CHECK(one.min_seq == 0);
      return;
    }
    if (*one.answer->outcome != read_outcome::ok) {
      CHECK(*one.answer->outcome == read_outcome::behind);
      return;
    }
    ++answered_;
    const auto& body = *one.answer->body;
    CHECK(body.seq >= one.min_seq);
    CHECK(body.organisation == organiser);
    const auto& all = facts_[one.event];
    REQUIRE(body.seq <= all.size());
    const std::vector<domain::fact> past{all.begin(), all.begin() + static_cast<std::ptrdiff_t>(body.seq)};
    if (one.form == report_form::prices) {
      const auto shown = shown_prices(json::parse(body.bytes));
      CHECK(shown == naive_prices(past));
      price_changes_ += shown.size();
    } else {
      CHECK(json::parse(body.bytes) == naive_report(one.event, past, body.made_at));
    }
  }

  sales sales_;
  pumped_world world_;
  std::map<domain::event_id, std::vector<domain::fact>> facts_;
  std::vector<asked> answers_;
};

} // namespace

TEST_CASE("a report is the fold of its event's facts, whatever the order of commits, turns, crashes and rebuilds") {
  std::uint64_t answered = 0;
  std::uint64_t rebuilds = 0;
  std::uint64_t restarts = 0;
  std::uint64_t commits = 0;
  std::uint64_t price_changes = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    run one{seed};
    for (int i = 0; i < 300; ++i)
      one.step();
    one.finish();
    answered += one.answered_;
    rebuilds += one.rebuilds_;
    restarts += one.restarts_;
    commits += one.commits();
    price_changes += one.price_changes_;
  }
  MESSAGE(answered, " reports checked, ", rebuilds, " rebuilds, ", restarts, " restarts, ", commits, " checkpoints");
  CHECK(answered > 500);
  CHECK(rebuilds > 100);
  CHECK(restarts > 200);
  CHECK(commits > 300);
  CHECK(price_changes > 1'000);
}

TEST_CASE("a report waits for the seq that is asked for, a second and not longer") {
  pumped_world world;
  sales from{1, 1};
  const auto event = from.events().front();
  auto unknown = std::make_shared<view_answer>();
  world.settle();
  world.views().report(event, 0, report_form::json, into(unknown));
  world.settle();
  CHECK(unknown->outcome == read_outcome::not_found);
  for (const auto& made : from.open_event(event, test_layout(0), world.now()))
    world.append(made);
  world.settle();
  auto late = std::make_shared<view_answer>();
  auto reached = std::make_shared<view_answer>();
  world.views().report(event, 3, report_form::json, into(reached));
  world.views().report(event, 1'000, report_form::json, into(late));
  world.settle();
  CHECK_FALSE(reached->outcome.has_value());
  domain::hold_seats wish;
  wish.seats = {0, 1};
  const auto held = from.decide(event, {buyer(1), {1, 1}, wish}, world.now());
  REQUIRE(held.has_value());
  world.append(*held);
  world.settle();
  REQUIRE(reached->outcome == read_outcome::ok);
  CHECK(json::parse(reached->body->bytes).at("places").at("held") == 2);
  CHECK_FALSE(late->outcome.has_value());
  world.pass({1'001});
  world.settle();
  CHECK(late->outcome == read_outcome::behind);
}

TEST_CASE("the same report is not written twice, and a moving rate has a tag of its own") {
  pumped_world world;
  sales from{2, 1};
  const auto event = from.events().front();
  for (const auto& made : from.open_event(event, test_layout(0), world.now()))
    world.append(made);
  world.settle();
  const auto read = [&] {
    auto answer = std::make_shared<view_answer>();
    world.views().report(event, 0, report_form::json, into(answer));
    world.settle();
    REQUIRE(answer->outcome == read_outcome::ok);
    return answer->body;
  };
  const auto quiet = read();
  CHECK(quiet->etag == "W/\"2-report-on_sale\"");
  world.pass(domain::seconds(5));
  CHECK(read() == quiet);
  domain::hold_seats wish;
  wish.seats = {3};
  const auto held = from.decide(event, {buyer(1), {1, 1}, wish}, world.now());
  REQUIRE(held.has_value());
  world.append(*held);
  world.settle();
  world.pass(domain::seconds(2));
  const auto busy = read();
  CHECK(busy->etag.starts_with("W/\"3-report-on_sale."));
  CHECK(json::parse(busy->bytes).at("rates").at("holds_per_second").get<double>() == doctest::Approx(1.0 / 60));
  world.pass(domain::seconds(2));
  CHECK(read()->etag != busy->etag);
  world.pass(domain::minutes(2));
  const auto still = read();
  CHECK(still->etag == "W/\"3-report-on_sale\"");
  CHECK(json::parse(still->bytes).at("rates").at("holds_per_second") == 0.0);
}

} // namespace holdfast::projections_test
