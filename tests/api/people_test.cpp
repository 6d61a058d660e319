#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

/// Names and addresses of people: who sees them, and that nothing that lasts has them.
namespace holdfast::api_test {

using nlohmann::json;
using testing::fake_gateway;

namespace {

const json named{{"email", "ada@example.org"}, {"attendees", {"Ada Lovelace", "Čarls Babbage"}}};

auto with_names(json body, const json& names = named) -> json {
  body.update(names);
  return body;
}

auto paid_by_card(const json& names = named) -> json {
  return with_names({{"payment", {{"method", good_card}}}}, names);
}

/// Whether a file below has these bytes.
auto is_on_disk(const std::filesystem::path& below, const std::string& what) -> bool {
  for (const auto& file : std::filesystem::recursive_directory_iterator{below}) {
    std::ifstream in{file.path(), std::ios::binary};
    if (file.is_regular_file() && std::string{std::istreambuf_iterator<char>{in}, {}}.find(what) != std::string::npos) {
      return true;
    }
  }
  return false;
}

/// A buyer with an order of two seats that names people.
struct named_order {
  fake_gateway gateway = {};
  answering pump{gateway};
  api_server server{[this] {
    auto settings = settings_with(gateway);
    settings.keeps_people = true;
    settings.on_disk = true;
    return settings;
  }()};
  box_office opera{server};
  api_client buyer{server.buyer()};
  std::string hold{held(buyer, opera, {"A/1/7", "A/1/8"})};
  std::string key = new_key();

