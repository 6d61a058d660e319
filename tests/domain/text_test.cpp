#include "domain/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace holdfast::domain;

TEST_CASE("a label part is 1 to 32 bytes of printable UTF-8 without a slash") {
  struct row {
    std::string text;
    bool sound;
  };
  const row rows[] = {
      {"A", true},
      {"Parkett links", true},
      {"Ö", true},
      {"\xe2\x82\xac", true},     // euro sign
      {"\xf0\x9f\x8e\xad", true}, // a code point of four bytes
      {std::string(32, 'x'), true},
      {"", false},
      {std::string(33, 'x'), false},
      {"A/1", false},
      {"/", false},
      {"tab\t", false},
      {"line\n", false},
      {std::string("nul\0", 4), false},
      {"del\x7f", false},
      {"\xc2\x85", false},         // next line, a C1 control
      {"\xc0\xaf", false},         // overlong slash
      {"\xe0\x80\xaf", false},     // overlong
      {"\xf0\x80\x80\xaf", false}, // overlong
      {"\xed\xa0\x80", false},     // surrogate
      {"\xf4\x90\x80\x80", false}, // beyond Unicode
      {"\xf5\x80\x80\x80", false},
      {"\x80", false},         // continuation without a start
      {"\xc3", false},         // cut short
      {"\xe2\x82", false},     // cut short
      {"\xe2\x28\xa1", false}, // no continuation
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(is_label_part(row.text) == row.sound);
  }
}

TEST_CASE("a clear name shows all of itself, and begins and ends with something that is seen") {
  for (const char* sound :
       {"Opera", "O", "Grand Opera", "Op\u00e9ra", "\u6b4c\u5267\u9662", "A\u00a0B", "\U0001f3ad"}) {
    CAPTURE(sound);
    CHECK(is_clear_name(sound));
  }
  for (const char* bad : {"",
                          " ",
                          "   ",
                          " Opera",
                          "Opera ",
                          "\u00a0Opera",
                          "Opera\u3000",
                          "Op\u200bera",
                          "\u200eOpera",
                          "Op\u200fera",
                          "Op\u2028era",
                          "Op\u2029era",
                          "\u202eOpera",
                          "Op\u2060era",
                          "Op\u2064era",
                          "Op\u2066era",
                          "Op\u2069era",
                          "\ufeffOpera",
                          "Op\nera",
                          "Op\x7f"
                          "era",
                          "Op\xc2\x85"
                          "era",
                          "\xff"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_clear_name(bad));
  }
}

TEST_CASE("lines and tabs may stand in a text of several lines only") {
  CHECK(is_multiline_text("one\n\ttwo"));
  CHECK_FALSE(is_multiline_text("one\r"));
  CHECK_FALSE(is_printable_text("one\ntwo"));
  CHECK(is_printable_text(""));
}

TEST_CASE("a slug is made of lower case letters, digits and inner dashes") {
  struct row {
    std::string text;
    bool sound;
  };
  const row rows[] = {
      {"tosca-2027", true},
      {"7", true},
      {std::string(64, 'a'), true},
      {"", false},
      {std::string(65, 'a'), false},
      {"-tosca", false},
      {"tosca-", false},
      {"to--sca", false},
      {"Tosca", false},
      {"to sca", false},
      {"evt_1", false},
      {"tösca", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(is_slug(row.text) == row.sound);
  }
}

TEST_CASE("a payment's text has a small alphabet and never a card number") {
  struct row {
    std::string text;
    bool sound;
  };
  const row rows[] = {
      {"", true},
      {"till 3", true},
      {"A.b_c-9", true},
      {std::string(64, 'x'), true},
      {std::string(65, 'x'), false},
      {"a@b", false},
      {"a/b", false},
      {"gr\xc3\xbc", false},
      {"4111111111111111", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(is_payment_text(row.text) == row.sound);
  }
}
