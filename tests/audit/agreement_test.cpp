#include "journal/audit/auditor.hpp"
#include "tests/audit/paper_journal.hpp"
#include "tests/support/busy_event.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>

// What the rules decide and what the auditor accepts are written twice, in different ways. Here they meet.

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
using testing::busy_event;
using testing::paper_journal;

auto on_paper(const busy_event& event) -> paper_journal {
  paper_journal paper;
  const auto office = paper_journal::organisation_stream(busy_event::organisation);
  const instant start{1'700'000'000'000};
  paper.add(office, organisation_created{busy_event::organisation, "Stadttheater"}, start);
  paper.add(office, key_created{busy_event::seller, "till", key_scope::sell, {}}, start);
  for (const auto& decision : event.decisions()) {
    for (std::size_t i = 0; i < decision.size(); ++i) {
      paper.add(paper_journal::event_stream(busy_event::event), decision[i].body, decision[i].time, decision[i].command,
                i + 1 < decision.size());
    }
  }
  for (const auto& decision : event.payment_decisions()) {
    for (std::size_t i = 0; i < decision.size(); ++i) {
      paper.add(paper_journal::payment_stream(busy_event::event), decision[i].body, decision[i].time,
                decision[i].command, i + 1 < decision.size());
    }
  }
  paper.seal();
  return paper;
}

void check(const busy_event& live) {
  auto paper = on_paper(live);
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    FAIL_CHECK(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  const auto& state = live.state();
  REQUIRE(report.events.size() == 1);
  const auto& event = report.events.front();
  CHECK(event.seq == state.seq());
  CHECK(event.state_hash == state.hash());
  CHECK(event.held == state.counts().held);
  CHECK(event.sold == state.counts().sold);
  CHECK(event.orders == state.orders());
  CHECK(event.holds == state.live_holds());
  CHECK(event.payments == live.checkout().payments.size());
  CHECK(event.payments_open == live.checkout().open.size());
}

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
        check(event);
      }
    }
    check(event);
    orders += event.state().orders();
    facts += event.state().seq();
  }
  // The days must have been busy, or nothing was compared.
  CHECK(orders > 100);
  CHECK(facts > 20'000);
}

TEST_CASE("whatever events and their payments decide between them, the auditor accepts, wherever the journal ends") {
  std::size_t captured = 0;
  std::size_t failed = 0;
  std::size_t cancelled = 0;
  std::size_t resold = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    busy_event event{seed, busy_event::event, busy_event::kind::paying};
    for (int step = 1; step <= 1'000; ++step) {
      const auto before = event.state().seq();
      event.step();
      // Between the swap and its money too.
      const bool swapped = event.state().seq() == before + 2 &&
                           std::holds_alternative<ticket_resold>(event.decisions().back().front().body);
      resold += swapped ? 1U : 0U;
      if (step % 100 == 0 || swapped) {
        check(event);
      }
    }
    for (const auto& one : event.checkout().payments) {
      captured += one.status == payment_status::captured ? 1U : 0U;
      failed += one.status == payment_status::failed ? 1U : 0U;
    }
    cancelled += event.state().status() == event_status::cancelled ? 1U : 0U;
  }
  MESSAGE(captured, " payments captured, ", failed, " failed, ", cancelled, " events cancelled");
  CHECK(captured > 100);
  CHECK(failed > 100);
  CHECK(cancelled > 0);
  CHECK(resold > 20);
}

TEST_CASE("whatever is offered to those who wait, the auditor accepts, and nobody is overtaken") {
  std::size_t offered = 0;
  std::size_t bought = 0;
  std::size_t left = 0;
  std::size_t waited = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    busy_event event{seed, busy_event::event, busy_event::kind::waiting};
    for (int step = 1; step <= 1'000; ++step) {
      event.step();
      if (step % 100 == 0) {
        check(event);
        waited = std::max(waited, event.state().waiting());
      }
    }
    std::set<hold_number> offers;
    for (const auto& decision : event.decisions()) {
      for (const auto& one : decision) {
        const auto* made = std::get_if<hold_created>(&one.body);
        const auto* order = std::get_if<order_confirmed>(&one.body);
        if (made != nullptr && made->waitlist) {
          offers.insert(made->hold);
        }
        bought += order != nullptr && offers.contains(order->hold) ? 1U : 0U;
        left += std::holds_alternative<waitlist_left>(one.body) ? 1U : 0U;
      }
    }
    offered += offers.size();
  }
  MESSAGE(offered, " offers, ", bought, " of them bought, ", left, " left, ", waited, " waited at once");
  CHECK(offered > 150);
  CHECK(bought > 20);
  CHECK(left > 20);
  CHECK(waited > 3);
}
