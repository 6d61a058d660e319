#include "http/rfc3339.hpp"
#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/ticket_scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

/// A hall with an event, a buyer with two tickets, and somebody at the door.
struct door : opening_night {
  sold_tickets sold{opera, buyer, {"A/1/7", "A/1/8"}};
  std::string code{sold.code(buyer, 0)};
  std::string other_code{sold.code(buyer, 1)};
  api_client scanner{server.key({"scan"})};

  static auto body(const std::string& what, const std::string& nonce, const std::string& gate = "north") -> json {
    return {{"code", what}, {"gate", gate}, {"nonce", nonce}};
  }
  auto scan(const std::string& what, const std::string& nonce, const std::string& gate = "north") -> reply {
    return scanner.post("/v1/scans", body(what, nonce, gate));
  }
  auto result(const std::string& what, const std::string& nonce) -> std::string {
    return scan(what, nonce).text("result");
  }
  auto undo(const std::string& nonce) -> reply {
    return scanner.post("/v1/scans/undo", {{"ticket_id", sold.ids[0]}, {"nonce", nonce}});
  }
  /// The ticket goes to somebody, whose code it is then.
  auto hand_on() -> std::string {
    auto friend_of = server.buyer();
    const auto offer = buyer.post("/v1/tickets/" + sold.ids[0] + "/transfer");
    const auto taken = friend_of.post("/v1/tickets/claim", {{"token", offer.text("claim_token")}});
    REQUIRE(taken.status == 201);
    return friend_of.get("/v1/tickets/" + sold.ids[0] + "?min_seq=" + taken.event_seq()).text("code");
  }
};

} // namespace

TEST_CASE("a ticket admits once: the same scan again is the same, another is told when and where it was used") {
  door at;
  const auto first = at.scan(at.code, "scan-0001");
  INFO(first.body);
  REQUIRE(first.status == 200);
  CHECK(first.text("result") == "admitted");
  CHECK(first.text("ticket_id") == at.sold.ids[0]);
  CHECK(first.text("seat") == "A/1/7");
  CHECK(first.text("gate") == "north");
  CHECK_FALSE(first.event_seq().empty());
  CHECK(at.scan(at.code, "scan-0001").body == first.body);
  at.server.clock().turn(domain::minutes(5));
  const auto late = at.scan(at.code, "scan-0002", "south");
  CHECK(late.text("result") == "already_used");
  CHECK(late.text("gate") == "north");
  CHECK(late.text("at") == first.text("at"));
  CHECK(at.result(at.other_code, "scan-0001") == "admitted");
  const auto seen = at.buyer.get("/v1/tickets/" + at.sold.ids[0] + "?min_seq=" + first.event_seq()).json();
  CHECK(seen.at("status") == "admitted");
  CHECK(seen.at("admission").at("gate") == "north");
}

TEST_CASE("a scan is on disk when it is answered: it outlives the server, and its retry is answered alike") {
  door at;
  const auto first = at.scan(at.code, "scan-0001");
  REQUIRE(first.text("result") == "admitted");
  at.server.restart();
  auto scanner = at.server.with(at.scanner.bearer());
  CHECK(scanner.post("/v1/scans", door::body(at.code, "scan-0001")).body == first.body);
  CHECK(scanner.post("/v1/scans", door::body(at.code, "scan-0002")).text("result") == "already_used");
}

TEST_CASE("codes that are no codes are invalid, and it is said why") {
  door at;
  auto forged = at.code;
  forged[60] = forged[60] == 'A' ? 'B' : 'A';
  auto small = at.code;
  small[60] = 'u';
  const auto reason = [&](const std::string& code) {
    const auto got = at.scan(code, new_key());
    CHECK(got.text("result") == "invalid");
    return got.text("reason");
  };
  CHECK(reason(forged) == "forged");
  CHECK(reason(small) == "malformed");
  CHECK(reason("https://tickets.example/12") == "malformed");
  CHECK(at.result(at.code, "scan-0001") == "admitted");
}

