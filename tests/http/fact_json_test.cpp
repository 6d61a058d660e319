#include "http/fact_json.hpp"
#include "http/json_writer.hpp"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
using nlohmann::json;

const public_ids fact_ids{{1, 2}};

auto fact_told(const fact_body& what, const layout* seats) -> json {
  std::string text;
  http::json_writer out{text};
  http::write_fact(out, what, fact_ids, event_id{7}, seats);
  return json::parse(text);
}

} // namespace

TEST_CASE("an order on the waitlist tells who wants what, with the layout's names") {
  const subject_id who{1, 2};
  const waitlist_joined fact{
      waitlist_number{9}, who, 300, {{{4, 2}, {0, 1}, 1, {}, 12'345}, {{2}, {}, 0, {}, 0}, {{}, {}, 0, {{0, 20}}, 90}}};
  std::string buyer;
  public_ids::append(buyer, who);
  const auto told = fact_told(fact, testing::sample_layout().get());
  CHECK(told.at("buyer") == buyer);
  CHECK(told.at("waitlist") == 9);
  CHECK(told.at("rank") == 300);
  CHECK(told.at("choices") == json::parse(R"([
    {"seats":[4,2],"tiers":["stalls","balcony"],"accessible":1,"max_each":12345},
    {"seats":[2],"tiers":[],"accessible":0,"max_each":0},
    {"areas":[{"area":"Stehplatz","quantity":20}],"max_each":90}])"));
}

TEST_CASE("without a layout, tiers and areas of an order on the waitlist are told by their numbers") {
  const waitlist_joined fact{waitlist_number{9}, {0, 1}, 0, {{{4}, {0, 1}, 0, {}, 5}, {{}, {}, 0, {{3, 20}}, 90}}};
  CHECK(fact_told(fact, nullptr).at("choices") == json::parse(R"([
    {"seats":[4],"tiers":[0,1],"accessible":0,"max_each":5},
    {"areas":[{"area_index":3,"quantity":20}],"max_each":90}])"));
}

TEST_CASE("leaving the waitlist and what is offered there name the order") {
  CHECK(fact_told(waitlist_left{waitlist_number{9}}, nullptr) == json{{"waitlist", 9}});
  hold_created hold;
  hold.hold = hold_number{1};
  hold.by.subject = {0, 1};
  CHECK_FALSE(fact_told(hold, nullptr).contains("waitlist"));
  hold.waitlist = waitlist_number{9};
  CHECK(fact_told(hold, nullptr).at("waitlist") == 9);
}

TEST_CASE("every fact is told as one object") {
  for (const auto& [name, body] : testing::sample_facts()) {
    CAPTURE(name);
    CHECK(fact_told(body, nullptr).is_object());
  }
}
