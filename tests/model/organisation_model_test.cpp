#include "tests/model/describe.hpp"
#include "tests/model/organisation_case.hpp"
#include "tests/model/property.hpp"
#include "tests/model/run.hpp"
#include "tests/model/same_fact.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <iostream>

namespace holdfast::model {
namespace {

using namespace domain;

using decide_organisation = std::function<outcome(const organisation_state&, const organisation_command&, instant)>;

/// An organisation: its journal in memory, its live state and its twin.
class organisation_trial {
 public:
  organisation_trial(decide_organisation decide, tally& counted) : decide_{std::move(decide)}, counted_{&counted} {}

  auto take(const organisation_step& next) -> complaint {
    if (next.before == mishap::crash) {
      if (auto wrong = replay()) {
        return wrong;
      }
    }
    now_ = organisation_script::moment(next, now_);
    const auto what = script_.command(next, twin_);
    const auto got = decide_(state_, what, now_);
    ++counted_->commands;
    story_ += "  " + describe(now_) + " " + describe(what) + " -> " +
              (got ? std::to_string(got->size()) + " facts" : describe(got.error(), nullptr)) + "\n";
    if (auto wrong = judge(what, got)) {
      return wrong;
    }
    for (const auto& fact : got.value_or(facts{})) {
      if (auto wrong = take_fact(fact)) {
        return wrong;
      }
    }
    return compare(state_, twin_);
  }

  auto replay() -> complaint {
    organisation_state again;
    for (const auto& fact : journal_) {
      apply(again, fact);
    }
    state_ = std::move(again);
    ++counted_->replays;
    return compare(state_, twin_);
  }

  [[nodiscard]] auto story() const -> const std::string& { return story_; }

 private:
  auto judge(const organisation_command& what, const outcome& got) -> complaint {
    const auto expected = expect(twin_, what, now_);
    if (!got) {
      ++counted_->of["refused: " + describe(got.error().why)];
      const auto number = got.error().why == reason::already_remembered ? got.error().remembered_seq
                          : got.error().why == reason::version_mismatch ? got.error().current
                                                                        : 0;
      const bool right = expected.refused == got.error().why && expected.number == number &&
                         got.error().faults.empty() == (got.error().why != reason::invalid);
      return right ? complaint{}
                   : "refused, expected " + (expected.refused ? describe(*expected.refused) : "a fact or nothing");
    }
    ++counted_->of[got->empty() ? "nothing to do" : "decided"];
    if (expected.refused) {
      return "not refused as " + describe(*expected.refused);
    }
    if (!expected.effect) {
      return got->empty() ? complaint{} : "decided what needs no doing";
    }
    return same(*got, facts{{now_, what.id, *expected.effect}}) ? complaint{} : "decided another fact";
  }

  auto take_fact(const fact& what) -> complaint {
    auto kept = stored(what);
    if (!kept || !same(*kept, what)) {
      return "a fact changes on its way through the journal";
    }
    journal_.push_back(std::move(*kept));
    ++counted_->facts;
    if (auto wrong = fold(twin_, what)) {
      return wrong;
    }
    apply(state_, what);
    return {};
  }

  decide_organisation decide_;
  tally* counted_;
  organisation_script script_;
  instant now_ = epoch;
  organisation_state state_;
  naive_organisation twin_;
  facts journal_;
  std::string story_;
};

auto play(const organisation_case& what, const decide_organisation& decide, tally& counted) -> complaint {
  organisation_trial on{decide, counted};
  for (const auto& next : what.steps) {
    if (auto wrong = on.take(next)) {
      return *wrong + "\nThe story:\n" + on.story();
    }
  }
  return on.replay();
}

const decide_organisation the_rules = [](const organisation_state& state, const organisation_command& what,
                                         instant now) { return decide(state, what, now); };

constexpr int sequences_in_ci = 5'000;
constexpr unsigned steps_max = 60;

} // namespace

TEST_CASE("an organisation decides, folds and replays as its naive twin does, whatever happens to it") {
  const auto size = trial_size("organisation", sequences_in_ci);
  tally counted;
  const auto result = check_all(size, organisation_cases(steps_max),
                                [&](const organisation_case& what) { return play(what, the_rules, counted); });
  std::cerr << "  " << result.passed << " sequences, " << counted.commands << " commands, " << counted.facts
            << " facts, " << counted.replays << " replays\n";
  REQUIRE_MESSAGE(!result.failure, *result.failure);
  if (size.maxSuccess >= 1'000) {
    for (const auto* what :
         {"refused: not_found", "refused: already_remembered", "refused: key_reused", "refused: already_exists",
          "refused: invalid", "refused: version_mismatch", "decided", "nothing to do"}) {
      CHECK_MESSAGE(counted.of[what] > 0, what);
    }
  }
}

TEST_CASE("planted faults of an organisation's decisions are found") {
  struct bug {
    const char* what;
    decide_organisation guilty;
  };
  const std::vector<bug> bugs = {
      {"venues and keys may be changed by another organisation",
       [](const organisation_state& state, organisation_command what, instant now) {
         what.by.organisation = state.id ? state.id : what.by.organisation;
         return decide(state, what, now);
       }},
      {"versions are not compared",
       [](const organisation_state& state, organisation_command what, instant now) {
         if (auto* amend = std::get_if<amend_venue>(&what.body)) {
           amend->expected_version.reset();
         }
         return decide(state, what, now);
       }},
      {"a slug may be taken over",
       [](const organisation_state& state, const organisation_command& what, instant now) {
         auto got = decide(state, what, now);
         const auto* slug = std::get_if<reserve_slug>(&what.body);
         const bool taken = !got && slug != nullptr && got.error().why == reason::already_exists;
         return taken ? outcome{facts{{now, what.id, slug_reserved{slug->slug, slug->event}}}} : got;
       }},
      {"the upper half of a request is not compared",
       [](const organisation_state& state, organisation_command what, instant now) {
         const auto found = state.keys_remembered.find(what.id.key);
         const bool close = found != state.keys_remembered.end() && static_cast<std::uint32_t>(found->second.request) ==
                                                                        static_cast<std::uint32_t>(what.id.request);
         what.id.request = close ? found->second.request : what.id.request;
         return decide(state, what, now);
       }}};
  for (const auto& [what, guilty] : bugs) {
    rc::detail::TestParams size;
    size.seed = 1;
    size.maxSuccess = 2'000;
    size.disableShrinking = true;
    tally counted;
    const auto result =
        check_all(size, organisation_cases(steps_max),
                  [&, &guilty = guilty](const organisation_case& one) { return play(one, guilty, counted); });
    CHECK_MESSAGE(result.failure.has_value(), what);
    std::cerr << "  found after " << result.passed << " sequences: " << what << "\n";
  }
}

} // namespace holdfast::model
