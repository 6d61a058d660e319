#include "tests/model/property.hpp"
#include "tests/model/run.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <iostream>

namespace holdfast::model {
namespace {

constexpr int sequences_in_ci = 20'000;
constexpr unsigned steps_max = 60;

void print(const tally& counted, double seconds, int sequences) {
  std::cerr << "  " << sequences << " sequences, " << counted.commands << " commands, " << counted.facts << " facts, "
            << counted.replays << " replays and " << counted.restores << " snapshots in " << seconds << " s ("
            << static_cast<int>(sequences / seconds) << " sequences/s)\n ";
  for (const auto& [what, times] : counted.of) {
    std::cerr << " " << what << " " << times << ";";
  }
  std::cerr << "\n";
}

/// What long runs must have come across. Each comes some 50 times or more in 20,000 sequences of any
/// seed, so that once is certain.
constexpr std::array things_that_happen{"refused: not_found",
                                        "refused: already_remembered",
                                        "refused: key_reused",
                                        "refused: already_exists",
                                        "refused: invalid",
                                        "refused: version_mismatch",
                                        "refused: layout_frozen",
                                        "refused: wrong_status",
                                        "refused: card_limit_exceeded",
                                        "refused: velocity_exceeded",
                                        "places that are given back are set apart",
                                        "refused: order_refunded",
                                        "refused: no_such_ticket",
                                        "refused: refund_closed",
                                        "tickets of an order go back",
                                        "the last tickets of an order go back",
                                        "order of a cancelled event goes back",
                                        "a buyer gives back",
                                        "refused: sale_not_open",
                                        "refused: wrong_access_code",
                                        "refused: hold_expired",
                                        "refused: hold_ended",
                                        "refused: hold_confirmed",
                                        "refused: claim_void",
                                        "refused: ticket_revoked",
                                        "refused: ticket_used",
                                        "refused: not_admitted",
                                        "refused: payment_in_progress",
                                        "refused: already_extended",
                                        "refused: payments_not_configured",
                                        "refused: order_limit_exceeded",
                                        "refused: buyer_limit_exceeded",
                                        "refused: seat_unavailable",
                                        "refused: area_full",
                                        "refused: no_such_seats",
                                        "fact: event_created",
                                        "fact: event_amended",
                                        "fact: layout_replaced",
                                        "fact: event_published",
                                        "fact: event_paused",
                                        "fact: event_resumed",
                                        "fact: event_closed",
                                        "fact: event_cancelled",
                                        "fact: hold_created",
                                        "fact: hold_extended",
                                        "fact: hold_released",
                                        "fact: hold_expired",
                                        "fact: order_confirmed",
                                        "fact: hold_frozen",
                                        "fact: hold_thawed",
                                        "fact: order_returned",
                                        "fact: ticket_transferred",
                                        "fact: ticket_admitted",
                                        "fact: scan_turned_away",
                                        "fact: admission_undone",
                                        "fact: ticket_offered",
                                        "fact: offer_withdrawn",
                                        "fact: resale_held",
                                        "fact: ticket_resold",
                                        "refused: resale_closed",
                                        "refused: offer_taken",
                                        "order taken back with a used ticket",
                                        "frozen hold that expires",
                                        "frozen hold of a cancelled event",
                                        "order taken back while a rule waits",
                                        "fact: seats_allocated",
                                        "fact: allocation_changed",
                                        "fact: allocation_released",
                                        "seats moved between allocations",
                                        "places moved between allocations",
                                        "places of an allocation changed",
                                        "hold of an allocation's seats",
                                        "hold in a presale",
                                        "hold of the house's beside the sale",
                                        "price rule made",
                                        "hold of an allocation's places",
                                        "hold of an allocation's best",
                                        "alternatives",
                                        "nothing to do",
                                        "hold by best available",
                                        "hold of standing places",
                                        "hold that ends overdue ones",
                                        "fact: waitlist_joined",
                                        "fact: waitlist_left",
                                        "refused: waitlist_closed",
                                        "refused: already_waiting",
                                        "refused: places_available",
                                        "several offers at once",
                                        "offer that outlasts any other hold",
                                        "offer of standing places",
                                        "offer of several groups",
                                        "offer of a later choice",
                                        "offer past somebody who wants more",
                                        "offer that lapses",
                                        "offer that is bought",
                                        "offer that is given up"};

} // namespace

TEST_CASE("an event decides, folds, replays and restores as its naive twin does, whatever happens to it") {
  const auto size = trial_size("event", sequences_in_ci);
  const auto domain = the_domain();
  tally counted;
  const auto begin = std::chrono::steady_clock::now();
  const auto result =
      check_all(size, test_cases(steps_max), [&](const test_case& what) { return play(what, domain, counted); });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print(counted, took.count(), result.passed);
  REQUIRE_MESSAGE(!result.failure, *result.failure);
  if (size.maxSuccess >= sequences_in_ci / 2) {
    for (const auto* what : things_that_happen) {
      CHECK_MESSAGE(counted.of[what] > 0, what);
    }
  }
}

} // namespace holdfast::model
