#include "notifications/encoding.hpp"
#include "notifications/mail_message.hpp"
#include "notifications/mail_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::notifications {

namespace {

auto lines_of(std::string_view text) -> std::vector<std::string> {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    REQUIRE(end != std::string_view::npos);
    lines.emplace_back(text.substr(at, end - at));
    at = end + 2;
  }
  return lines;
}

auto some_mail() -> mail {
  mail made;
  made.from = "tickets@example.org";
  made.from_name = "The Opera";
  made.to = "ada@example.org";
  made.message_id = "ord_1.7@example.org";
  made.date = {1'803'927'600'000};
  made.subject = "Your tickets";
  made.text = ".\nHello\n";
  made.html = "<p>Hello</p>";
  return made;
}

auto header_of(const std::vector<std::string>& lines, const std::string& name) -> std::string {
  const auto found =
      std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.starts_with(name + ": "); });
  return found == lines.end() ? std::string{} : found->substr(name.size() + 2);
}

} // namespace

TEST_CASE("a mail has both forms, in lines that any server takes") {
  const auto bytes = encode(some_mail());
  const auto lines = lines_of(bytes);
  CHECK(header_of(lines, "Date") == "Mon, 01 Mar 2027 19:00:00 +0000");
  CHECK(header_of(lines, "From") == "\"The Opera\" <tickets@example.org>");
  CHECK(header_of(lines, "To") == "ada@example.org");
  CHECK(header_of(lines, "Message-ID") == "<ord_1.7@example.org>");
  CHECK(header_of(lines, "Subject") == "Your tickets");
  CHECK(header_of(lines, "Auto-Submitted") == "auto-generated");
  CHECK(bytes.find(base64(".\nHello\n")) != std::string::npos);
  CHECK(bytes.find(base64("<p>Hello</p>")) != std::string::npos);
  for (const auto& line : lines) {
    CHECK(line.size() <= 78);
    CHECK_FALSE(line.starts_with('.'));
    CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_CASE("nothing that somebody wrote becomes a header of its own") {
  auto what = some_mail();
  what.subject = "Tosca\r\nBcc: eve@example.org";
  what.from_name = "Opera\"\r\nBcc: eve@example.org";
  what.to = "ada@example.org\r\nBcc: eve@example.org";
  what.message_id = "x\r\nBcc: eve@example.org";
  for (const auto& line : lines_of(encode(what))) {
    CHECK_FALSE(line.starts_with("Bcc"));
  }
}

TEST_CASE("a header that is not ASCII is encoded words of whole characters, none longer than 75") {
  CHECK(header_text("Tosca") == "Tosca");
  CHECK(header_text("Füße") == "=?UTF-8?B?" + base64("Füße") + "?=");
  CHECK(header_text("=?x?=").starts_with("=?UTF-8?B?"));
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += "ж€𝄞x";
  }
  const auto folded = header_text(text);
  std::string again;
  std::size_t at = 0;
  while (at < folded.size()) {
    const auto end = std::min(folded.find("\r\n ", at), folded.size());
    const auto word = folded.substr(at, end - at);
    CHECK(word.size() <= 75);
    REQUIRE(word.starts_with("=?UTF-8?B?"));
    const auto part = from_base64(std::string_view{word}.substr(10, word.size() - 12));
    REQUIRE(part.has_value());
    // No character begins in one word and ends in another.
    CHECK((static_cast<unsigned char>(part->front()) & 0xC0U) != 0x80U);
    again += *part;
    at = end + 3;
  }
  CHECK(again == text);
}

TEST_CASE("a mail says what was bought, and repeats no markup") {
  const auto about = [](notice_kind kind, domain::minor_units amount = 0) {
    notice made;
    made.kind = kind;
    made.amount = amount;
    return made;
  };
  story of;
  of.event_name = "<b>Tosca</b> & more";
  of.venue_name = "Opera";
  of.city = "Graz";
  of.zone = "Europe/Vienna";
  of.starts_at = {1'803'927'600'000};
  of.order_id = "ord_7";
  of.order_link = "https://tickets.example/?a=1&b=2";
  of.currency = domain::currency_code{{'E', 'U', 'R'}};
  of.total = 17'800;
  of.tickets = {{"A/1/7", 8'900}, {"A/1/8", 8'900}};
  const auto sold = mail_text_for(about(notice_kind::order_confirmed), of);
  CHECK(sold.subject == "Your tickets for <b>Tosca</b> & more");
  CHECK(sold.text.find("20:00 CET") != std::string::npos);
  CHECK(sold.text.find("A/1/7") != std::string::npos);
  CHECK(sold.text.find("178.00") != std::string::npos);
  CHECK(sold.text.find(of.order_link) != std::string::npos);
  CHECK(sold.html.find("<b>") == std::string::npos);
  CHECK(sold.html.find("&lt;b&gt;Tosca&lt;/b&gt; &amp; more") != std::string::npos);
  CHECK(sold.html.find("href=\"https://tickets.example/?a=1&amp;b=2\"") != std::string::npos);
  const auto back = mail_text_for(about(notice_kind::order_refunded, 17'800), of);
  CHECK(back.subject.starts_with("Refund"));
  CHECK(back.text.find("https://") == std::string::npos);
  CHECK(back.text.find("178.00") != std::string::npos);
  const auto some = mail_text_for(about(notice_kind::tickets_refunded, 4'450), of);
  CHECK(some.subject.starts_with("Refund of tickets"));
  CHECK(some.text.find("44.50") != std::string::npos);
  CHECK(some.text.find("A/1/7") != std::string::npos);
  const auto gone = mail_text_for(about(notice_kind::ticket_transferred), of);
  CHECK(gone.subject.find("somebody else's") != std::string::npos);
  CHECK(gone.text.find("178.00") == std::string::npos);
  of.event_cancelled = true;
  CHECK(mail_text_for(about(notice_kind::order_refunded), of).subject.starts_with("Cancelled"));
}

} // namespace holdfast::notifications
