#include "domain/config_check.hpp"
#include "domain/event_config.hpp"
#include "domain/money.hpp"
#include "domain/state_image.hpp"
#include "domain/time_zone.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

struct faulty_config {
  std::string what;
  std::function<void(event_config&)> spoil;
  std::string pointer;
};

const faulty_config faulty_configs[] = {
    {"no name", [](auto& c) { c.name = ""; }, "/name"},
    {"a long name", [](auto& c) { c.name = std::string(201, 'x'); }, "/name"},
    {"a name with a line", [](auto& c) { c.name = "a\nb"; }, "/name"},
    {"a bad slug", [](auto& c) { c.slug = "To sca"; }, "/slug"},
    {"a long description", [](auto& c) { c.description = std::string(8'193, 'x'); }, "/description"},
    {"a description with a bell", [](auto& c) { c.description = "\a"; }, "/description"},
    {"a long category", [](auto& c) { c.category = std::string(65, 'x'); }, "/category"},
    {"a category with a line", [](auto& c) { c.category = "a\nb"; }, "/category"},
    {"a fee below nothing", [](auto& c) { c.tiers[1].fee = -1; }, "/tiers/1/fee"},
    {"a fee beyond all", [](auto& c) { c.tiers[0].fee = limits::price_max + 1; }, "/tiers/0/fee"},
    {"too many performers",
     [](auto& c) {
       c.performers.assign(51, {"Floria", ""});
     },
     "/performers"},
    {"a performer without a name",
     [](auto& c) {
       c.performers = {{"", ""}};
     },
     "/performers/0/name"},
    {"a performer with a blank behind",
     [](auto& c) {
       c.performers = {{"Floria ", ""}};
     },
     "/performers/0/name"},
    {"a performer whose URL is none",
     [](auto& c) {
       c.performers = {{"Floria", "floria.example"}};
     },
     "/performers/0/url"},
    {"too many images",
     [](auto& c) {
       c.images.assign(21, {"https://a.example/b", "x", ""});
     },
     "/images"},
    {"an image without TLS",
     [](auto& c) {
       c.images = {{"http://a.example/b", "x", ""}};
     },
     "/images/0/url"},
    {"an image without words",
     [](auto& c) {
       c.images = {{"https://a.example/b", "", ""}};
     },
     "/images/0/alt"},
    {"an image of too many words",
     [](auto& c) {
       c.images = {{"https://a.example/b", std::string(301, 'x'), ""}};
     },
     "/images/0/alt"},
    {"an image with a line",
     [](auto& c) {
       c.images = {{"https://a.example/b", "a\nb", ""}};
     },
     "/images/0/alt"},
    {"an image of an odd kind",
     [](auto& c) {
       c.images = {{"https://a.example/b", "x", "Poster"}};
     },
     "/images/0/kind"},
    {"an image of a long kind",
     [](auto& c) {
       c.images = {{"https://a.example/b", "x", std::string(33, 'x')}};
     },
     "/images/0/kind"},
    {"too many languages", [](auto& c) { c.languages = {"aa", "ab", "ac", "ad", "ae", "af", "ag", "ah", "ai"}; },
     "/languages"},
    {"a language that is none", [](auto& c) { c.languages = {"German"}; }, "/languages/0"},
    {"a language twice",
     [](auto& c) {
       c.languages = {"de", "de"};
     },
     "/languages/1"},
    {"few left of more than all",
     [](auto& c) {
       c.few = {few_left::unit::percent, 101};
     },
     "/few_left"},
    {"few left of too many",
     [](auto& c) {
       c.few = {few_left::unit::places, 1'000'001};
     },
     "/few_left"},
    {"a long venue name", [](auto& c) { c.venue.name = std::string(201, 'x'); }, "/venue/name"},
    {"a long city", [](auto& c) { c.venue.city = std::string(201, 'x'); }, "/venue/city"},
    {"a country in lower case", [](auto& c) { c.venue.country = "at"; }, "/venue/country"},
    {"a country of three letters", [](auto& c) { c.venue.country = "AUT"; }, "/venue/country"},
    {"a long time zone", [](auto& c) { c.venue.timezone = std::string(65, 'x'); }, "/venue/timezone"},
    {"a time zone that there is not", [](auto& c) { c.venue.timezone = "Europe/Graz"; }, "/venue/timezone"},
    {"a part of a time zone's name", [](auto& c) { c.venue.timezone = "Europe/Vien"; }, "/venue/timezone"},
    {"the end of a time zone's name", [](auto& c) { c.venue.timezone = "Vienna"; }, "/venue/timezone"},
    {"two time zones", [](auto& c) { c.venue.timezone = "Europe/Vienna Europe/Vilnius"; }, "/venue/timezone"},
    {"a time zone with a line", [](auto& c) { c.venue.timezone = "\n"; }, "/venue/timezone"},
    {"latitude",
     [](auto& c) {
       c.venue.latitude_e6 = 90'000'001;
       c.venue.longitude_e6 = 0;
     },
     "/venue/lat"},
    {"latitude below",
     [](auto& c) {
       c.venue.latitude_e6 = -90'000'001;
       c.venue.longitude_e6 = 0;
     },
     "/venue/lat"},
    {"longitude",
     [](auto& c) {
       c.venue.latitude_e6 = 0;
       c.venue.longitude_e6 = 180'000'001;
     },
     "/venue/lon"},
    {"longitude alone", [](auto& c) { c.venue.longitude_e6 = 1; }, "/venue/lon"},
    {"a start before 1970", [](auto& c) { c.starts_at = instant{-1}; }, "/starts_at"},
    {"a start after 9999", [](auto& c) { c.starts_at = instant{253'402'300'800'000}; }, "/starts_at"},
    {"a currency in lower case",
     [](auto& c) {
       c.currency = {{'e', 'u', 'r'}};
     },
     "/currency"},
    {"a currency that there is not",
     [](auto& c) {
       c.currency = {{'A', 'A', 'A'}};
     },
     "/currency"},
    {"a currency across two codes",
     [](auto& c) {
       c.currency = {{'E', 'D', 'A'}};
     },
     "/currency"},
    {"gold",
     [](auto& c) {
       c.currency = {{'X', 'A', 'U'}};
     },
     "/currency"},
    {"no tiers", [](auto& c) { c.tiers.clear(); }, "/tiers"},
    {"too many tiers",
     [](auto& c) {
       for (int i = 0; i < 61; ++i) {
         c.tiers.push_back({"x" + std::to_string(i), "", 0});
       }
     },
     "/tiers"},
    {"a tier without an id", [](auto& c) { c.tiers[1].id = ""; }, "/tiers/1/id"},
    {"a tier twice", [](auto& c) { c.tiers[1].id = "t0"; }, "/tiers/1/id"},
    {"a long tier name", [](auto& c) { c.tiers[1].name = std::string(201, 'x'); }, "/tiers/1/name"},
    {"a negative price", [](auto& c) { c.tiers[0].price = -1; }, "/tiers/0/price"},
    {"a price too high", [](auto& c) { c.tiers[0].price = 1'000'000'000'001; }, "/tiers/0/price"},
    {"a sale that opens before 1970", [](auto& c) { c.sale_opens_at = instant{-1}; }, "/sale/opens_at"},
    {"a sale that closes after 9999", [](auto& c) { c.sale_closes_at = instant{253'402'300'800'000}; },
     "/sale/closes_at"},
    {"a sale that closes as it opens", [](auto& c) { c.sale_opens_at = c.sale_closes_at = noon; }, "/sale/closes_at"},
    {"a short hold", [](auto& c) { c.hold_time = seconds(59); }, "/hold_seconds"},
    {"a long hold", [](auto& c) { c.hold_time = seconds(3'601); }, "/hold_seconds"},
    {"a negative extension", [](auto& c) { c.hold_extension = millis{-1}; }, "/hold_extension_seconds"},
    {"a long extension", [](auto& c) { c.hold_extension = seconds(3'601); }, "/hold_extension_seconds"},
    {"a cap below the hold time", [](auto& c) { c.hold_cap = seconds(599); }, "/hold_cap_seconds"},
    {"a high cap", [](auto& c) { c.hold_cap = seconds(7'201); }, "/hold_cap_seconds"},
    {"no tickets an order", [](auto& c) { c.max_per_order = 0; }, "/max_per_order"},
    {"too many tickets an order", [](auto& c) { c.max_per_order = 100'001; }, "/max_per_order"},
    {"no tickets a buyer", [](auto& c) { c.max_per_buyer = 0; }, "/max_per_buyer"},
    {"a resale above what was paid", [](auto& c) { c.resale_max_percent = 101; }, "/resale/max_percent"},
    {"too many tickets a card", [](auto& c) { c.max_per_card = 100'001; }, "/max_per_card"},
    {"too many velocity rules", [](auto& c) { c.velocity.resize(9); }, "/velocity"},
    {"a velocity rule of nobody",
     [](auto& c) {
       c.velocity.resize(2);
       c.velocity[1].per = {};
     },
     "/velocity/1/per"},
    {"a velocity rule of no places",
     [](auto& c) {
       c.velocity.resize(1);
       c.velocity[0].places = 0;
     },
     "/velocity/0/places"},
    {"a velocity rule of too many places",
     [](auto& c) {
       c.velocity.resize(1);
       c.velocity[0].places = 100'001;
     },
     "/velocity/0/places"},
    {"a velocity rule of no time",
     [](auto& c) {
       c.velocity.resize(1);
       c.velocity[0].seconds = 0;
     },
     "/velocity/0/seconds"},
    {"a velocity rule of more than a week",
     [](auto& c) {
       c.velocity.resize(1);
       c.velocity[0].seconds = 604'801;
     },
     "/velocity/0/seconds"},
    {"an allocation that cannot be", [](auto& c) { c.returns_to_allocation = allocation_number{60'001}; },
     "/returns_to_allocation"},
    {"a verdict that there is not", [](auto& c) { c.risk_on_failure = static_cast<risk_verdict>(4); },
     "/risk/on_failure"},
    {"an offer too short", [](auto& c) { c.waitlist_offer = millis{59'999}; }, "/waitlist/offer_seconds"},
    {"an offer too long", [](auto& c) { c.waitlist_offer = millis{259'200'001}; }, "/waitlist/offer_seconds"},
    {"an offer of less than nothing", [](auto& c) { c.waitlist_offer = millis{-1}; }, "/waitlist/offer_seconds"},
    {"too many tickets a buyer", [](auto& c) { c.max_per_buyer = 100'001; }, "/max_per_buyer"},
};

} // namespace

TEST_CASE("a configuration's faults are named with a pointer each") {
  REQUIRE(config_faults(sound_config()).empty());
  for (const auto& row : faulty_configs) {
    CAPTURE(row.what);
    auto config = sound_config();
    row.spoil(config);
    const auto faults = config_faults(config);
    bool named = false;
    for (const auto& fault : faults) {
      named |= fault.pointer == row.pointer;
    }
    CHECK(named);
  }
}

TEST_CASE("a configuration at its limits is sound") {
  auto config = sound_config();
  config.name = std::string(200, 'x');
  config.slug = std::string(64, 'x');
  config.description = std::string(8'192, '\n');
  config.venue = {venue_id{1}, "Opera", "Graz", "AT", "Europe/Vienna", -90'000'000, 180'000'000};
  config.tiers[0].price = 1'000'000'000'000;
  config.tiers[1].price = 0;
  config.sale_opens_at = noon;
  config.sale_closes_at = noon + millis{1};
  config.hold_time = minutes(60);
  config.hold_extension = millis{0};
  config.hold_cap = minutes(60);
  config.max_per_order = 1;
  config.max_per_buyer = 100'000;
  config.waitlist_offer = hours(72);
  CHECK(config_faults(config).empty());
  config.waitlist_offer = minutes(1);
  CHECK(config_faults(config).empty());
}

TEST_CASE("currencies have the minor units that ISO 4217 gives them") {
  const auto digits = [](char a, char b, char c) { return minor_unit_digits(currency_code{{a, b, c}}); };
  CHECK(digits('E', 'U', 'R') == 2);
  CHECK(digits('Z', 'W', 'G') == 2);
  CHECK(digits('A', 'E', 'D') == 2);
  CHECK(digits('J', 'P', 'Y') == 0);
  CHECK(digits('I', 'S', 'K') == 0);
  CHECK(digits('K', 'W', 'D') == 3);
  CHECK(digits('T', 'N', 'D') == 3);
  CHECK_FALSE(digits('X', 'X', 'X'));
  CHECK_FALSE(digits('H', 'R', 'K')); // the euro since 2023
  CHECK_FALSE(digits('\0', '\0', '\0'));
  CHECK_FALSE(digits('E', 'U', ' '));
}

TEST_CASE("time zones go by the names of the IANA database, old ones and links too") {
  for (const char* name : {"Europe/Vienna", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+12", "Asia/Calcutta",
                           "Europe/Kyiv", "Africa/Abidjan", "Zulu"}) {
    CAPTURE(name);
    CHECK(is_time_zone(name));
  }
  for (const char* name : {"", " ", "europe/vienna", "Factory", "GMT+25", "+01:00", "Europe/"}) {
    CAPTURE(name);
    CHECK_FALSE(is_time_zone(name));
  }
}

TEST_CASE("every tier that a layout uses needs a price") {
  std::vector<config_fault> faults;
  append_tier_faults(sound_config(), *small_layout(), faults);
  CHECK(faults.empty());
  append_tier_faults(sound_config(), *built(drawn_layout({{"..", "t0"}, {"..", "balcony"}})), faults);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].pointer == "/tiers");
  CHECK(faults[0].message.find("balcony") != std::string::npos);
}

TEST_CASE("an amendment changes the fields it has and leaves the others") {
  struct row {
    std::string what;
    std::function<void(event_amendment&)> by;
    std::function<void(event_config&)> expected;
  };
  const venue_summary venue{venue_id{9}, "Hall", "Wien", "AT", "Europe/Vienna", std::nullopt, std::nullopt};
  const std::vector<price_tier> tiers{{"x", "X", 5}};
  const row rows[] = {
      {"nothing", [](auto&) {}, [](auto&) {}},
      {"name", [](auto& a) { a.name = "n"; }, [](auto& c) { c.name = "n"; }},
      {"slug", [](auto& a) { a.slug = "n"; }, [](auto& c) { c.slug = "n"; }},
      {"description", [](auto& a) { a.description = "n"; }, [](auto& c) { c.description = "n"; }},
      {"category", [](auto& a) { a.category = "n"; }, [](auto& c) { c.category = "n"; }},
      {"start", [](auto& a) { a.starts_at = noon; }, [](auto& c) { c.starts_at = noon; }},
      {"venue", [&](auto& a) { a.venue = venue; }, [&](auto& c) { c.venue = venue; }},
      {"currency",
       [](auto& a) {
         a.currency = currency_code{{'C', 'H', 'F'}};
       },
       [](auto& c) {
         c.currency = {{'C', 'H', 'F'}};
       }},
      {"tiers", [&](auto& a) { a.tiers = tiers; }, [&](auto& c) { c.tiers = tiers; }},
      {"opening", [](auto& a) { a.sale_opens_at = std::optional{noon}; }, [](auto& c) { c.sale_opens_at = noon; }},
      {"closing", [](auto& a) { a.sale_closes_at = std::optional{noon}; }, [](auto& c) { c.sale_closes_at = noon; }},
      {"no closing", [](auto& a) { a.sale_closes_at.emplace(); }, [](auto& c) { c.sale_closes_at.reset(); }},
      {"hold time", [](auto& a) { a.hold_time = minutes(5); }, [](auto& c) { c.hold_time = minutes(5); }},
      {"extension", [](auto& a) { a.hold_extension = minutes(5); }, [](auto& c) { c.hold_extension = minutes(5); }},
      {"cap", [](auto& a) { a.hold_cap = minutes(5); }, [](auto& c) { c.hold_cap = minutes(5); }},
      {"order limit", [](auto& a) { a.max_per_order = 3; }, [](auto& c) { c.max_per_order = 3; }},
      {"resale", [](auto& a) { a.resale_max_percent = 90; }, [](auto& c) { c.resale_max_percent = 90; }},
      {"card limit", [](auto& a) { a.max_per_card = 3; }, [](auto& c) { c.max_per_card = 3; }},
      {"velocity", [](auto& a) { a.velocity.emplace(2); }, [](auto& c) { c.velocity.resize(2); }},
      {"returns", [](auto& a) { a.returns_to_allocation = allocation_number{3}; },
       [](auto& c) { c.returns_to_allocation = allocation_number{3}; }},
      {"risk", [](auto& a) { a.risk_on_failure = risk_verdict::deny; },
       [](auto& c) { c.risk_on_failure = risk_verdict::deny; }},
      {"tax",
       [](auto& a) {
         a.tax = event_tax{"VAT", {tax_mode::exclusive, 700}};
       },
       [](auto& c) {
         c.tax = event_tax{"VAT", {tax_mode::exclusive, 700}};
       }},
      {"waitlist", [](auto& a) { a.waitlist_offer = hours(2); }, [](auto& c) { c.waitlist_offer = hours(2); }},
      {"buyer limit", [](auto& a) { a.max_per_buyer = 3; }, [](auto& c) { c.max_per_buyer = 3; }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto before = sound_config();
    before.sale_closes_at = noon + hours(1);
    event_amendment amendment;
    row.by(amendment);
    auto expected = before;
    row.expected(expected);
    CHECK(amended(before, amendment) == expected);
  }
}

TEST_CASE("few are left from the threshold on, and none when nothing is") {
  const few_left tenth;
  CHECK(availability_of(tenth, 0, 100) == availability::none);
  CHECK(availability_of(tenth, 10, 100) == availability::few);
  CHECK(availability_of(tenth, 11, 100) == availability::many);
  CHECK(availability_of({few_left::unit::percent, 0}, 1, 100) == availability::many);
  CHECK(availability_of({few_left::unit::percent, 100}, 100, 100) == availability::few);
  CHECK(availability_of({few_left::unit::places, 20}, 20, 1'000) == availability::few);
  CHECK(availability_of({few_left::unit::places, 20}, 21, 1'000) == availability::many);
  CHECK(availability_of({few_left::unit::places, 20}, 0, 0) == availability::none);
}

TEST_CASE("a hold has the fees of its moment, and its total includes them") {
  auto config = sound_config();
  config.tiers[0].fee = 150;
  stage on{event_status::draft, config};
  REQUIRE(on.act(organiser(), publish_event{}));
  const auto first = on.hold(buyer(1), {0, 1});
  const auto floor = on.hold_places(buyer(2), 0, 3);
  event_amendment dearer;
  dearer.tiers = config.tiers;
  dearer.tiers->front().fee = 400;
  REQUIRE(on.act(organiser(), amend_event{{}, dearer}));
  const auto second = on.hold(buyer(1), {2});
  CHECK(on.state.fee(0) == 400);
  CHECK(on.state.find(first)->fees == std::vector<minor_units>{150, 150});
  CHECK(on.state.find(first)->fees_total() == 300);
  CHECK(on.state.find(first)->total() == 2'300);
  CHECK(on.state.find(floor)->fees_total() == 450);
  CHECK(on.state.find(floor)->total() == 3'450);
  CHECK(on.state.find(second)->total() == 1'400);
  on.confirm(first);
  CHECK(on.state.find(first)->paid == 2'300);
  const auto taken = on.act(buyer(3), seats({0}));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().alternatives.front().total == 1'400);
  CHECK(event_state::from_image(on.state.image())->hash() == on.state.hash());
}
