#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"
#include "tickets/ticket_code.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;

namespace {

/// A buyer's order of these seats, which the till has confirmed.
struct sold_order {
  reply answer;
  std::string order;
  std::vector<std::string> tickets;
  std::string at; ///< "?min_seq=…"

  sold_order(const box_office& opera, api_client& owner, const json& wish) {
    auto till = opera.till;
    const auto held = owner.post(opera.path("/holds"), wish);
    INFO(held.body);
    REQUIRE(held.status == 201);
    answer = confirm(till, held.text("hold_id"));
    REQUIRE(answer.status == 201);
    order = answer.text("order_id");
    for (const auto& ticket : answer.json().at("tickets")) {
      tickets.push_back(ticket.at("ticket_id").get<std::string>());
    }
    at = "?min_seq=" + answer.event_seq();
  }

  [[nodiscard]] auto path(std::size_t index, const std::string& more = {}) const -> std::string {
    return "/v1/tickets/" + tickets[index] + more + at;
  }
};

const json two_tickets{{"seats", {"A/1/7", "A/1/8"}}};

auto verifier_of(const json& keys) -> tickets::ticket_verifier {
  // base64url, as RFC 8037 has the key.
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<tickets::ticket_public_key> all;
  for (const auto& key : keys.at("keys")) {
    const auto text = key.at("x").get<std::string>();
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
      bits = bits << 6U | static_cast<std::uint32_t>(letters.find(letter));
      count += 6;
      if (count >= 8) {
        count -= 8;
        bytes.push_back(static_cast<std::uint8_t>(bits >> static_cast<unsigned>(count)));
      }
    }
    REQUIRE(bytes.size() == tickets::public_key_bytes);
    auto& made = all.emplace_back();
    made.id = static_cast<std::uint8_t>(std::stoi(key.at("kid").get<std::string>()));
    std::copy(bytes.begin(), bytes.end(), made.point.begin());
  }
  return tickets::ticket_verifier{all};
}

} // namespace

TEST_CASE("a buyer opens a ticket: where, when, which seat, and a code that the public keys verify") {
  opening_night in;
  const sold_order sold{in.opera, in.buyer, two_tickets};
  const auto got = in.buyer.get(sold.path(1));
  INFO(got.body);
  REQUIRE(got.status == 200);
  CHECK(got.header("cache-control") == "no-store");
  const auto ticket = got.json();
  CHECK(ticket.at("ticket_id") == sold.tickets[1]);
  CHECK(ticket.at("order_id") == sold.order);
  CHECK(ticket.at("event_id") == in.opera.event);
  CHECK(ticket.at("status") == "valid");
  CHECK(ticket.at("seat") == "A/1/8");
  CHECK(ticket.at("tier") == "stalls");
  CHECK(ticket.at("price") == 8'900);
  CHECK(ticket.at("serial") == 1);
  CHECK(ticket.at("venue").at("city") == "Graz");
  const auto event = in.buyer.get(in.opera.path()).json();
  CHECK(ticket.at("event").at("name") == event.at("name"));
  CHECK(ticket.at("event").at("starts_at") == event.at("starts_at"));
  auto anybody = in.server.anybody();
  const auto keys = anybody.get("/v1/tickets/keys");
  REQUIRE(keys.status == 200);
  CHECK(keys.header("cache-control").find("max-age=") != std::string::npos);
  const auto read = verifier_of(keys.json()).verify(ticket.at("code").get<std::string>());
  REQUIRE(read.has_value());
  CHECK(read->ticket_id == sold.tickets[1]);
  CHECK(read->serial == 1);
  CHECK(in.buyer.get(sold.path(0)).text("code") != ticket.at("code"));
}

TEST_CASE("standing places have tickets of their own, each with its code") {
  opening_night in;
  const sold_order sold{in.opera, in.buyer, {{"areas", {{{"area", "floor"}, {"quantity", 3}}}}}};
  REQUIRE(sold.tickets.size() == 3);
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto ticket = in.buyer.get(sold.path(i)).json();
    CHECK(ticket.at("area") == "floor");
    CHECK_FALSE(ticket.contains("seat"));
    codes.push_back(ticket.at("code").get<std::string>());
  }
  std::ranges::sort(codes);
  CHECK(std::ranges::adjacent_find(codes) == codes.end());
}

TEST_CASE("a ticket is its owner's, the confirming till's and the organiser's, and nobody else's") {
  opening_night in;
  const sold_order sold{in.opera, in.buyer, two_tickets};
  auto till = in.opera.till;
  auto other = in.server.buyer();
  auto other_till = in.server.key({"sell"});
  auto scanner = in.server.key({"scan"});
  auto foreign = in.server.key({"organise", "sell"}, in.server.organisation("Theatre"));
  for (const char* more : {"", "/qr.svg", "/qr.png", "/calendar.ics"}) {
    const auto path = sold.path(0, more);
    CAPTURE(path);
    for (auto* who : {&in.buyer, &till, &in.organiser}) {
      CHECK(who->get(path).status == 200);
    }
    check_problem(other.get(path), "not_found");
    check_problem(other_till.get(path), "not_found");
    check_problem(foreign.get(path), "not_found");
    check_problem(scanner.get(path), "scope_missing");
  }
  const auto receipt = "/v1/orders/" + sold.order + "/receipt" + sold.at;
  CHECK(in.organiser.get(receipt).status == 200);
  check_problem(other.get(receipt), "not_found");
}

