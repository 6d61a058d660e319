#include "tests/model/property.hpp"
#include "tests/model/run.hpp"

#include <doctest/doctest.h>

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
  if (size.maxSuccess >= 2'000) {
    for (const auto* what : {"refused: not_found",
                             "refused: already_remembered",
                             "refused: key_reused",
                             "refused: already_exists",
                             "refused: invalid",
                             "refused: version_mismatch",
                             "refused: layout_frozen",
                             "refused: wrong_status",
                             "refused: sold_seats_exist",
                             "refused: sale_not_open",
                             "refused: hold_expired",
                             "refused: hold_ended",
                             "refused: hold_confirmed",
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
                             "alternatives",
                             "nothing to do",
                             "hold by best available",
                             "hold of standing places",
                             "hold that ends overdue ones"}) {
      CHECK_MESSAGE(counted.of[what] > 10, what);
    }
  }
}

} // namespace holdfast::model
