#include "notifications/mail_text.hpp"

#include <doctest/doctest.h>

#include <string>

/// What mails say is true of the case that they are about.
namespace holdfast::notifications {

namespace {

auto an_order() -> story {
  story of;
  of.event_name = "Tosca";
  of.venue_name = "Opera";
  of.zone = "Europe/Vienna";
  of.order_id = "ord_1";
  of.tickets = {{"A/1/7", 8'900}};
  of.total = 8'900;
  of.currency = domain::currency_code{{'E', 'U', 'R'}};
  return of;
}

auto told(const domain::fact_body& what, const story& of) -> mail_text {
  const auto about = notice_of(what);
  REQUIRE(about.has_value());
  return mail_text_for(*about, of);
}

void check_says(const mail_text& mail, const std::string& what) {
  CAPTURE(mail.text);
  CHECK(mail.text.find(what) != std::string::npos);
  CHECK(mail.html.find(what) != std::string::npos);
}

} // namespace

TEST_CASE("a mail speaks of a link only if it has one") {
  const domain::order_confirmed sold{domain::hold_number{1}, {}, {}, 8'900};
  auto of = an_order();
  CHECK(told(sold, of).text.find("link") == std::string::npos);
  of.order_link = "https://tickets.example/o/ord_1";
  const auto mail = told(sold, of);
  check_says(mail, of.order_link);
  check_says(mail, "opens your order, its tickets and its receipt without a login");
}

TEST_CASE("the mail about a ticket that was handed on says which one it is") {
  domain::ticket_transferred handed;
  handed.ticket = {domain::hold_number{1}, 3};
  handed.from.subject = {1, 1};
  handed.to.subject = {2, 2};
  CHECK(notice_of(handed)->ticket == 3U);
  auto of = an_order();
  of.place = "A/1/8";
  check_says(told(handed, of), "A/1/8");
  handed.to = handed.from;
  CHECK_FALSE(notice_of(handed).has_value());
}

TEST_CASE("the mail about a ticket that was resold says so, and which sum goes back") {
  domain::ticket_resold sold;
  sold.ticket = {domain::hold_number{1}, 0};
  sold.place = {false, 7};
  sold.price_paid = 8'900;
  sold.price = 7'000;
  auto of = an_order();
  of.place = "A/1/8";
  for (const bool goes_on : {true, false}) {
    sold.goes_on = goes_on;
    CHECK(notice_of(sold)->resold == sold.place);
    const auto mail = told(sold, of);
    CHECK(mail.subject == "Your ticket for Tosca is resold");
    check_says(mail, "Another buyer has bought the ticket that you offered");
    check_says(mail, "A/1/8");
    check_says(mail, "70.00");
    CHECK((mail.text.find("the last one") == std::string::npos) == goes_on);
    CHECK(mail.text.find("What you paid") == std::string::npos);
  }
  domain::order_returned back;
  back.hold = domain::hold_number{1};
  back.why = domain::return_cause::refunded;
  back.total = 8'900;
  back.goes_on = true;
  of.place.clear();
  check_says(told(back, of), "What you paid for them goes back");
}

TEST_CASE("the mail about an offer says what came back, and until when it is theirs where the event is") {
  domain::hold_created offered;
  offered.hold = domain::hold_number{7};
  offered.waitlist = domain::waitlist_number{3};
  offered.seats = {1};
  offered.expires_at = {1'803'927'600'000}; // 2027-03-01T19:00:00Z
  auto of = an_order();
  of.order_id = "hld_1";
  of.offered_until = offered.expires_at;
  const auto mail = told(offered, of);
  CHECK(mail.subject == "Places came back: Tosca");
  check_says(mail, "They are yours until");
  check_says(mail, "20:00 CET");
  check_says(mail, "A/1/7");
  check_says(mail, "hld_1");
  check_says(mail, "89.00");
  // Whoever made it last longer has all that time.
  of.offered_until = domain::instant{1'803'931'200'000};
  check_says(told(offered, of), "21:00 CET");
}

} // namespace holdfast::notifications
