#include "tests/model/planted_bugs.hpp"
#include "tests/model/property.hpp"

#include <doctest/doctest.h>

#include <iostream>

namespace holdfast::model {
namespace {

/// Far more than any of them needs, and little against the sequences that the domain itself is tried with.
constexpr int sequences_enough = 2'000;
constexpr unsigned steps_max = 60;

void expect_conviction(const planted_bug& bug) {
  rc::detail::TestParams size;
  size.seed = 1;
  size.maxSuccess = sequences_enough;
  size.disableShrinking = true;
  tally counted;
  const auto result =
      check_all(size, test_cases(steps_max), [&](const test_case& what) { return play(what, bug.guilty, counted); });
  CHECK_MESSAGE(result.failure.has_value(), "not found in " << sequences_enough << " sequences: " << bug.what);
  if (result.failure) {
    std::cerr << "  found after " << result.passed << " sequences: " << bug.what << "\n";
  }
}

} // namespace

TEST_CASE("every planted fault of a decision is found") {
  for (const auto& bug : wrong_decisions()) {
    expect_conviction(bug);
  }
}

TEST_CASE("every planted fault of folding and restoring is found") {
  for (const auto& bug : wrong_folds()) {
    expect_conviction(bug);
  }
}

} // namespace holdfast::model