TEST_CASE("what is no ticket is not found, and queries are those that are described") {
  opening_night in;
  const sold_order sold{in.opera, in.buyer, two_tickets};
  check_problem(in.buyer.get("/v1/tickets/tkt_0"), "not_found");
  check_problem(in.buyer.get("/v1/orders/ord_0/receipt"), "not_found");
  // A ticket beyond the order's last.
  std::string beyond;
  const domain::public_ids ids{{7, 11}};
  const auto first = ids.parse_ticket(sold.tickets[0]);
  REQUIRE(first.has_value());
  ids.append_ticket(beyond, first->event, first->order, 2);
  check_problem(in.buyer.get("/v1/tickets/" + beyond + sold.at), "not_found");
  const auto path = "/v1/tickets/" + sold.tickets[0];
  check_problem(in.buyer.get(path + "?min_seq=x"), "invalid_query");
  check_problem(in.buyer.get(path + "?scale=2"), "invalid_query");
  check_problem(in.buyer.get(path + "/qr.svg?scale=2"), "invalid_query");
  for (const char* scale : {"0", "33", "x", ""}) {
    check_problem(in.buyer.get(path + "/qr.png?scale=" + scale), "invalid_query");
  }
  check_problem(in.buyer.get("/v1/tickets/keys?all=1"), "invalid_query");
}

TEST_CASE("a ticket comes as QR code and as calendar entry") {
  opening_night in;
  const sold_order sold{in.opera, in.buyer, two_tickets};
  const auto svg = in.buyer.get(sold.path(0, "/qr.svg"));
  CHECK(svg.header("content-type") == "image/svg+xml");
  CHECK(svg.body.find("<svg") != std::string::npos);
  CHECK(svg.body.find("A/1/7") != std::string::npos);
  const auto png = in.buyer.get(sold.path(0, "/qr.png") + "&scale=4");
  CHECK(png.header("content-type") == "image/png");
  REQUIRE(png.body.size() > 24);
  CHECK(png.body.substr(1, 3) == "PNG");
  // 41 squares and four light ones on each side, at four pixels each: 196, in the header's big-endian width.
  CHECK(static_cast<unsigned char>(png.body[19]) == 196);
  const auto calendar = in.buyer.get(sold.path(0, "/calendar.ics"));
  CHECK(calendar.header("content-type") == "text/calendar; charset=utf-8");
  CHECK(calendar.body.find("METHOD:PUBLISH") != std::string::npos);
  CHECK(calendar.body.find("UID:" + sold.order) != std::string::npos);
  CHECK(calendar.body.find("LOCATION:Opera\\, Graz") != std::string::npos);
}

TEST_CASE("a receipt comes as a page and as PDF, with the tax that is in its prices") {
  server_settings settings;
  settings.receipts.seller = "Opera Graz GmbH";
  settings.receipts.tax_number = "ATU12345678";
  settings.receipts.tax_name = "USt.";
  settings.receipts.tax_basis_points = 1'300;
  const api_server server{settings};
  const box_office opera{server, {{"languages", {"de-AT"}}}};
  auto buyer = server.buyer();
  const sold_order sold{opera, buyer, two_tickets};
  const auto path = "/v1/orders/" + sold.order + "/receipt" + sold.at;
  const auto page = buyer.get(path, {.headers = "Accept: text/html\r\n"});
  INFO(page.body);
  REQUIRE(page.status == 200);
  CHECK(page.header("content-type") == "text/html; charset=utf-8");
  CHECK(page.header("content-security-policy").find("script") == std::string::npos);
  // 178.00 with 13 % in it: 2 × (89.00 − 78.76).
  for (const char* text : {"Beleg", "Opera Graz GmbH", "ATU12345678", "A/1/7", "A/1/8", "178,00", "20,48", "157,52"}) {
    CAPTURE(text);
    CHECK(page.body.find(text) != std::string::npos);
  }
  const auto pdf = buyer.get(path, {.headers = "Accept: application/pdf\r\n"});
  REQUIRE(pdf.status == 200);
  CHECK(pdf.header("content-type") == "application/pdf");
  CHECK(pdf.body.starts_with("%PDF-"));
  CHECK(pdf.header("content-disposition").find(sold.order + ".pdf") != std::string::npos);
  check_problem(buyer.get(path, {.headers = "Accept: image/png\r\n"}), "not_acceptable");
}

