#include "tools/chaos/history.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace holdfast::tools::chaos {

namespace {

using enum operation_kind;
using enum operation_end;

auto op(operation_kind kind, operation_end end, std::uint64_t from, std::uint64_t to, std::uint64_t seq,
        std::string hold, std::vector<std::string> seats = {}, std::vector<std::string> conflicts = {}) -> operation {
  return {kind, end, from, to, seq, std::move(hold), std::move(seats), std::move(conflicts)};
}

const std::string none = "none";

/// The first finding's rule, or "none".
auto verdict(const std::vector<operation>& history, const std::map<std::string, seat_state>& seats = {})
    -> std::string {
  const auto findings = check_history(history, seats, 1'000);
  return findings.empty() ? none : findings.front().rule;
}

} // namespace

TEST_CASE("a history that could have happened has no finding") {
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"}), op(hold, refused, 3, 4, 3, "", {}, {"A/1/1"}),
                 op(release, done, 5, 6, 4, "h1"), op(hold, done, 7, 8, 5, "h2", {"A/1/1"}),
                 op(confirm, done, 9, 10, 6, "h2")},
                {{"A/1/1", seat_state::sold}}) == none);
}

TEST_CASE("a seat given to two holds is a double sale") {
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"}), op(hold, done, 1, 2, 4, "h2", {"A/1/1"})}) == "double sale");
}

TEST_CASE("a sold seat given again is a double sale") {
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"}), op(confirm, done, 3, 4, 4, "h1"),
                 op(hold, done, 5, 6, 5, "h2", {"A/1/1"})}) == "double sale");
}

TEST_CASE("an acknowledged hold that is gone after a restart is lost") {
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"})}, {{"A/1/1", seat_state::available}}) == "lost");
}

TEST_CASE("a sale shown as a hold is lost") {
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"}), op(confirm, done, 3, 4, 4, "h1")},
                {{"A/1/1", seat_state::held}}) == "lost");
}

TEST_CASE("a seat that nobody was given and that is held is invented") {
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"})},
                {{"A/1/1", seat_state::held}, {"A/1/2", seat_state::held}}) == "invented");
}

TEST_CASE("an answer older than one that was known before it was asked breaks the order") {
  CHECK(verdict({op(hold, done, 1, 2, 9, "h1", {"A/1/1"}), op(hold, done, 3, 4, 8, "h2", {"A/1/2"})}) == "order");
  CHECK(verdict({op(hold, done, 1, 2, 9, "h1", {"A/1/1"}), op(hold, refused, 3, 4, 8, "", {}, {"A/1/1"})}) == "order");
}

TEST_CASE("two operations at one seq break the order") {
  CHECK(verdict({op(hold, done, 1, 9, 5, "h1", {"A/1/1"}), op(hold, done, 2, 8, 5, "h2", {"A/1/2"})}) == "order");
}

TEST_CASE("a conflict over a free seat is not justified") {
  CHECK(verdict({op(hold, refused, 1, 2, 3, "", {}, {"A/1/1"})}) == "unjustified conflict");
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"}), op(release, done, 3, 4, 4, "h1"),
                 op(hold, refused, 5, 6, 4, "", {}, {"A/1/1"})}) == "unjustified conflict");
}

TEST_CASE("an operation without an answer may have happened or not") {
  for (const auto shown : {seat_state::available, seat_state::held}) {
    CHECK(verdict({op(hold, unknown, 1, 0, 0, "", {"A/1/1"})}, {{"A/1/1", shown}}) == none);
  }
  CHECK(verdict({op(hold, done, 1, 2, 3, "h1", {"A/1/1"}), op(release, unknown, 3, 0, 0, "h1"),
                 op(hold, done, 5, 6, 7, "h2", {"A/1/1"})},
                {{"A/1/1", seat_state::held}}) == none);
  CHECK(verdict({op(hold, unknown, 1, 0, 0, "", {"A/1/1"}), op(hold, refused, 3, 4, 5, "", {}, {"A/1/1"})}) == none);
}

} // namespace holdfast::tools::chaos
