#include "tests/tickets/sample.hpp"
#include "tickets/language.hpp"
#include "tickets/receipt_pdf.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

using namespace holdfast;
using namespace holdfast::tickets;
using namespace holdfast::tickets_test;

namespace {

auto pdf_of(const receipt& of) -> std::string {
  const auto text = text_of(of);
  REQUIRE(text);
  auto pdf = receipt_pdf(*text);
  REQUIRE_MESSAGE(pdf, (pdf ? "" : pdf.error().what));
  return std::move(*pdf);
}

auto milliseconds_of(const receipt& of) -> double {
  const auto begin = std::chrono::steady_clock::now();
  const auto pdf = pdf_of(of);
  CHECK(!pdf.empty());
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

TEST_CASE("a receipt becomes a PDF, the same bytes every time") {
  const auto pdf = pdf_of(sample_receipt());
  CHECK(pdf.starts_with("%PDF-1."));
  CHECK(pdf.find("%%EOF") != std::string::npos);
  CHECK(pdf == pdf_of(sample_receipt()));
  show_others("receipt.pdf", pdf);
  show_others("credited.pdf", pdf_of(credited_receipt()));
  auto many = credited_receipt();
  many.credits[0].lines.insert(many.credits[0].lines.end(), 60, {"Stehplatz", 1, -100, 0});
  show_others("many-credited.pdf", pdf_of(many));
}

TEST_CASE("a long list goes over several pages, and its file stays small") {
  const auto pdf = pdf_of(long_receipt(200));
  CHECK(pdf.size() < 200'000);
  show_others("long.pdf", pdf);
  auto greek = sample_receipt();
  greek.language = "el";
  greek.buyer = "Ελένη Παπαδοπούλου-Ξένου";
  greek.mode = tax_mode::exclusive;
  show_others("greek.pdf", pdf_of(greek));
}

TEST_CASE("a receipt is made in every language, for readers that look whether its words are whole") {
  for (const auto& each : languages()) {
    auto receipt = sample_receipt();
    receipt.language = each.tag;
    const auto text = text_of(receipt);
    REQUIRE(text);
    CHECK(text->language == each.tag);
    show_others("language-" + std::string{each.tag} + ".pdf", pdf_of(receipt));
    std::string words;
    for (const auto& word : text->columns) {
      words += word + '\n';
    }
    for (const auto& [label, value] : text->about) {
      words += label + '\n' + value + '\n';
    }
    show_others("language-" + std::string{each.tag} + ".words", words);
  }
}

TEST_CASE("texts without an end, without letters or in other scripts make a PDF too") {
  auto receipt = sample_receipt();
  receipt.buyer = std::string(2'000, 'x');
  receipt.event = "שלום مرحبا 漢字 🎟";
  receipt.venue.clear();
  receipt.seller = {};
  receipt.lines.clear();
  receipt.payments.clear();
  for (int i = 0; i < 200; ++i) {
    receipt.note += "Zeile " + std::to_string(i) + "\n\n";
  }
  CHECK(pdf_of(receipt).starts_with("%PDF-1."));
}

// Run by readers.test.sh, which takes the fonts away.
TEST_CASE("where the fonts are missing the failure names their package" * doctest::skip()) {
  const auto text = text_of(sample_receipt());
  REQUIRE(text);
  const auto pdf = receipt_pdf(*text);
  REQUIRE(!pdf);
  CHECK(pdf.error().what.find("fonts-dejavu-core") != std::string::npos);
}

TEST_CASE("threads make receipts side by side, each the same") {
  const auto wanted = pdf_of(sample_receipt());
  std::vector<std::string> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& each : made) {
      threads.emplace_back([&each] { each = receipt_pdf(*text_of(sample_receipt())).value_or(""); });
    }
  }
  for (const auto& each : made) {
    CHECK(each == wanted);
  }
}

TEST_CASE("what a receipt costs is said, for whoever decides where it is made") {
  const auto first = milliseconds_of(sample_receipt());
  const auto again = milliseconds_of(sample_receipt());
  const auto hundreds = milliseconds_of(long_receipt(200));
  const auto many = milliseconds_of(long_receipt(1'000));
  MESSAGE("milliseconds: first " << first << ", one page " << again << ", 200 lines " << hundreds
                                 << ", a thousand lines " << many);
}
