#include "tests/model/planted_bugs.hpp"
#include "tests/model/planted_payment_bugs.hpp"
#include "tests/model/planted_ticket_bugs.hpp"
#include "tests/model/planted_waitlist_bugs.hpp"
#include "tests/model/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

namespace holdfast::model {
namespace {

/// Far more than any of them needs, and little against the sequences that the domain itself is tried with.
constexpr int sequences_enough = 6'000;
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

/// How many lines of a failure's text tell what happened: the story comes last, a line a command.
auto story_lines(const std::string& failure) -> std::size_t {
  std::istringstream rest{failure.substr(std::min(failure.size(), failure.find("The story:")))};
  std::size_t lines = 0;
  for (std::string line; std::getline(rest, line);) {
    lines += line.starts_with("  +") ? 1U : 0U;
  }
  return lines;
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

TEST_CASE("every planted fault of paying by card is found") {
  for (const auto& bug : wrong_payments()) {
    expect_conviction(bug);
  }
}

TEST_CASE("every planted fault of tickets is found") {
  for (const auto& bug : wrong_tickets()) {
    expect_conviction(bug);
  }
}

TEST_CASE("every planted fault of resale is found") {
  for (const auto& bug : wrong_resales()) {
    expect_conviction(bug);
  }
}

TEST_CASE("every planted fault of the waitlist is found") {
  for (const auto& bug : wrong_waitlists()) {
    expect_conviction(bug);
  }
}

TEST_CASE("a failure is shrunk to the few commands that it takes, and told in words") {
  const auto bugs = wrong_decisions();
  const auto overdue = std::find_if(bugs.begin(), bugs.end(), [](const planted_bug& bug) {
    return std::string_view{bug.what} == "an overdue hold keeps the seats that somebody else gets";
  });
  REQUIRE(overdue != bugs.end());
  rc::detail::TestParams size;
  size.seed = 1;
  size.maxSuccess = sequences_enough;
  tally counted;
  const auto result = check_all(size, test_cases(steps_max),
                                [&](const test_case& what) { return play(what, overdue->guilty, counted); });
  REQUIRE(result.failure);
  CAPTURE(*result.failure);
  // It takes four: create, publish, hold, and hold again after the deadline.
  CHECK(story_lines(*result.failure) >= 4);
  CHECK(story_lines(*result.failure) <= 8);
  const bool told = result.failure->find("a seat gets a second owner") != std::string::npos ||
                    result.failure->find("an area goes above its capacity") != std::string::npos;
  CHECK(told);
}

TEST_CASE("a seed repeats its sequences to the last command") {
  const auto played = [](std::uint64_t seed) {
    rc::detail::TestParams size;
    size.seed = seed;
    size.maxSuccess = 100;
    tally counted;
    const auto domain = the_domain();
    const auto result =
        check_all(size, test_cases(steps_max), [&](const test_case& what) { return play(what, domain, counted); });
    CHECK_FALSE(result.failure);
    counted.of["commands"] = counted.commands;
    return counted.of;
  };
  CHECK(played(5) == played(5));
  CHECK(played(5) != played(6));
}

} // namespace holdfast::model
