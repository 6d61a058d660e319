#include "notifications/desk.hpp"
#include "notifications/encoding.hpp"
#include "notifications/notice.hpp"
#include "notifications/public_address.hpp"
#include "notifications/retry.hpp"
#include "notifications/rows.hpp"
#include "notifications/webhook_signature.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <limits>
#include <string>

namespace holdfast::notifications {

namespace {

auto is_public_text(const char* text) -> bool {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    return is_public(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  REQUIRE(::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
  return is_public(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

} // namespace

TEST_CASE("webhooks go to addresses of the public internet, and to nobody's own network") {
  for (const char* own : {"0.0.0.0",
                          "0.1.2.3",
                          "10.0.0.1",
                          "10.255.255.255",
                          "100.64.0.1",
                          "100.127.255.255",
                          "127.0.0.1",
                          "127.255.0.1",
                          "169.254.169.254",
                          "172.16.0.1",
                          "172.31.255.255",
                          "192.0.0.1",
                          "192.0.2.1",
                          "192.88.99.1",
                          "192.168.1.1",
                          "198.18.0.1",
                          "198.19.255.255",
                          "198.51.100.7",
                          "203.0.113.7",
                          "224.0.0.1",
                          "240.0.0.1",
                          "255.255.255.255",
                          "::",
                          "::1",
                          "::ffff:127.0.0.1",
                          "::ffff:10.1.2.3",
                          "::7f00:1",
                          "64:ff9b::7f00:1",
                          "64:ff9b:1::1",
                          "100::1",
                          "2001::1",
                          "2001:db8::1",
                          "2002:7f00:1::",
                          "2002:a00:1::1",
                          "3fff::1",
                          "fc00::1",
                          "fd12:3456::1",
                          "fe80::1",
                          "fec0::1",
                          "ff02::1",
                          "5f00::1"}) {
    CAPTURE(own);
    CHECK_FALSE(is_public_text(own));
  }
  for (const char* open : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0",
                           "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
                           "198.20.0.0", "223.255.255.255", "2606:2800:220:1::1", "2001:4860:4860::8888",
                           "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"}) {
    CAPTURE(open);
    CHECK(is_public_text(open));
  }
  sockaddr other{};
  other.sa_family = AF_UNIX;
  CHECK_FALSE(is_public(&other, sizeof other));
}

TEST_CASE("a webhook's URL is https with a host, and says nobody's password") {
  for (const char* good : {"https://a.example/", "https://a.example", "https://a.example:8443/x?y=1"}) {
    CAPTURE(good);
    CHECK(is_webhook_url(good, false));
  }
  for (const char* bad : {"", "a.example", "http://a.example/", "ftp://a.example/", "file:///etc/passwd", "https://",
                          "https://user:secret@a.example/", "https://user@a.example/", "https://a.example/#part",
                          "https://a example/", "gopher://a.example"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_webhook_url(bad, false));
  }
  CHECK(is_webhook_url("http://127.0.0.1:8080/", true));
  CHECK_FALSE(is_webhook_url("ftp://127.0.0.1/", true));
  std::string long_url{"https://a.example/"};
  long_url.append(2'048, 'x');
  CHECK_FALSE(is_webhook_url(long_url, true));
}

TEST_CASE("ids of webhooks have one spelling") {
  for (const std::uint64_t id : {std::uint64_t{1}, std::uint64_t{0x123456789abcdef0}, ~std::uint64_t{0}}) {
    CHECK(parse_webhook(webhook_text(id)) == id);
  }
  for (const char* bad : {"", "whk_", "whk_0000000000000", "whk_000000000000", "whk_00000000000001",
                          "key_0000000000001", "whk_000000000000U", "whk_000000000000u", "whk_zzzzzzzzzzzzz"}) {
    CAPTURE(bad);
    CHECK(parse_webhook(bad) == std::nullopt);
  }
}

TEST_CASE("a signature is that of Standard Webhooks") {
  // The example of the specification's reference libraries.
  const auto secret = from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  REQUIRE(secret.has_value());
  const auto headers =
      webhook_headers(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})");
  CHECK(headers.at(0) == "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
  CHECK(headers.at(1) == "webhook-timestamp: 1614265330");
  CHECK(headers.at(2) == "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  CHECK(secret_text(*secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
}

TEST_CASE("pauses double up to a limit, and are never less than half of it") {
  const retry_rule rule{std::chrono::milliseconds{100}, std::chrono::milliseconds{1'000}, {}};
  for (std::uint32_t failures = 1; failures < 80; ++failures) {
    const auto limit = failures < 5 ? 100 << (failures - 1) : 1'000;
    CHECK(pause_after(failures, rule, 0).count() == std::min(limit, 1'000) / 2);
    CHECK(pause_after(failures, rule, 0.999'999).count() <= limit);
    CHECK(pause_after(failures, rule, 0.999'999).count() >= limit * 9 / 10);
  }
}

TEST_CASE("base64 has one spelling") {
  for (std::size_t size = 0; size < 70; ++size) {
    const auto bytes = random_bytes(size);
    CHECK(from_base64(base64(bytes)) == bytes);
  }
  for (const char* bad : {"a", "ab", "abc", "ab=c", "=", "YR==", "!!!!"}) {
    CAPTURE(bad);
    CHECK(from_base64(bad) == std::nullopt);
  }
}

TEST_CASE("rows of the outbox say again what they were told") {
  rows::delivery_row row;
  row.about = {notice_kind::order_refunded, domain::event_id{~std::uint64_t{0}}, 7, {5}, domain::organisation_id{3},
               domain::hold_number{9}};
  row.what.counter = 11;
  row.what.is = desk::delivery::state::failed;
  row.what.attempts = 3;
  row.what.status = 500;
  row.what.ended_at = domain::instant{12};
  row.body = R"({"a":1})";
  const auto again = rows::decode_delivery(rows::encode(row));
  REQUIRE(again.has_value());
  CHECK(again->about.event == row.about.event);
  CHECK(again->about.organisation == row.about.organisation);
  CHECK(again->what.seq == 7);
  CHECK(again->what.kind == notice_kind::order_refunded);
  CHECK(again->what.counter == 11);
  CHECK(again->what.is == desk::delivery::state::failed);
  CHECK(again->what.ended_at == domain::instant{12});
  CHECK(again->body == row.body);
  rows::mail_row mail;
  mail.about = row.about;
  mail.created_ms = 1;
  mail.given_up_ms = 2;
  mail.retried_ms = 3;
  auto written = rows::encode(mail);
  CHECK(rows::decode_mail(written)->retried_ms == 3);
  // A row of before there were retries.
  const std::string added = R"(,"retried":3)";
  REQUIRE(written.find(added) != std::string::npos);
  written.erase(written.find(added), added.size());
  CHECK(rows::decode_mail(written)->retried_ms == 0);
  CHECK(rows::decode_mail(written)->given_up_ms == 2);
  CHECK_FALSE(rows::decode_mail(written)->about.ticket.has_value());
  mail.about.ticket = 4;
  mail.about.resold = domain::ticket_place{true, 2};
  CHECK(rows::decode_mail(rows::encode(mail))->about.ticket == 4U);
  CHECK(rows::decode_mail(rows::encode(mail))->about.resold == domain::ticket_place{true, 2});
  CHECK_FALSE(rows::decode_mail(rows::encode(mail))->about.offer.has_value());
  mail.about.offer = waitlist_offer{domain::waitlist_number{5}, 4, {17}, ~std::uint64_t{0}};
  CHECK(rows::decode_mail(rows::encode(mail))->about.offer == mail.about.offer);
  CHECK(rows::decode_delivery("{}") == std::nullopt);
  CHECK(rows::decode_mail("no json") == std::nullopt);
  CHECK(rows::decode_endpoint("[]") == std::nullopt);
}

TEST_CASE("what a fact gives notice of, and what it does not") {
  domain::order_returned back;
  back.hold = domain::hold_number{9};
  back.total = 890;
  back.why = domain::return_cause::uncaptured;
  CHECK_FALSE(notice_of(back));
  for (const auto why :
       {domain::return_cause::refunded, domain::return_cause::by_buyer, domain::return_cause::cancelled}) {
    back.why = why;
    back.goes_on = false;
    REQUIRE(notice_of(back));
    CHECK(notice_of(back)->kind == notice_kind::order_refunded);
    CHECK(notice_of(back)->amount == 890);
    back.goes_on = true;
    CHECK(notice_of(back)->kind == notice_kind::tickets_refunded);
  }
  domain::ticket_transferred handed;
  handed.ticket = {domain::hold_number{9}, 1};
  handed.from.subject = {1, 2};
  handed.to.subject = {1, 2};
  CHECK_FALSE(notice_of(handed)); // its code was made anew
  handed.to.subject = {3, 4};
  REQUIRE(notice_of(handed));
  CHECK(notice_of(handed)->order == domain::hold_number{9});
  domain::hold_created held;
  held.hold = domain::hold_number{9};
  held.seats = {3, 4};
  held.areas = {{0, 5, 100}};
  held.expires_at = {77};
  CHECK_FALSE(notice_of(held)); // whoever asked for it knows
  held.waitlist = domain::waitlist_number{2};
  REQUIRE(notice_of(held));
  CHECK(notice_of(held)->kind == notice_kind::waitlist_offered);
  CHECK(notice_of(held)->order == domain::hold_number{9});
  CHECK(notice_of(held)->offer == waitlist_offer{domain::waitlist_number{2}, 7, {77}});
}

TEST_CASE("every type has a name of its own") {
  const auto all = all_kinds();
  CHECK(all.size() == static_cast<std::size_t>(notice_kind::waitlist_offered));
  for (const auto kind : all) {
    CHECK(kind_of(type_of(kind)) == kind);
  }
  CHECK(kind_of("order.unknown") == std::nullopt);
}

} // namespace holdfast::notifications
