#include "domain/card_number.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::domain {
namespace {

struct row {
  std::string text;
  bool card;
};

void check(const row& row) {
  CAPTURE(row.text);
  CHECK(has_card_number(row.text) == row.card);
  CHECK(has_card_number("", row.text) == row.card);
  CHECK(has_card_number("till", row.text) == row.card);
}

} // namespace

TEST_CASE("a card number is found however its digits are grouped") {
  const row rows[] = {
      {"4111111111111111", true},
      {"4111111111111112", false}, // does not pass
      {"4111 1111 1111 1111", true},
      {"4111-1111-1111-1111", true},
      {"4111.1111_1111 1111", true},
      {"ref 4111111111111111 ok", true},
      {"12 4111 1111 1111 1111 34", true}, // whole groups inside more groups
      {"4111  1111 1111 1111", true},      // however many separators
      {"1111111111111117", false},         // no issuer begins with 1
      {"378282246310005", true},           // 15 digits
      {"4222222222222", true},             // 13 digits
      {"422222222222", false},             // 12 digits
      {"6304000000000000000", true},       // 19 digits
      {"-4111111111111111-", true},
      {"4111111111111111-", true},
      {"5019717010103742", true}, // of a scheme that is known by its own country only
      {"4111x1111x1111x1111", false},
  };
  for (const auto& row : rows) {
    check(row);
  }
}

TEST_CASE("a card number is found with other digits before and behind it") {
  const row rows[] = {
      {"4111111111111111234567890", true}, {"000004111111111111111", true},    {"99378282246310005", true},
      {"995555555555554444", true},        {"992223003122003222", true},       {"9930569309025904", true},
      {"993530111333300000", true},        {"996011111111111117", true},       {"996200000000000005", true},
      {"996759649826438453", true},        {"994111 1111 1111 1111", true},    {"4111 1111 1111 111199", true},
      {"12-994111 1111 1111 1111", true},  {"994111 1111 1111 111199", false}, // neither end is a group's
      {"005019717010103742", false},                                           // no known scheme, and not by itself
  };
  for (const auto& row : rows) {
    check(row);
  }
}

TEST_CASE("a card number is found where it goes on from one text in the next") {
  CHECK(has_card_number("4111 1111", "1111 1111"));
  CHECK(has_card_number("41111111111", "11111"));
  CHECK(has_card_number("till 3 4111-1111-1111-", "1111 paid"));
  CHECK_FALSE(has_card_number("4111 1111 x", "1111 1111"));
  CHECK_FALSE(has_card_number("4111 1111", "x 1111 1111"));
  CHECK_FALSE(has_card_number("004111 1111", "1111 1111"));
}

TEST_CASE("a number of at most twelve digits is no card, whichever it is") {
  std::string digits = "000000000000";
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    auto number = i * 49'999'991 % 1'000'000'000'000;
    for (std::size_t at = digits.size(); at-- > 0; number /= 10) {
      digits[at] = static_cast<char>('0' + number % 10);
    }
    CAPTURE(digits);
    REQUIRE_FALSE(has_card_number(digits));
    REQUIRE_FALSE(has_card_number("order " + digits, "till 3"));
  }
  for (const char* ordinary :
       {"2026-10-02 19.30", "till 3 receipt 20261002-4711", "ref 123456789012", "0043 316 123456"}) {
    CAPTURE(ordinary);
    CHECK_FALSE(has_card_number(ordinary));
  }
}

} // namespace holdfast::domain
