#include "http/order_link.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/ticket_scene.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

/// What the link in a mail opens, and what it does not.
namespace holdfast::api_test {

namespace {

auto link_to(const api_server& server, const std::string& order, std::int64_t ends = INT64_MAX) -> std::string {
  const auto ref = server.ids().parse_order(order);
  REQUIRE(ref.has_value());
  return "access=" + http::sign_order_link(*server.credentials().ring(), {ref->event, ref->hold}, ends);
}

} // namespace

TEST_CASE("the link in a mail opens its order's tickets and receipt, to be read and for nothing else") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7", "A/1/8"}};
  const sold_tickets others{in.opera, in.buyer, {"A/1/1"}};
  auto anybody = in.server.anybody();
  const auto access = "&" + link_to(in.server, sold.order);
  const auto ticket = anybody.get(sold.path(0) + access);
  INFO(ticket.body);
  REQUIRE(ticket.status == 200);
  CHECK(ticket.text("code") == sold.code(in.buyer, 0));
  const auto base = "/v1/tickets/" + sold.ids[1];
  for (const char* form : {"/qr.svg", "/qr.png", "/calendar.ics"}) {
    CHECK(anybody.get(base + form + sold.at + access).status == 200);
  }
  CHECK(anybody.get("/v1/orders/" + sold.order + "/receipt" + sold.at + access, {.headers = "Accept: text/html\r\n"})
            .status == 200);
  // Neither another order's, nor anything that changes something, nor without the token.
  check_problem(anybody.get(others.path(0) + access), "credentials_invalid");
  check_problem(anybody.get(sold.path(0) + "&" + link_to(in.server, others.order)), "credentials_invalid");
  check_problem(anybody.get(sold.path(0) + "&" + link_to(in.server, sold.order, 1)), "credentials_invalid");
  check_problem(anybody.get(sold.path(0) + "&access="), "credentials_invalid");
  check_problem(anybody.get(sold.path(0)), "credentials_required");
  check_problem(anybody.post(base + "/transfer?" + link_to(in.server, sold.order)), "credentials_required");
  check_problem(anybody.get("/v1/orders/" + sold.order + "?" + link_to(in.server, sold.order)), "credentials_required");
  // What is somebody else's since, the mail to whoever bought it opens no more.
  auto friend_of = in.server.buyer();
  const auto offer = in.buyer.post("/v1/tickets/" + sold.ids[0] + "/transfer");
  REQUIRE(offer.status == 201);
  const auto taken = friend_of.post("/v1/tickets/claim", {{"token", offer.text("claim_token")}});
  REQUIRE(taken.status == 201);
  check_problem(anybody.get("/v1/tickets/" + sold.ids[0] + "?min_seq=" + taken.event_seq() + access), "not_found");
  CHECK(anybody.get("/v1/tickets/" + sold.ids[1] + "?min_seq=" + taken.event_seq() + access).status == 200);
}

} // namespace holdfast::api_test