TEST_CASE("a seller without a name of its own is the event's organisation, and what was given away cost nothing") {
  opening_night in;
  auto till = in.opera.till;
  const auto given = till.post("/v1/holds/" + held(till, in.opera, {"A/1/1"}) + "/confirm",
                               {{"payment", {{"method", "complimentary"}, {"reason", "press"}}}});
  REQUIRE(given.status == 201);
  const auto page = till.get("/v1/orders/" + given.text("order_id") + "/receipt?min_seq=" + given.event_seq(),
                             {.headers = "Accept: text/html\r\n"});
  REQUIRE(page.status == 200);
  CHECK(page.body.find("Default organisation") != std::string::npos);
  CHECK(page.body.find("Complimentary") != std::string::npos);
  CHECK(page.body.find("89.00") == std::string::npos);
}

TEST_CASE("of an order that was given back there is no code, a receipt with its credit note, and calendars drop it") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto organiser = opera.organiser;
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto bought = pay(buyer, id, good_card);
  REQUIRE(bought.status == 201);
  const auto ticket = "/v1/tickets/" + bought.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  REQUIRE(organiser.post(order_path(id) + "/refunds").status == 201);
  CHECK(eventually([&] { return buyer.get(ticket).text("status") == "returned"; }));
  CHECK_FALSE(buyer.get(ticket).json().contains("code"));
  check_problem(buyer.get(ticket + "/qr.svg"), "order_refunded");
  check_problem(buyer.get(ticket + "/qr.png"), "order_refunded");
  const auto page = buyer.get(order_path(id) + "/receipt", {.headers = "Accept: text/html\r\n"});
  REQUIRE(page.status == 200);
  const auto credit = page.body.find("<h2>Credit note " + bought.text("order_id") + "-1</h2>");
  REQUIRE(credit != std::string::npos);
  CHECK(page.body.find("89.00\u00a0EUR") < credit);
  CHECK(page.body.find("−89.00\u00a0EUR", credit) != std::string::npos);
  CHECK(buyer.get(ticket + "/calendar.ics").body.find("METHOD:CANCEL") != std::string::npos);
}

namespace {

/// Gives tickets of an order back, or all that it has left, and reads its receipt then.
struct credited_order {
  const api_server& server;
  api_client organiser;
  std::string bearer;
  std::string order;
  std::string seq;

  void give_back(const json& which) {
    const auto back = organiser.post("/v1/orders/" + order + "/refunds", which, {.key = new_key()});
    INFO(back.body);
    REQUIRE(back.status == 201);
    seq = back.event_seq();
  }

  [[nodiscard]] auto page() const -> std::string {
    auto reader = server.with(bearer);
    const auto path = "/v1/orders/" + order + "/receipt?min_seq=" + seq;
    reply page;
    // After a restart the view of orders may be there before that of events.
    REQUIRE(eventually([&] {
      page = reader.get(path, {.headers = "Accept: text/html\r\n"});
      return page.status == 200;
    }));
    CHECK(reader.get(path, {.headers = "Accept: application/pdf\r\n"}).body.starts_with("%PDF-"));
    return page.body;
  }
};

/// Whether the texts stand in the page one after the other.
void check_order(const std::string& page, const std::vector<std::string>& texts) {
  std::size_t at = 0;
  for (const auto& text : texts) {
    CAPTURE(text);
    at = page.find(text, at);
    REQUIRE(at != std::string::npos);
  }
}

} // namespace

TEST_CASE(
    "a receipt stays what was sold when seats go back one by one, and credits them each time, also after a restart") {
  api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const sold_order sold{opera, buyer, {{"seats", {"A/1/7", "A/1/8", "A/1/9"}}}};
  credited_order at{server, opera.organiser, buyer.bearer(), sold.order, {}};
  at.give_back({{"tickets", {sold.tickets[1]}}});
  const auto number = "<h2>Credit note " + sold.order;
  const std::vector<std::string> once{"A/1/7",        "A/1/8", "A/1/9",  "267.00", "267.00",
                                      number + "-1<", "A/1/8", "−89.00", "−89.00"};
  auto page = at.page();
  check_order(page, once);
  CHECK(page.find(number + "-2<") == std::string::npos);
  CHECK(page.find("A/1/7", page.find(number)) == std::string::npos);

  at.give_back(json::object());
  auto all = once;
  for (const auto& text : {number + "-2<", std::string{"A/1/7"}, std::string{"A/1/9"}, std::string{"−178.00"}}) {
    all.push_back(text);
  }
  page = at.page();
  check_order(page, all);
  CHECK(page.find("A/1/8", page.find(number + "-2<")) == std::string::npos);
  server.restart();
  CHECK(at.page() == page);
}

TEST_CASE("standing places that go back are a line of the credit, as many as went") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const sold_order sold{opera, buyer, {{"areas", {{{"area", "floor"}, {"quantity", 3}}}}}};
  credited_order at{server, opera.organiser, buyer.bearer(), sold.order, {}};
  at.give_back({{"tickets", {sold.tickets[2], sold.tickets[0]}}});
  at.give_back({{"tickets", {sold.tickets[1]}}});
  const auto number = "<h2>Credit note " + sold.order;
  check_order(at.page(), {"<td>3</td>", "75.00", number + "-1<", "<td>2</td>", "−25.00", "−50.00", number + "-2<",
                          "<td>1</td>", "−25.00"});
}

} // namespace holdfast::api_test
