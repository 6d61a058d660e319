#include "http/json_reader.hpp"
#include "http/json_writer.hpp"
#include "http/rfc3339.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <random>
#include <string>

using namespace holdfast::http;

namespace {

auto pointers(const json_document& of) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (const json_error& each : of.faults()) {
    out.push_back(each.pointer);
  }
  return out;
}

auto is_json(std::string_view text) -> bool {
  json_document document;
  return document.parse(text);
}

auto nested(std::size_t depth) -> std::string {
  return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST_SUITE_BEGIN("json");

TEST_CASE("what is not strict JSON in UTF-8 is refused") {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "{}{}",
                                      "{} x",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "// c\n{}",
                                      "/* c */{}",
                                      "01",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "NaN",
                                      "Infinity",
                                      "-Infinity",
                                      "nul",
                                      "True",
                                      "\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\t\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\xff\"",
                                      "\"\xc0\xaf\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xf5\x80\x80\x80\"",
                                      "\xef\xbb\xbf{}",
                                      "{\"a\":1 \"b\":2}",
                                      "[1 2]",
                                      "1e999"}) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
  CHECK_FALSE(is_json(std::string_view{"{}\0", 3}));
}

TEST_CASE("what is strict JSON is taken") {
  for (const std::string_view text :
       {"{}", " {} ", "[]", "null", "true", "0", "-0", "1e5", "-1.5E-3", "\"\"", "\"\\ud83d\\ude00\"",
        "\"\xf0\x9f\x98\x80\"", "\"\\u0000\"", "{\"\":1}", "[[],{}]"}) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("nesting is limited to 16 levels") {
  CHECK(is_json(nested(16)));
  CHECK_FALSE(is_json(nested(17)));
  CHECK_FALSE(is_json(std::string(100'000, '[')));
  std::string objects;
  for (int i = 0; i < 17; ++i) {
    objects += "{\"a\":";
  }
  CHECK_FALSE(is_json(objects + "1" + std::string(17, '}')));
}

TEST_CASE("a name that comes twice is refused, wherever it is, and its place is named") {
  json_document document;
  CHECK_FALSE(document.parse(R"({"a":1,"b":{"c":[{"d":1,"e":2,"d":3}]}})"));
  CHECK(pointers(document) == std::vector<std::string>{"/b/c/0/d"});
  CHECK_FALSE(document.parse(R"({"a":1,"\u0061":2})"));
  CHECK(document.parse(R"({"a":{"x":1},"b":{"x":1}})"));
  std::string many = "{";
  for (int i = 0; i < 5'000; ++i) {
    many += "\"k" + std::to_string(i) + "\":0,";
  }
  CHECK(document.parse(many + "\"last\":0}"));
  CHECK_FALSE(document.parse(many + "\"k77\":0}"));
}

TEST_CASE("fields are read, and what is missing, unknown or of the wrong type is named all at once") {
  json_document document;
  REQUIRE(document.parse(
      R"({"name":5,"count":2.5,"flag":"yes","when":"tomorrow","inner":[],"list":{},"x":1,"y":{"z":2}})"));
  const json_object root = document.root_object();
  static_cast<void>(root.text("name"));
  static_cast<void>(root.integer<int>("count", 0, 10));
  static_cast<void>(root.boolean("flag"));
  static_cast<void>(root.time("when"));
  static_cast<void>(root.object("inner").text("deep"));
  static_cast<void>(root.array("list", 0, 3));
  static_cast<void>(root.text("absent"));
  CHECK_FALSE(document.finish());
  CHECK(pointers(document) ==
        std::vector<std::string>{"/name", "/count", "/flag", "/when", "/inner", "/list", "/absent", "/x", "/y"});
}

TEST_CASE("what is missing, or no object, has one fault: nothing is asked of its members") {
  json_document document;
  REQUIRE(document.parse(R"({"sale":7})"));
  const json_object root = document.root_object();
  const json_object payment = root.object("payment");
  static_cast<void>(payment.text("method"));
  payment.fault("method", "cash");
  const json_object sale = root.object("sale");
  sale.fault("opens_at", "too early");
  CHECK_FALSE(document.finish());
  CHECK(pointers(document) == std::vector<std::string>{"/payment", "/sale"});
}

TEST_CASE("a sound body has no faults, and gives what it says") {
  json_document document;
  REQUIRE(document.parse(R"({"name":"Tosca \u00fc","price":8900,"lat":47.07,"on":true,"at":"2027-03-01T19:00:00.5Z",
                              "seats":["A/1/1","A/1/2"],"tier":{"id":"a"},"gone":null})"));
  const json_object root = document.root_object();
  CHECK(root.text("name") == "Tosca \xc3\xbc");
  CHECK(root.integer<std::int64_t>("price", 0, 10'000) == 8900);
  CHECK(root.number("lat", -90, 90) == doctest::Approx(47.07));
  CHECK(root.boolean("on"));
  CHECK(root.time("at") == 1'803'927'600'500);
  std::string all;
  for (const json_value seat : root.array("seats", 1, 10)) {
    all.append(seat.text()).append(" ");
  }
  CHECK(all == "A/1/1 A/1/2 ");
  CHECK(root.object("tier").text("id") == "a");
  CHECK(root.cleared("gone"));
  CHECK_FALSE(root.optional_text("missing"));
  CHECK_FALSE(root.cleared("missing"));
  CHECK(document.finish());
}

TEST_CASE("integers are checked at every edge") {
  const auto read = [](const std::string& text, std::int64_t min, std::int64_t max) -> std::optional<std::int64_t> {
    json_document document;
    REQUIRE(document.parse("{\"n\":" + text + "}"));
    const std::int64_t out = document.root_object().integer<std::int64_t>("n", min, max);
    return document.finish() ? std::optional{out} : std::nullopt;
  };
  CHECK(read("0", 0, 10) == 0);
  CHECK(read("10", 0, 10) == 10);
  CHECK_FALSE(read("11", 0, 10));
  CHECK_FALSE(read("-1", 0, 10));
  CHECK_FALSE(read("1.0", 0, 10));
  CHECK_FALSE(read("1e1", 0, 10));
  CHECK(read("9223372036854775807", 0, std::numeric_limits<std::int64_t>::max()) ==
        std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(read("9223372036854775808", 0, std::numeric_limits<std::int64_t>::max()));
  CHECK_FALSE(read("18446744073709551616", 0, std::numeric_limits<std::int64_t>::max()));
  CHECK(read("-9223372036854775808", std::numeric_limits<std::int64_t>::min(), 0) ==
        std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("texts are limited, and hold no control characters") {
  const auto fits = [](const std::string& text, const text_rule& rule) {
    json_document document;
    REQUIRE(document.parse("{\"t\":\"" + text + "\"}"));
    static_cast<void>(document.root_object().text("t", rule));
    return document.finish();
  };
  CHECK(fits("abc", {.bytes_min = 1, .bytes_max = 3}));
  CHECK_FALSE(fits("abcd", {.bytes_min = 1, .bytes_max = 3}));
  CHECK_FALSE(fits("", {.bytes_min = 1, .bytes_max = 3}));
  CHECK_FALSE(fits("a\\u0000b", {}));
  CHECK_FALSE(fits("a\\nb", {}));
  CHECK_FALSE(fits("a\\u007fb", {}));
  CHECK(fits("a\\nb\\tc", {.lines = true}));
  CHECK_FALSE(fits("a\\rb", {.lines = true}));
}

TEST_CASE("JSON Pointers are escaped, and faults are not collected without end") {
  json_document document;
  REQUIRE(document.parse(R"({"a/b~c":1})"));
  CHECK_FALSE(document.finish());
  CHECK(pointers(document) == std::vector<std::string>{"/a~1b~0c"});
  std::string many = "{";
  for (int i = 0; i < 1'000; ++i) {
    many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  }
  REQUIRE(document.parse(many + "}"));
  CHECK_FALSE(document.finish());
  REQUIRE(document.faults().size() == json_limits::faults_max + 1);
  CHECK(document.faults().back().pointer.empty());
  CHECK(document.faults().back().message == "and 968 more faults, which are not listed");
  REQUIRE(document.parse(R"({"a":1})"));
  CHECK_FALSE(document.finish());
  CHECK(document.faults().size() == 1);
}

TEST_CASE("what is unknown is named inside objects of arrays, and not inside what is unknown itself") {
  json_document document;
  REQUIRE(document.parse(R"({"list":[{"a":1},{"a":1,"b":{"c":1}}],"other":[{"q":1}]})"));
  for (const json_value each : document.root_object().array("list", 0, 9)) {
    static_cast<void>(each.object().integer<int>("a", 0, 9));
  }
  CHECK_FALSE(document.finish());
  CHECK(pointers(document) == std::vector<std::string>{"/list/1/b", "/other"});
}

TEST_CASE("what is refused as a whole has one fault: nobody has asked for what is in it") {
  const auto faults = [](std::string_view text) {
    json_document document;
    REQUIRE(document.parse(text));
    for (const json_value each : document.root_object().array("list", 1, 2)) {
      static_cast<void>(each.object().integer<int>("a", 0, 9));
    }
    CHECK_FALSE(document.finish());
    return pointers(document);
  };
  using list = std::vector<std::string>;
  CHECK(faults(R"({"list":[{"a":1},{"a":1},{"a":1}]})") == list{"/list"});
  CHECK(faults(R"({"list":{"a":1,"b":2}})") == list{"/list"});
  CHECK(faults(R"({"list":[{"a":{"b":2}}]})") == list{"/list/0/a"});
  CHECK(faults(R"({"list":[{"a":1},[{"b":1}]]})") == list{"/list/1"});
}

TEST_CASE("every string that is written is read back the same") {
  std::mt19937_64 random{20270301};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (auto left = random() % 40; left > 0; --left) {
      text.push_back(static_cast<char>(random() % 0x80)); // all of ASCII, control characters included
    }
    if (round % 3 == 0) {
      text += "\xe2\x82\xac\xf0\x9f\x8e\xab";
    }
    std::string json;
    json_writer{json}.begin_object().member("t", std::string_view{text}).end_object();
    CHECK(nlohmann::json::parse(json).at("t") == text);
    json_document document;
    REQUIRE(document.parse(json));
  }
}

TEST_CASE("what needs an escape gets one wherever it stands, and nothing else does") {
  for (std::size_t at = 0; at < 20; ++at) {
    for (int byte = 0; byte < 0x80; ++byte) {
      std::string text(20, '!');
      text[at] = static_cast<char>(byte);
      std::string json;
      json_writer{json}.value(text);
      CAPTURE(json);
      CHECK(nlohmann::json::parse(json) == text);
      const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
      CHECK((json == '"' + text + '"') == plain);
    }
  }
  std::string json;
  json_writer{json}.value("Gro\xc3\x9f"
                          "e B\xc3\xbchne, Rang \xe2\x82\xac");
  CHECK(json == "\"Gro\xc3\x9f"
                "e B\xc3\xbchne, Rang \xe2\x82\xac\"");
}

TEST_CASE("numbers, flags, times and nesting are written as JSON") {
  std::string text;
  json_writer out{text};
  out.begin_object().member("a", 1).member("b", -5LL).member("c", std::uint64_t{18446744073709551615ULL});
  out.member("d", 0.5)
      .member("e", true)
      .key("f")
      .null()
      .key("g")
      .begin_array()
      .value("x")
      .value(2)
      .begin_array()
      .end_array()
      .end_array();
  out.key("h").time(1'803'927'600'005).member("i", std::numeric_limits<double>::infinity()).end_object();
  CHECK(
      text ==
      R"({"a":1,"b":-5,"c":18446744073709551615,"d":0.5,"e":true,"f":null,"g":["x",2,[]],"h":"2027-03-01T19:00:00.005Z","i":null})");
}

TEST_CASE("times are read to the millisecond, and only as they should be") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_rfc3339("2024-02-29T23:59:59.999Z") == 1'709'251'199'999);
  CHECK(parse_rfc3339("2024-02-29T23:59:59.9Z") == 1'709'251'199'900);
  for (const char* text :
       {"", "2027", "2027-02-29T00:00:00Z", "2027-13-01T00:00:00Z", "2027-01-32T00:00:00Z", "2027-01-01T24:00:00Z",
        "2027-01-01T00:60:00Z", "2027-01-01T00:00:60Z", "2027-01-01 00:00:00Z", "2027-01-01T00:00:00",
        "2027-01-01T00:00:00+01:00", "2027-01-01T00:00:00.Z", "2027-01-01T00:00:00.1234Z", "1969-12-31T23:59:59Z",
        "2027-01-01t00:00:00z", "+027-01-01T00:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
  std::mt19937_64 random{7};
  for (int i = 0; i < 1'000; ++i) {
    const auto at = static_cast<std::int64_t>(random() % 253'402'300'800'000ULL);
    std::string text;
    append_rfc3339(text, at);
    CHECK(parse_rfc3339(text) == at);
  }
}

TEST_CASE("random bytes neither crash the reader nor pass for more than one reading") {
  std::mt19937_64 random{42};
  const std::string seed =
      R"({"seats":["A/12/7","A/12/8"],"best_available":{"quantity":3,"tiers":["lower"],"adjacent":true},"n":-1.5e3})";
  json_document document;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed;
    for (auto edits = 1 + random() % 4; edits > 0; --edits) {
      const auto at = random() % text.size();
      switch (random() % 3) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, 1 + random() % 3); break;
      default: text.insert(at, 1, "{}[]\",:\\0"[random() % 9]); break;
      }
      if (text.empty()) {
        text = seed;
      }
    }
    const bool taken = document.parse(text);
    // What we take, nlohmann's own parser takes too.
    if (taken) {
      CHECK(nlohmann::json::accept(text));
      static_cast<void>(document.root_object().optional_array("seats", 0, 5));
      static_cast<void>(document.finish());
    } else {
      CHECK_FALSE(document.faults().empty());
    }
  }
}

TEST_SUITE_END();