TEST_CASE("another event's door turns a ticket away, and so does another organisation's") {
  door at;
  const auto other = make_draft(at.organiser, at.opera.venue);
  auto body = door::body(at.code, "scan-0001");
  body["event_id"] = other;
  CHECK(at.scanner.post("/v1/scans", body).text("result") == "wrong_event");
  body["event_id"] = at.opera.event;
  CHECK(at.scanner.post("/v1/scans", body).text("result") == "admitted");
  body["event_id"] = "no-such-event";
  check_problem(at.scanner.post("/v1/scans", body), "validation_failed");
  auto foreign = at.server.key({"scan"}, at.server.organisation("Theatre"));
  const auto turned = foreign.post("/v1/scans", door::body(at.other_code, "scan-0002"));
  CHECK(turned.text("result") == "wrong_event");
  CHECK_FALSE(turned.json().contains("seat"));
  check_problem(foreign.post("/v1/scans/undo", {{"ticket_id", at.sold.ids[0]}, {"nonce", "scan-0001"}}), "not_found");
}

TEST_CASE("a ticket that was handed on has a new code; the old one is revoked") {
  door at;
  const auto next = at.hand_on();
  const auto old = at.scan(at.code, "scan-0001");
  CHECK(old.text("result") == "revoked");
  CHECK(old.text("ticket_id") == at.sold.ids[0]);
  CHECK(at.result(next, "scan-0002") == "admitted");
  auto other = at.server.buyer();
  check_problem(at.buyer.post("/v1/tickets/" + at.sold.ids[0] + "/transfer"), "not_found");
  REQUIRE(at.result(at.other_code, "scan-0003") == "admitted");
  CHECK(eventually([&] { return at.buyer.get("/v1/tickets/" + at.sold.ids[1]).text("status") == "admitted"; }));
  check_problem(at.buyer.post("/v1/tickets/" + at.sold.ids[1] + "/transfer"), "ticket_used");
  check_problem(at.buyer.remove("/v1/tickets/" + at.sold.ids[1] + "/transfer"), "ticket_used");
}

TEST_CASE("an admission is taken back by its own scan, and the ticket is good for another") {
  door at;
  check_problem(at.undo("scan-0001"), "not_admitted");
  const auto first = at.scan(at.code, "scan-0001");
  REQUIRE(first.text("result") == "admitted");
  check_problem(at.undo("scan-0002"), "not_admitted");
  const auto undone = at.undo("scan-0001");
  INFO(undone.body);
  CHECK(undone.status == 200);
  CHECK(undone.text("result") == "undone");
  CHECK(at.undo("scan-0001").body == undone.body);
  // The scan that was undone admits nobody by being repeated.
  const auto again = at.scan(at.code, "scan-0001");
  CHECK(again.text("result") == "admitted");
  CHECK(again.json().at("undone") == true);
  CHECK(at.result(at.code, "scan-0003") == "admitted");
  CHECK(at.result(at.code, "scan-0004") == "already_used");
  check_problem(at.scanner.post("/v1/scans/undo", {{"ticket_id", "tkt_0"}, {"nonce", "scan-0001"}}),
                "validation_failed");
}

