#include "tests/tickets/sample.hpp"
#include "tickets/language.hpp"
#include "tickets/receipt.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace holdfast;
using namespace holdfast::tickets;
using namespace holdfast::tickets_test;

namespace {

constexpr domain::currency_code euro{{'E', 'U', 'R'}};
constexpr domain::currency_code yen{{'J', 'P', 'Y'}};
constexpr domain::currency_code dinar{{'K', 'W', 'D'}};

auto about(const receipt_text& text, const std::string& label) -> std::string {
  for (const auto& [each, value] : text.about) {
    if (each == label) {
      return value;
    }
  }
  return "(none)";
}

auto all_texts(const receipt_text& text) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (const auto& [what, amount] : text.before_total) {
    out.push_back(what + " | " + amount);
  }
  out.push_back(text.total.first + " | " + text.total.second);
  out.insert(out.end(), text.after_total.begin(), text.after_total.end());
  return out;
}

} // namespace

TEST_CASE("a tax that was charged place by place is told as it was, on top or within, and in each credit") {
  receipt of = sample_receipt();
  of.language = "en";
  of.lines = {{.text = "Stalls", .quantity = 3, .price = 1'005, .rate = 0}};
  of.rates = {{.name = "VAT", .basis_points = 1'000}};
  of.mode = tax_mode::exclusive;
  of.charged = 303; // the lines' own would be 302
  of.credits = {{.number = "ord_1-1",
                 .at = of.issued_at,
                 .lines = {{.text = "Stalls", .quantity = 1, .price = -1'005, .rate = 0}},
                 .charged = -101,
                 .payments = {}}};
  const auto sum = taxes_of(of);
  REQUIRE(sum);
  CHECK(sum->total == taxed{.net = 3'015, .tax = 303, .gross = 3'318});
  CHECK(sum->rates == std::vector<taxed>{sum->total});
  const auto text = text_of(of);
  REQUIRE(text);
  CHECK(text->total.second.find("33.18") != std::string::npos);
  CHECK(text->before_total.at(1).second.find("3.03") != std::string::npos);
  CHECK(text->credits.at(0).total.second.find("11.06") != std::string::npos);
  of.mode = tax_mode::inclusive;
  of.charged = 273;
  CHECK(taxes_of(of)->total == taxed{.net = 2'742, .tax = 273, .gross = 3'015});
  of.rates.push_back({.name = "GST", .basis_points = 500});
  CHECK_FALSE(taxes_of(of));
}

TEST_CASE("moments are shown in the event's zone, summer time and unusual offsets included") {
  const domain::instant winter{1'803'927'600'000}; // 2027-03-01T19:00:00Z
  const domain::instant summer{1'814'295'600'000}; // 2027-06-29T19:00:00Z
  const auto& de = language_for("de");
  CHECK(date_and_time(de, local_time(winter, "Europe/Vienna")) == "Montag, 1. März 2027, 20:00 CET");
  CHECK(date_and_time(de, local_time(summer, "Europe/Vienna")) == "Dienstag, 29. Juni 2027, 21:00 CEST");
  CHECK(date_and_time(de, local_time(winter, "Asia/Kathmandu")) == "Dienstag, 2. März 2027, 00:45 +0545");
  CHECK(date_and_time(language_for("en-GB"), local_time(winter, "America/New_York")) ==
        "Monday, 1 March 2027, 14:00 EST");
  CHECK(date_and_time(language_for("fr"), utc_time(winter)) == "lundi 1 mars 2027, 19:00 UTC");
  CHECK(date_and_time(language_for("es"), utc_time(winter)) == "lunes, 1 de marzo de 2027, 19:00 UTC");
  CHECK(date_and_time(language_for("el"), utc_time(winter)) == "Δευτέρα, 1 Μαρτίου 2027, 19:00 UTC");
  CHECK(date_and_time(language_for("ru"), utc_time(winter)) == "понедельник, 1 марта 2027 г., 19:00 UTC");
  for (const std::string_view none : {"", "Nowhere/Here", "../../../etc/passwd", "+02:00"}) {
    CHECK(local_time(winter, none).zone == "UTC");
  }
}

TEST_CASE("money has its currency's decimals, the language's marks, and keeps the sign of the smallest amounts") {
  const auto& en = language_for("en");
  const auto& de = language_for("de");
  CHECK(money_text(en, 123'456'789, euro) == "1,234,567.89\u00a0EUR");
  CHECK(money_text(de, 123'456'789, euro) == "1.234.567,89\u00a0EUR");
  CHECK(money_text(language_for("fr"), 123'456'789, euro) == "1\u202f234\u202f567,89\u00a0EUR");
  CHECK(money_text(en, 5, euro) == "0.05\u00a0EUR");
  CHECK(money_text(en, 0, euro) == "0.00\u00a0EUR");
  CHECK(money_text(en, -5, euro) == "\u22120.05\u00a0EUR");
  CHECK(money_text(en, 100'000, euro) == "1,000.00\u00a0EUR");
  CHECK(money_text(en, 99'900, yen) == "99,900\u00a0JPY");
  CHECK(money_text(en, 1'234, dinar) == "1.234\u00a0KWD");
  CHECK(money_text(en, INT64_MIN, yen) == "\u22129,223,372,036,854,775,808\u00a0JPY");
  CHECK(percent_text(en, 2000) == "20\u00a0%");
  CHECK(percent_text(de, 550) == "5,5\u00a0%");
  CHECK(percent_text(en, 1) == "0.01\u00a0%");
}

TEST_CASE("every language has every word, patterns name what they are filled with, and an unknown one is English") {
  std::set<std::string_view> tags;
  for (const auto& each : languages()) {
    CHECK(tags.insert(each.tag).second);
    for (const auto word : {each.receipt, each.cancellation, each.order, each.issued, each.buyer, each.event, each.when,
                            each.venue, each.tax_number, each.item, each.quantity, each.price, each.tax, each.amount,
                            each.net, each.total, each.payments, each.decimal, each.group}) {
      CHECK_MESSAGE(!word.empty(), each.tag);
    }
    CHECK(std::ranges::count(each.months, std::string_view{}) == 0);
    CHECK(std::ranges::count(each.weekdays, std::string_view{}) == 0);
    for (const std::string_view part : {"{weekday}", "{day}", "{month}", "{year}"}) {
      CHECK(each.date.find(part) != std::string_view::npos);
    }
    for (const std::string_view pattern : {each.included, each.added}) {
      CHECK(pattern.find("{tax}") != std::string_view::npos);
      CHECK(pattern.find("{net}") != std::string_view::npos);
    }
    CHECK(each.page.find("{page}") < each.page.find("{pages}"));
    CHECK(each.page.find("{pages}") != std::string_view::npos);
  }
  CHECK(language_for("de-AT").tag == "de");
  CHECK(language_for("").tag == "en");
  CHECK(language_for("tlh").tag == "en");
  CHECK(language_for("deu").tag == "en");
}

TEST_CASE("a receipt with inclusive taxes says what is in its total") {
  const auto text = text_of(sample_receipt());
  REQUIRE(text);
  CHECK(text->language == "de");
  CHECK(text->title == "Beleg");
  CHECK(about(*text, "Bestellung") == "ord_0000000000h9f3k7v2n8c5r1q4");
  CHECK(about(*text, "Datum") == "Dienstag, 1. Dezember 2026, 10:30 CET");
  CHECK(about(*text, "Käufer") == "Анна Ковалёва-Щукина");
  CHECK(about(*text, "Beginn") == "Montag, 1. März 2027, 20:00 CET");
  CHECK(about(*text, "Ort") == "Μέγαρο Μουσικής, Αθήνα");
  REQUIRE(text->lines.size() == 4);
  CHECK(text->lines[2] == receipt_text::row{"Stehplatz", "3", "25,00\u00a0EUR", "13\u00a0%", "75,00\u00a0EUR"});
  CHECK(all_texts(*text) == std::vector<std::string>{"Gesamtbetrag | 265,50\u00a0EUR",
                                                     "enthält USt. 13\u00a0% = 29,11\u00a0EUR auf 223,89\u00a0EUR",
                                                     "enthält USt. 20\u00a0% = 2,08\u00a0EUR auf 10,42\u00a0EUR"});
  CHECK(text->seller_lines.back() == "Steuernummer: ATU12345678");
  CHECK(text->payments == std::vector<receipt_text::labelled>{
                              {"Visa •••• 4242, Dienstag, 1. Dezember 2026, 10:30 CET", "265,50\u00a0EUR"}});
}

TEST_CASE("a receipt with exclusive taxes adds them up") {
  auto receipt = sample_receipt();
  receipt.mode = tax_mode::exclusive;
  receipt.rounding = tax_rounding::per_total;
  receipt.language = "en";
  receipt.rates[1].name = "";
  const auto text = text_of(receipt);
  REQUIRE(text);
  CHECK(all_texts(*text) == std::vector<std::string>{"Total before tax | 265.50\u00a0EUR",
                                                     "USt. 13\u00a0% on 253.00\u00a0EUR | 32.89\u00a0EUR",
                                                     "Tax 20\u00a0% on 12.50\u00a0EUR | 2.50\u00a0EUR",
                                                     "Total | 300.89\u00a0EUR"});
  CHECK(text->lines[0][4] == "89.00\u00a0EUR");
}

TEST_CASE("what was given back is a credit note; what is not known is not shown") {
  auto receipt = sample_receipt();
  receipt.lines = {{"Parkett, A/12/7", 1, -8900, 0}};
  receipt.buyer.clear();
  receipt.starts_at.reset();
  receipt.venue.clear();
  const auto text = text_of(receipt);
  REQUIRE(text);
  CHECK(text->title == "Gutschrift");
  CHECK(text->total.second == "\u221289,00\u00a0EUR");
  CHECK(text->about.size() == 3);
  CHECK(text->after_total.size() == 1); // the rate that nothing was taxed with is not named
}

TEST_CASE("a receipt that cannot be is refused with its reason") {
  const auto why = [](auto spoil) {
    auto receipt = sample_receipt();
    spoil(receipt);
    const auto text = text_of(receipt);
    return text ? std::string{"fine"} : text.error().what;
  };
  CHECK(why([](receipt&) {}) == "fine");
  CHECK(why([](receipt& r) { r.lines[0].rate = 2; }) == "a receipt: a line names a tax rate that is not there");
  CHECK(why([](receipt& r) { r.rates[0].basis_points = 10'001; }) == "a receipt: a tax rate of more than 100 %");
  CHECK(why([](receipt& r) { r.lines[0].quantity = 0; }) == "a receipt: a line's quantity or amount is out of range");
  CHECK(why([](receipt& r) { r.lines[0].quantity = receipt_quantity_max + 1; }) ==
        "a receipt: a line's quantity or amount is out of range");
  CHECK(why([](receipt& r) {
          r.lines[0].price = INT64_MIN;
          r.lines[0].quantity = receipt_quantity_max;
        }) == "a receipt: a line's quantity or amount is out of range");
  CHECK(why([](receipt& r) { r.rates.resize(receipt_rates_max + 1); }) == "a receipt: too many tax rates");
  CHECK(why([](receipt& r) { r.lines.resize(tax_lines_max + 1); }) ==
        "a receipt: an amount too large, or too many lines");
}

TEST_CASE(
    "a credit has lines, taxes and a total of its own; those of the receipt stay, and one that cannot be summed fails the whole") {
  auto receipt = credited_receipt();
  const auto text = text_of(receipt);
  const auto plain = text_of(sample_receipt());
  REQUIRE(text);
  REQUIRE(plain);
  CHECK(all_texts(*text) == all_texts(*plain));
  CHECK(text->lines == plain->lines);
  REQUIRE(text->credits.size() == 2);
  const auto& first = text->credits[0];
  CHECK(first.title == "Gutschrift " + receipt.order_id + "-1");
  CHECK(first.about.size() == 1);
  CHECK(first.total.second == "−91,50\u00a0EUR");
  CHECK(first.lines.size() == 2);
  CHECK(first.after_total.size() == 2);
  CHECK(first.note.empty());
  CHECK(text->credits[1].after_total.size() == 1); // of the other rate there is nothing
  // What cost nothing goes back as a credit too.
  for (auto& line : receipt.credits[1].lines) {
    line.price = 0;
  }
  CHECK(text_of(receipt)->credits[1].title == "Gutschrift " + receipt.order_id + "-2");
  receipt.credits[1].lines[0].quantity = 0;
  CHECK_FALSE(text_of(receipt));
}