  auto confirm_it(const json& body = paid_by_card()) -> reply {
    return buyer.post("/v1/holds/" + hold + "/confirm", body, {.key = key});
  }
};

} // namespace

TEST_CASE(
    "a buyer's order has the names and the address, for the buyer; its remembered answer and the journal have none") {
  named_order at;
  const auto made = at.confirm_it();
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK_FALSE(made.json().contains("email"));
  CHECK_FALSE(made.json().contains("attendees"));
  const auto path = order_path(at.hold);
  const auto read = [&](api_client who) { return who.get(path + "?min_seq=" + made.event_seq()); };
  CHECK(read(at.buyer).text("email") == "ada@example.org");
  CHECK(read(at.buyer).json().at("attendees") == named.at("attendees"));
  CHECK(read(at.server.buyer()).status == 404);
  CHECK(read(at.opera.till).status == 404);
  CHECK_FALSE(at.buyer.get("/v1/orders").json().at("items").at(0).contains("email"));
  const auto again = at.confirm_it();
  CHECK(again.body == made.body);
  at.server.restart();
  CHECK(read(at.server.with(at.buyer.bearer())).text("email") == "ada@example.org");
  at.server.stop();
  CHECK_FALSE(is_on_disk(at.server.directory(), "ada@example.org"));
  CHECK_FALSE(is_on_disk(at.server.directory(), "Lovelace"));
}

TEST_CASE("what is told with a confirmation is checked, and what is refused leaves nothing") {
  named_order at;
  const std::vector<std::pair<json, std::string>> table{
      {{{"email", "ada"}}, "/email"},
      {{{"email", "ada@example.org\r\nBcc: eve@example.org"}}, "/email"},
      {{{"email", 7}}, "/email"},
      {{{"attendees", {"Ada"}}}, "/attendees"},
      {{{"attendees", {"Ada", "Bob", "Eve"}}}, "/attendees"},
      {{{"attendees", json::array()}}, "/attendees"},
      {{{"attendees", {"Ada", ""}}}, "/attendees/1"},
      {{{"attendees", {"Ada", "line\nend"}}}, "/attendees/1"},
      {{{"attendees", {"Ada", "4242 4242 4242 4242"}}}, "/attendees/1"},
      {{{"attendees", {"Ada", std::string(201, 'x')}}}, "/attendees/1"},
  };
  for (const auto& [names, pointer] : table) {
    at.key = new_key();
    const auto refused = at.confirm_it(paid_by_card(names));
    CAPTURE(names.dump());
    CHECK(refused.code() == "validation_failed");
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  CHECK(at.gateway.payments().empty());
  at.key = new_key();
  REQUIRE(at.confirm_it({{"payment", {{"method", good_card}}}}).status == 201);
  const auto read = at.buyer.get(order_path(at.hold));
  CHECK_FALSE(read.json().contains("email"));
  CHECK_FALSE(read.json().contains("attendees"));
}

TEST_CASE("what came with a card that was declined gives way to what comes with the next") {
  named_order at;
  REQUIRE(at.confirm_it(with_names({{"payment", {{"method", bad_card}}}})).status == 402);
  at.key = new_key();
  REQUIRE(at.confirm_it(paid_by_card({{"email", "ada@elsewhere.example"}})).status == 201);
  const auto read = at.buyer.get(order_path(at.hold));
  CHECK(read.text("email") == "ada@elsewhere.example");
  CHECK_FALSE(read.json().contains("attendees"));
}

TEST_CASE("nobody tells anything about the order of somebody else, nor about one that is made") {
  named_order at;
  auto other = at.server.buyer();
  const json eve{{"email", "eve@example.org"}};
  CHECK(other.post("/v1/holds/" + at.hold + "/confirm", paid_by_card(eve)).status == 404);
  REQUIRE(at.confirm_it().status == 201);
  CHECK(other.post("/v1/holds/" + at.hold + "/confirm", paid_by_card(eve)).status == 404);
  CHECK(at.buyer.post("/v1/holds/" + at.hold + "/confirm", paid_by_card(eve)).code() == "hold_confirmed");
  CHECK(at.buyer.get(order_path(at.hold)).text("email") == "ada@example.org");
}

TEST_CASE("a box office takes names down too, and reads them") {
  named_order at;
  const auto body = with_names({{"payment", {{"method", "cash"}}}});
  const auto own = held(at.opera.till, at.opera, {"A/2/1", "A/2/2"});
  auto alone = body;
  alone["attendees"] = {"Ada"};
  const auto refused = at.opera.till.post("/v1/holds/" + own + "/confirm", alone);
  CHECK(refused.code() == "validation_failed");
  CHECK(refused.json().at("errors").at(0).at("pointer") == "/attendees");
  REQUIRE(at.opera.till.post("/v1/holds/" + own + "/confirm", body).status == 201);
  const auto names = [](api_client& who, const std::string& hold) {
    const auto seen = who.get(order_path(hold));
    return seen.status == 200 && seen.json().value("email", "") == "ada@example.org";
  };
  CHECK(testing::eventually([&] { return names(at.opera.till, own); }));
  // For a buyer at the counter: the buyer reads it too.
  REQUIRE(at.opera.till.post("/v1/holds/" + at.hold + "/confirm", body).status == 201);
  CHECK(testing::eventually([&] { return names(at.opera.till, at.hold); }));
  CHECK(testing::eventually([&] { return names(at.buyer, at.hold); }));
}

TEST_CASE("an erased person is named nowhere any more, and the order stays") {
  named_order at;
  REQUIRE(at.confirm_it().status == 201);
  const auto path = order_path(at.hold);
  auto elsewhere = at.server.key({"admin"}, at.server.organisation("Elsewhere"));
  auto admin = at.server.admin();
  auto other = at.server.buyer();
  const auto id = [&](api_client& who) { return who.post("/v1/sessions/refresh").text("buyer_id"); };
  const auto of = [](const std::string& who) { return "/v1/buyers/" + who + "/personal-data"; };
  CHECK(other.remove(of(id(at.buyer))).status == 404);
  CHECK(elsewhere.remove(of(id(at.buyer))).status == 404);
  CHECK(admin.remove(of("byr_1")).status == 404);
  CHECK(other.remove(of("me")).status == 204);
  CHECK(at.buyer.get(path).text("email") == "ada@example.org");
  const auto before = at.server.recorded();
  CHECK(at.buyer.remove(of("me")).status == 204);
  CHECK(admin.remove(of(id(at.buyer))).status == 204);
  CHECK(at.server.recorded() == before);
  const auto read = at.buyer.get(path);
  CHECK(read.status == 200);
  CHECK(read.text("status") == "confirmed");
  CHECK_FALSE(read.json().contains("email"));
  CHECK_FALSE(read.json().contains("attendees"));
}

TEST_CASE("an organiser has an order's names forgotten") {
  named_order at;
  REQUIRE(at.confirm_it().status == 201);
  const auto path = order_path(at.hold);
  auto elsewhere = at.server.key({"organise"}, at.server.organisation("Elsewhere"));
  CHECK(elsewhere.remove(path + "/personal-data").status == 404);
  CHECK(at.opera.organiser.remove("/v1/orders/ord_0/personal-data").status == 404);
  CHECK(at.buyer.get(path).text("email") == "ada@example.org");
  CHECK(at.opera.organiser.remove(path + "/personal-data").status == 204);
  CHECK_FALSE(at.buyer.get(path).json().contains("email"));
}

TEST_CASE("a server without a store for personal data takes none and says so") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto hold = held(till, opera, {"A/1/7"});
  CHECK(till.post("/v1/holds/" + hold + "/confirm", with_names({{"payment", {{"method", "cash"}}}})).code() ==
        "field_not_supported");
  CHECK(server.buyer().remove("/v1/buyers/me/personal-data").code() == "not_configured");
}

} // namespace holdfast::api_test