TEST_CASE("what a scan must be like") {
  door at;
  const std::vector<std::pair<json, std::string>> table{
      {json::object(), "/code"},
      {{{"code", at.code}, {"nonce", "scan-0001"}}, "/gate"},
      {{{"code", at.code}, {"gate", std::string(33, 'g')}, {"nonce", "scan-0001"}}, "/gate"},
      {{{"code", at.code}, {"gate", "north"}}, "/nonce"},
      {door::body(at.code, "short"), "/nonce"},
      {door::body(at.code, std::string(129, 'n')), "/nonce"},
      {door::body(at.code, "with a blank"), "/nonce"},
      {door::body(std::string(513, 'A'), "scan-0001"), "/code"},
  };
  for (const auto& [body, pointer] : table) {
    const auto refused = at.scanner.post("/v1/scans", body);
    CAPTURE(body.dump());
    CHECK(refused.code() == "validation_failed");
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  auto timed = door::body(at.code, "scan-0001");
  timed["at"] = "yesterday";
  check_problem(at.scanner.post("/v1/scans", timed), "validation_failed");
  timed["at"] = "2999-01-01T00:00:00.000Z";
  const auto admitted = at.scanner.post("/v1/scans", timed);
  CHECK(admitted.text("result") == "admitted");
  CHECK(admitted.text("at") < "2999");
}

TEST_CASE("scans of devices that were offline are merged in the order of their time, and duplicates named") {
  door at;
  const auto stamp = [&](std::int64_t minutes_ago) {
    std::string text;
    http::append_rfc3339(text, (at.server.clock().now() - domain::minutes(minutes_ago)).unix_ms);
    return text;
  };
  const auto scan = [&](const std::string& code, const char* nonce, const char* gate, std::int64_t minutes_ago) {
    auto one = door::body(code, nonce, gate);
    one["at"] = stamp(minutes_ago);
    return one;
  };
  const json batch{{"scans",
                    {scan(at.code, "south-01", "south", 5), scan(at.other_code, "south-02", "south", 4),
                     scan(at.code, "north-01", "north", 9), door::body("nonsense", "north-02")}}};
  const auto merged = at.scanner.post("/v1/scans/batch", batch);
  INFO(merged.body);
  REQUIRE(merged.status == 200);
  const auto items = merged.json().at("items");
  REQUIRE(items.size() == 4);
  CHECK(items.at(0).at("nonce") == "south-01");
  CHECK(items.at(0).at("result") == "already_used");
  CHECK(items.at(0).at("gate") == "north");
  CHECK(items.at(0).at("at") == stamp(9));
  CHECK(items.at(1).at("result") == "admitted");
  CHECK(items.at(2).at("result") == "admitted");
  CHECK(items.at(3).at("result") == "invalid");
  CHECK(at.scanner.post("/v1/scans/batch", batch).body == merged.body);
  CHECK(at.result(at.code, "online-1") == "already_used");
}

TEST_CASE("a scan that was turned away stays so when it is sent again, also when the admission was taken back since") {
  door at;
  auto early = door::body(at.code, "south-01", "south");
  early["at"] = "2026-01-01T00:00:00.000Z";
  auto late = door::body(at.code, "north-01", "north");
  late["at"] = "2026-01-01T00:05:00.000Z";
  const json batch{{"scans", {early, late}}};
  const auto merged = at.scanner.post("/v1/scans/batch", batch).json().at("items");
  REQUIRE(merged.at(0).at("result") == "admitted");
  REQUIRE(merged.at(1).at("result") == "already_used");
  REQUIRE(at.result(at.code, "online-1") == "already_used");
  REQUIRE(at.undo("south-01").status == 200);
  const auto results = [&](api_client& scanner) {
    std::string all;
    const auto again = scanner.post("/v1/scans/batch", batch).json();
    for (const auto& one : again.at("items")) {
      all += one.at("result").get<std::string>() + " ";
    }
    return all + scanner.post("/v1/scans", door::body(at.code, "online-1")).text("result");
  };
  const std::string as_before = "admitted already_used already_used";
  CHECK(results(at.scanner) == as_before);
  at.server.restart();
  auto scanner = at.server.with(at.scanner.bearer());
  CHECK(results(scanner) == as_before);
  // Nobody has come in by all that: the ticket is good for another scan.
  CHECK(scanner.post("/v1/scans", door::body(at.code, "online-2")).text("result") == "admitted");
  CHECK(scanner.post("/v1/scans/batch", batch).json().at("items").at(0).at("result") == "already_used");
}

TEST_CASE("a batch has 1 to 1,000 scans, each of them sound") {
  door at;
  check_problem(at.scanner.post("/v1/scans/batch", {{"scans", json::array()}}), "validation_failed");
  json many = json::array();
  for (int i = 0; i < 1'000; ++i) {
    many.push_back(door::body(at.code, "batch-" + std::to_string(1'000 + i)));
  }
  auto too_many = many;
  too_many.push_back(many.front());
  check_problem(at.scanner.post("/v1/scans/batch", {{"scans", too_many}}), "validation_failed");
  const auto recorded = at.server.recorded();
  auto faulty = many;
  faulty[999]["gate"] = "";
  const auto refused = at.scanner.post("/v1/scans/batch", {{"scans", faulty}});
  CHECK(refused.json().at("errors").at(0).at("pointer") == "/scans/999/gate");
  CHECK(at.server.recorded() == recorded);
  const auto items = at.scanner.post("/v1/scans/batch", {{"scans", many}}).json().at("items");
  REQUIRE(items.size() == 1'000);
  CHECK(items.at(0).at("result") == "admitted");
  CHECK(std::ranges::all_of(items.begin() + 1, items.end(),
                            [](const json& one) { return one.at("result") == "already_used"; }));
}

TEST_CASE("offline scanners learn which codes are revoked, from where they left off") {
  testing::fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto scanner = server.key({"scan"});
  auto organiser = opera.organiser;
  const auto path = opera.path("/revocations");
  const auto none = scanner.get(path);
  INFO(none.body);
  REQUIRE(none.status == 200);
  CHECK(none.json().at("items").empty());
  const auto id = held(buyer, opera, {"A/1/7", "A/1/8"});
  const auto bought = pay(buyer, id, good_card);
  REQUIRE(bought.status == 201);
  const auto ticket = [&](std::size_t i) {
    return bought.json().at("tickets").at(i).at("ticket_id").get<std::string>();
  };
  REQUIRE(buyer.remove("/v1/tickets/" + ticket(0) + "/transfer").status == 200);
  CHECK(eventually([&] { return scanner.get(path).json().at("items").size() == 1; }));
  const auto first = scanner.get(path).json();
  CHECK(first.at("items").at(0).at("ticket_id") == ticket(0));
  CHECK(first.at("items").at(0).at("serial_below") == 2);
  const auto since = "?since=" + std::to_string(first.at("seq").get<std::uint64_t>());
  REQUIRE(organiser.post(order_path(id) + "/refunds").status == 201);
  CHECK(eventually([&] { return scanner.get(path + since).json().at("items").size() == 2; }));
  const auto revoked = scanner.get(path + since).json();
  for (const auto& one : revoked.at("items")) {
    CHECK(one.at("serial_below") == 65'536);
  }
  const auto page = scanner.get(path + "?limit=1").json();
  CHECK(page.at("more") == true);
  CHECK(page.at("items").size() == 1);
  CHECK(page.at("seq") < first.at("seq").get<std::uint64_t>() + 1);
  check_problem(scanner.get(path + "?since=x"), "invalid_query");
  auto foreign = server.key({"scan"}, server.organisation("Theatre"));
  check_problem(foreign.get(path), "not_found");
  check_problem(scanner.get("/v1/events/no-such-event/revocations"), "not_found");
}

TEST_CASE("the tickets of an order that was given back are revoked at the door") {
  testing::fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto scanner = server.key({"scan"});
  auto organiser = opera.organiser;
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto bought = pay(buyer, id, good_card);
  REQUIRE(bought.status == 201);
  const auto ticket = bought.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  const auto code = buyer.get("/v1/tickets/" + ticket + "?min_seq=" + bought.event_seq()).text("code");
  REQUIRE(organiser.post(order_path(id) + "/refunds").status == 201);
  CHECK(scanner.post("/v1/scans", door::body(code, "scan-0001")).text("result") == "revoked");
}

} // namespace holdfast::api_test
