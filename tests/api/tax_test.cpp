#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What an event's tax does to holds, payments, refunds, reports and receipts, over sockets.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;

namespace {

auto vat(const std::string& mode, int basis_points) -> json {
  return {{"name", "VAT"}, {"basis_points", basis_points}, {"mode", mode}};
}

auto charged(const std::string& mode, int basis_points, std::int64_t amount) -> json {
  auto tax = vat(mode, basis_points);
  tax["amount"] = amount;
  return tax;
}

/// Stalls 89.05 and a fee of 2.50: 12.5 % on top are 11.44375, so 11.44 a place.
auto taxed(const json& tax) -> json {
  return {{"tax", tax},
          {"resale", {{"max_percent", 100}}},
          {"tiers",
           {{{"id", "stalls"}, {"name", "Stalls"}, {"price", 8'905}, {"fee", 250}},
            {{"id", "balcony"}, {"name", "Balcony"}, {"price", 4'500}},
            {{"id", "standing"}, {"name", "Standing"}, {"price", 2'500}}}}};
}

constexpr std::int64_t tax_each = 1'144;
constexpr std::int64_t taxed_each = 8'905 + 250 + tax_each;

auto seq_after(const reply& last, std::uint64_t more) -> std::string {
  return std::to_string(std::stoull(last.event_seq()) + more);
}

/// An event that takes cards, with a tax on top.
struct taxed_night {
  explicit taxed_night(const json& tax = vat("exclusive", 1'250)) : opera{server, taxed(tax)} {}

  /// After a reply, and so many facts of the event more.
  [[nodiscard]] auto report(const reply& after, std::uint64_t more = 0) const -> json {
    auto organiser = opera.organiser;
    return organiser.get(opera.path("/report?min_seq=" + seq_after(after, more))).json();
  }
  auto receipt(api_client& who, const std::string& order, const reply& after, std::uint64_t more = 0) -> std::string {
    const auto path = "/v1/orders/" + order + "/receipt?min_seq=" + seq_after(after, more);
    CHECK(who.get(path, {.headers = "Accept: application/pdf\r\n"}).body.starts_with("%PDF-"));
    const auto page = who.get(path, {.headers = "Accept: text/html\r\n"});
    REQUIRE(page.status == 200);
    return page.body;
  }

  fake_gateway gateway;
  answering pump{gateway};
  api_server server{settings_with(gateway)};
  box_office opera;
  api_client buyer{server.buyer()};
};

/// Whether the texts stand in the page one after the other.
void check_in_order(const std::string& page, const std::vector<std::string>& texts) {
  std::size_t at = 0;
  for (const auto& text : texts) {
    CAPTURE(text);
    at = page.find(text, at);
    REQUIRE(at != std::string::npos);
  }
}

} // namespace

TEST_CASE("a tax on top is charged place by place, is in the payment, and goes back with each ticket") {
  taxed_night at;
  const auto hold = at.buyer.post(at.opera.path("/holds"), {{"seats", {"A/1/1", "A/1/2"}}});
  INFO(hold.body);
  REQUIRE(hold.status == 201);
  CHECK(hold.json().at("seats").at(0).at("tax") == tax_each);
  CHECK(hold.json().at("tax") == charged("exclusive", 1'250, 2 * tax_each));
  CHECK(hold.json().at("fees") == 500);
  CHECK(hold.json().at("total") == 2 * taxed_each);
  auto other = at.server.buyer();
  const auto taken = other.post(at.opera.path("/holds"), {{"seats", {"A/1/1"}}});
  CHECK(taken.json().at("alternatives").at(0).at("total") == taxed_each);
  const auto id = hold.text("hold_id");
  const auto sold = pay(at.buyer, id, good_card);
  INFO(sold.body);
  REQUIRE(sold.status == 201);
  CHECK(sold.json().at("total") == 2 * taxed_each);
  CHECK(sold.json().at("tax") == charged("exclusive", 1'250, 2 * tax_each));
  CHECK(sold.json().at("tickets").at(1).at("tax") == tax_each);
  CHECK(kept(at.gateway) == 2 * taxed_each);
  auto report = at.report(sold);
  CHECK(report.at("revenue") == 2 * taxed_each);
  CHECK(report.at("fees") == 500);
  CHECK(report.at("tax") == 2 * tax_each);
  const auto ticket = sold.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  CHECK(at.buyer.get("/v1/tickets/" + ticket + "?min_seq=" + sold.event_seq()).json().at("tax") == tax_each);

  auto organiser = at.opera.organiser;
  const auto back = organiser.post(order_path(id) + "/refunds", {{"tickets", {ticket}}}, {.key = new_key()});
  INFO(back.body);
  REQUIRE(back.status == 201);
  CHECK(eventually([&] { return kept(at.gateway) == taxed_each; }));
  report = at.report(sold, 1);
  CHECK(report.at("revenue") == taxed_each);
  CHECK(report.at("fees") == 250);
  CHECK(report.at("tax") == tax_each);
  const auto order = sold.text("order_id");
  // 183.10 and 2 × 11.44 for both; 91.55 and 11.44 come back.
  check_in_order(at.receipt(at.buyer, order, sold, 1), {"183.10", "VAT", "22.88", "205.98", "205.98", order + "-1<",
                                                        "−91.55", "−11.44", "−102.99", "−102.99"});
  REQUIRE(organiser.post(order_path(id) + "/refunds", json::object(), {.key = new_key()}).status == 201);
  CHECK(eventually([&] { return kept(at.gateway) == 0; }));
  CHECK(at.report(sold, 2).at("revenue") == 0);
  CHECK(at.report(sold, 2).at("tax") == 0);
}

TEST_CASE("standing places are taxed one by one, what is given away is not, and a till is told the whole sum") {
  taxed_night at;
  auto till = at.opera.till;
  const auto floor = till.post(at.opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 3}}}}});
  REQUIRE(floor.status == 201);
  // 25.00 at 12.5 %: 3.125, so 3.13.
  CHECK(floor.json().at("areas").at(0).at("tax") == 313);
  CHECK(floor.json().at("total") == 3 * 2'813);
  const auto cash = confirm(till, floor.text("hold_id"));
  REQUIRE(cash.status == 201);
  CHECK(cash.json().at("total") == 3 * 2'813);
  const auto gift = till.post("/v1/holds/" + held(till, at.opera, {"A/1/5"}) + "/confirm",
                              {{"payment", {{"method", "complimentary"}, {"reason", "press"}}}});
  REQUIRE(gift.status == 201);
  CHECK(gift.json().at("tax").at("amount") == 0);
  CHECK(gift.json().at("tickets").at(0).at("tax") == 0);
  CHECK(gift.json().at("total") == 0);
  CHECK(at.report(gift).at("tax") == 3 * 313);
  CHECK(at.receipt(till, gift.text("order_id"), gift).find("11.44") == std::string::npos);
}

TEST_CASE("a hold keeps the tax of its moment, and an event is changed, shown and read again with its tax") {
  taxed_night at;
  auto organiser = at.opera.organiser;
  const auto first = held(at.buyer, at.opera, {"A/1/1"});
  const auto dearer = organiser.patch(at.opera.path(), {{"tax", vat("exclusive", 2'000)}});
  REQUIRE(dearer.status == 200);
  CHECK(at.buyer.get(at.opera.path("?min_seq=" + dearer.event_seq())).json().at("tax") == vat("exclusive", 2'000));
  CHECK(hold(at.buyer, at.opera, {"A/1/2"}).json().at("tax") == charged("exclusive", 2'000, 1'831));
  const auto within = organiser.patch(at.opera.path(), {{"tax", vat("inclusive", 2'000)}});
  REQUIRE(within.status == 200);
  const auto inclusive = hold(at.buyer, at.opera, {"A/1/3"});
  CHECK(inclusive.json().at("tax") == charged("inclusive", 2'000, 1'526));
  CHECK(inclusive.json().at("total") == 9'155);
  CHECK_FALSE(inclusive.json().at("seats").at(0).contains("tax"));
  const auto none = organiser.patch(at.opera.path(), {{"tax", nullptr}});
  REQUIRE(none.status == 200);
  CHECK_FALSE(at.buyer.get(at.opera.path("?min_seq=" + none.event_seq())).json().contains("tax"));
  const auto untaxed = hold(at.buyer, at.opera, {"A/1/4"});
  CHECK_FALSE(untaxed.json().contains("tax"));
  CHECK(untaxed.json().at("total") == 9'155);
  at.server.restart();
  auto again = at.server.with(at.buyer.bearer());
  const auto kept_hold = again.get("/v1/holds/" + first + "?min_seq=" + untaxed.event_seq());
  CHECK(kept_hold.json().at("tax") == charged("exclusive", 1'250, tax_each));
  CHECK(kept_hold.json().at("total") == taxed_each);
}

TEST_CASE("a tax that cannot be is refused with a pointer, and changes nothing") {
  taxed_night at;
  auto organiser = at.opera.organiser;
  const std::vector<std::pair<json, std::string>> cases{
      {vat("exclusive", 10'001), "/tax/basis_points"},
      {vat("exclusive", -1), "/tax/basis_points"},
      {vat("on_top", 100), "/tax/mode"},
      {{{"name", ""}, {"basis_points", 1}, {"mode", "exclusive"}}, "/tax/name"},
      {{{"name", std::string(41, 'x')}, {"basis_points", 1}, {"mode", "exclusive"}}, "/tax/name"},
      {{{"name", " VAT"}, {"basis_points", 1}, {"mode", "exclusive"}}, "/tax/name"},
      {{{"basis_points", 1}, {"mode", "exclusive"}}, "/tax/name"},
      {{{"name", "VAT"}, {"mode", "exclusive"}}, "/tax/basis_points"},
      {{{"name", "VAT"}, {"basis_points", 1}}, "/tax/mode"},
      {{{"name", "VAT"}, {"basis_points", 1}, {"mode", "inclusive"}, {"rate", 1}}, "/tax/rate"},
      {"VAT", "/tax"},
  };
  for (const auto& [tax, pointer] : cases) {
    CAPTURE(tax.dump());
    const auto no = organiser.patch(at.opera.path(), {{"tax", tax}});
    check_problem(no, "validation_failed");
    CHECK(no.json().at("errors").at(0).at("pointer") == pointer);
  }
  CHECK(at.buyer.get(at.opera.path()).json().at("tax") == vat("exclusive", 1'250));
}

TEST_CASE("a tax in the price is on the receipt, and the total is the price") {
  taxed_night at{vat("inclusive", 1'300)};
  const auto id = held(at.buyer, at.opera, {"A/1/1", "A/1/2"});
  const auto sold = pay(at.buyer, id, good_card);
  REQUIRE(sold.status == 201);
  CHECK(kept(at.gateway) == 2 * 9'155);
  // 91.55 with 13 % in it: 10.53 each.
  CHECK(sold.json().at("tax") == charged("inclusive", 1'300, 2 * 1'053));
  CHECK(at.report(sold).at("tax") == 0);
  check_in_order(at.receipt(at.buyer, sold.text("order_id"), sold), {"183.10", "VAT", "21.06", "162.04", "183.10"});
}

TEST_CASE("a resold ticket has the tax in its price, and the seller's receipt credits what came back of it") {
  taxed_night at;
  const auto id = held(at.buyer, at.opera, {"A/1/1", "A/1/2"});
  const auto sold = pay(at.buyer, id, good_card);
  REQUIRE(sold.status == 201);
  const auto resell = [&](std::size_t which, std::int64_t price) {
    const auto ticket = sold.json().at("tickets").at(which).at("ticket_id").get<std::string>();
    const auto path = "/v1/tickets/" + ticket + "/offer";
    REQUIRE(at.buyer.post(path, {{"price", price}}).status == 201);
    auto other = at.server.buyer();
    const auto hold = other.post(at.opera.path("/holds"), {{"resale", ticket}});
    INFO(hold.body);
    REQUIRE(hold.status == 201);
    CHECK(hold.json().at("total") == price);
    CHECK(hold.json().at("tax").at("mode") == "inclusive");
    const auto bought = pay(other, hold.text("hold_id"), good_card);
    INFO(bought.body);
    REQUIRE(bought.status == 201);
    return bought;
  };
  check_problem(
      at.buyer.post("/v1/tickets/" + sold.json().at("tickets").at(0).at("ticket_id").get<std::string>() + "/offer",
                    {{"price", taxed_each + 1}}),
      "validation_failed");
  resell(0, taxed_each);
  const auto less = resell(1, 9'000);
  CHECK(eventually([&] { return kept(at.gateway) == 2 * taxed_each; }));
  const auto report = at.report(less);
  CHECK(report.at("revenue") == taxed_each + 9'000);
  CHECK(report.at("tax") == 0);
  const auto order = sold.text("order_id");
  // All of 102.99 comes back with its 11.44; of the other 90.00, in which 10.00 are tax, so that 11.55 of 91.55 stay.
  check_in_order(at.receipt(at.buyer, order, less),
                 {"205.98", order + "-1<", "−11.44", "−102.99", order + "-2<", "11.55", "−80.00", "−10.00", "−90.00"});
}

} // namespace holdfast::api_test
