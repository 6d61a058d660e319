#include "domain/apply.hpp"
#include "domain/decide.hpp"
#include "journal/audit/auditor.hpp"
#include "tests/audit/paper_journal.hpp"
#include "tests/audit/selling_day.hpp"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <vector>

// What the rules decide and what the auditor accepts are written twice, by different hands. Here they meet.

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
namespace day = holdfast::testing::day;

/// A busy event: buyers, two box offices' keys, an organiser and a clock, all from one seed.
class busy_event {
 public:
  explicit busy_event(std::uint64_t seed) : random_{seed} {
    now_ = day::opening - minutes(30);
    paper_.add(day::office, organisation_created{day::organisation, "Stadttheater"}, now_);
    paper_.add(day::office, key_created{day::seller, "till", key_scope::sell, {}}, now_);
    ask({organiser(),
         {1, 1},
         create_event{day::event, day::organisation, testing::sample_config(), testing::sample_layout()}});
    ask({organiser(), {2, 1}, publish_event{}});
  }

  void step() {
    now_ = now_ + millis{below(8) == 0 ? below(600'000) : below(4'000)};
    const auto sum = below(100);
    if (sum < 40) {
      ask({anybody(), next_id(), some_hold()});
    } else if (sum < 73) {
      ask({anybody(), {}, release_hold{some_number()}});
    } else if (sum < 75) {
      ask({box_office(), next_id(), confirm_hold{some_number(), some_payment()}});
    } else if (sum < 85) {
      ask({anybody(), next_id(), extend_hold{some_number()}});
    } else if (sum < 95) {
      ask({{}, {}, end_due_holds{}});
    } else {
      ask({organiser(), next_id(), some_change()});
    }
  }

  auto check() -> void {
    paper_.seal();
    const auto report = audit::run_audit(paper_);
    for (const auto& [what, entry] : report.found.by_kind()) {
      FAIL_CHECK(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
    }
    REQUIRE(report.events.size() == 1);
    const auto& event = report.events.front();
    CHECK(event.seq == state_.seq());
    CHECK(event.state_hash == state_.hash());
    CHECK(event.held == state_.counts().held);
    CHECK(event.sold == state_.counts().sold);
    CHECK(event.orders == state_.orders());
    CHECK(event.holds == state_.live_holds());
    CHECK(audit::name_of(event.status) != "absent");
  }

  [[nodiscard]] auto state() const -> const event_state& { return state_; }

 private:
  auto below(std::int64_t end) -> std::int64_t {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }

  auto next_id() -> command_id { return {++last_key_, random_()}; }

  static auto organiser() -> caller { return {caller::kind::organiser, {}, day::organisation, key_id{77}}; }

  static auto box_office() -> caller { return {caller::kind::box_office, {}, day::organisation, day::seller}; }

  auto anybody() -> caller {
    return below(4) == 0 ? box_office()
                         : caller{caller::kind::buyer, {1, static_cast<std::uint64_t>(1 + below(5))}, {}, {}};
  }

  /// Mostly a recent one, whatever became of it.
  auto some_number() -> hold_number {
    const auto last = static_cast<std::int64_t>(state_.last_hold().value());
    return hold_number{static_cast<std::uint32_t>(std::max<std::int64_t>(1, last - below(8)))};
  }

  auto some_payment() -> payment_record {
    const auto method = 1 + below(3);
    return {static_cast<payment_record::method>(method), "till 3", below(4) == 0 ? "" : "press"};
  }

  auto some_hold() -> hold_seats {
    hold_seats wish;
    if (below(4) == 0) {
      wish.areas = {{0, static_cast<std::uint32_t>(1 + below(9))}};
    } else if (below(3) == 0) {
      wish.best = best_available{static_cast<std::uint32_t>(1 + below(3)), {}, {}, 0, below(2) == 0};
    } else {
      const auto first = static_cast<seat_index>(below(12));
      for (auto seat = first; seat < std::min<seat_index>(12, first + 1 + static_cast<seat_index>(below(3))); ++seat) {
        wish.seats.push_back(seat);
      }
    }
    return wish;
  }

  auto some_change() -> command_body {
    switch (below(8)) {
    case 0: return pause_event{};
    case 1:
    case 2:
    case 3: return resume_event{};
    case 4: return below(40) == 0 ? command_body{close_event{}} : command_body{resume_event{}};
    case 5: return below(40) == 0 ? command_body{cancel_event{}} : command_body{resume_event{}};
    default: {
      amend_event amend;
      amend.changes.tiers = state_.config().tiers;
      (*amend.changes.tiers)[0].price = 1'000 + below(9'000);
      amend.changes.max_per_buyer = static_cast<std::uint32_t>(4 + below(9));
      amend.changes.hold_time = minutes(1 + below(20));
      amend.changes.hold_cap = minutes(20 + below(100));
      amend.changes.hold_extension = minutes(below(20));
      return amend;
    }
    }
  }

  void ask(const command& what) {
    const auto decided = decide(state_, what, now_);
    if (!decided) {
      return;
    }
    for (std::size_t i = 0; i < decided->size(); ++i) {
      const auto& fact = (*decided)[i];
      apply(state_, fact);
      paper_.add(day::events, fact.body, fact.time, fact.command, i + 1 < decided->size());
    }
  }

  std::mt19937_64 random_;
  instant now_;
  std::uint64_t last_key_ = 100;
  event_state state_;
  testing::paper_journal paper_;
};

} // namespace

TEST_CASE("whatever the rules decide, the auditor accepts, and both come to the same state hash") {
  std::size_t orders = 0;
  std::uint64_t facts = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    busy_event event{seed};
    for (int step = 0; step < 1'500; ++step) {
      event.step();
      if (step % 500 == 250) {
        event.check();
      }
    }
    event.check();
    orders += event.state().orders();
    facts += event.state().seq();
  }
  // The day must have been busy, or nothing was compared.
  CHECK(orders > 300);
  CHECK(facts > 20'000);
}
