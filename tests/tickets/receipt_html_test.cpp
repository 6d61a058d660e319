#include "tests/tickets/sample.hpp"
#include "tickets/receipt_html.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

using namespace holdfast;
using namespace holdfast::tickets;
using namespace holdfast::tickets_test;

namespace {

auto html_of(const receipt& of) -> std::string {
  const auto text = text_of(of);
  REQUIRE(text);
  return receipt_html(*text);
}

/// The markup alone: what is between '<' and '>', in order.
auto tags_of(const std::string& html) -> std::vector<std::string> {
  std::vector<std::string> tags;
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    tags.push_back(html.substr(at, html.find('>', at) - at));
  }
  return tags;
}

/// Every text of a receipt that somebody outside may have chosen.
void replace_texts(receipt& of, const std::string& with) {
  for (auto* text : {&of.order_id, &of.seller.name, &of.seller.tax_number, &of.buyer, &of.event, &of.venue, &of.note}) {
    *text = with;
  }
  for (auto& line : of.seller.address) {
    line = with;
  }
  for (auto& line : of.lines) {
    line.text = with;
  }
  for (auto& rate : of.rates) {
    rate.name = with;
  }
  for (auto& payment : of.payments) {
    payment.text = with;
  }
  for (auto& credit : of.credits) {
    credit.number = credit.lines.front().text = credit.payments.front().text = with;
  }
}

} // namespace

TEST_CASE("the page shows everything, in the receipt's language, and has no script") {
  const auto html = html_of(sample_receipt());
  CHECK(html.starts_with("<!doctype html>\n<html lang=\"de\">\n"));
  for (const std::string_view text :
       {"<h1>Beleg</h1>", "<strong>Grazer Bühnen</strong><br>Kaiser-Josef-Platz 10<br>8010 Graz",
        "<dd>Анна Ковалёва-Щукина</dd>", "<dd>Μέγαρο Μουσικής, Αθήνα</dd>", "<td>Parkett, A/12/7</td><td>1</td>",
        "265,50\u00a0EUR", "enthält USt. 20\u00a0%", "Visa •••• 4242", "Vielen Dank!\nEinlass ab 18:00."}) {
    CHECK_MESSAGE(html.find(text) != std::string::npos, text);
  }
  auto small = html;
  std::ranges::transform(small, small.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view never : {"<script", "javascript:", "http:", "https:", "url(", "@import"}) {
    CHECK_MESSAGE(small.find(never) == std::string::npos, never);
  }
  for (const auto& tag : tags_of(small)) {
    CHECK_MESSAGE(tag.find(" on") == std::string::npos, tag);
    CHECK_MESSAGE(tag.find("style=") == std::string::npos, tag);
  }
  show_others("receipt.html", html);
}

TEST_CASE("what was given back follows what was sold, each time with sums of its own, and the note comes last") {
  const auto html = html_of(credited_receipt());
  std::size_t at = 0;
  for (const std::string_view text :
       {"<h1>Beleg</h1>", "265,50\u00a0EUR", "<h2>Gutschrift ord_0000000000h9f3k7v2n8c5r1q4-1</h2>",
        "<dd>Mittwoch, 2. Dezember 2026, 10:30 CET</dd>", "<td>Parkett, A/12/8</td><td>1</td><td>−89,00\u00a0EUR</td>",
        "−91,50\u00a0EUR", "enthält USt. 13\u00a0% = −10,24\u00a0EUR",
        "<td>−91,50\u00a0EUR</td></tr>\n</tbody>\n</table>\n</section>",
        "<h2>Gutschrift ord_0000000000h9f3k7v2n8c5r1q4-2</h2>", "−25,00\u00a0EUR", "Vielen Dank!"}) {
    CAPTURE(text);
    at = html.find(text, at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("no text of a receipt can become markup") {
  auto plain = credited_receipt();
  replace_texts(plain, "x");
  const auto wanted = tags_of(html_of(plain));
  for (const std::string& evil :
       {std::string{"</title><script>alert(1)</script>"}, std::string{"\"><img src=x onerror=alert(1)>"},
        std::string{"' onload='x"}, std::string{"</style><b>"}, std::string{"-->]]><!--"}, std::string{"&lt;b&gt;"}}) {
    auto receipt = plain;
    replace_texts(receipt, evil);
    CHECK(tags_of(html_of(receipt)) == wanted);
  }
  auto receipt = plain;
  replace_texts(receipt, "&lt;");
  CHECK(html_of(receipt).find("<dd>&amp;lt;</dd>") != std::string::npos);
}

TEST_CASE("the policy lets the page's own style sheet stand, and nothing else") {
  const auto html = html_of(sample_receipt());
  const auto begin = html.find("<style>") + std::string_view{"<style>"}.size();
  const auto style = html.substr(begin, html.find("</style>") - begin);
  std::array<unsigned char, 32> hash{};
  REQUIRE(EVP_Digest(style.data(), style.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::array<unsigned char, 48> base64{};
  EVP_EncodeBlock(base64.data(), hash.data(), static_cast<int>(hash.size()));
  const std::string source = "style-src 'sha256-" + std::string{reinterpret_cast<const char*>(base64.data())} + "';";
  CHECK(receipt_html_policy().starts_with("default-src 'none'; " + source));
  CHECK(receipt_html_policy().find("unsafe") == std::string_view::npos);
}
