#include "tests/tickets/sample.hpp"
#include "tickets/qr.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cctype>
#include <chrono>

using namespace holdfast;
using namespace holdfast::tickets;
using namespace holdfast::tickets_test;

namespace {

auto sample_code() -> std::string {
  return sample_signer().code_of({domain::event_id{0x1122334455667788}, domain::hold_number{4711}, 3}, 1);
}

auto count(std::string_view text, std::string_view what) -> int {
  int found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
    ++found;
  }
  return found;
}

auto big_endian(std::string_view bytes, std::size_t at) -> unsigned {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

} // namespace

TEST_CASE("a ticket's code is a QR code of 41 squares a side, because its letters pack well") {
  const auto code = sample_code();
  const auto symbol = make_qr(code);
  REQUIRE(symbol);
  CHECK(symbol->side == 41);
  CHECK(symbol->cells.size() == 41 * 41);
  auto small = code;
  for (char& letter : small) {
    letter = static_cast<char>(std::tolower(letter));
  }
  const auto packed_as_bytes = make_qr(small);
  REQUIRE(packed_as_bytes);
  CHECK(packed_as_bytes->side > symbol->side);
}

TEST_CASE("a text that fits no QR code is refused") {
  CHECK(make_qr("A"));
  CHECK(make_qr(std::string(2'300, 'a')));
  CHECK(!make_qr(""));
  CHECK(!make_qr(std::string(3'000, 'a')));
  CHECK(!make_qr(std::string_view{"a\0b", 3}));
}

TEST_CASE("the SVG is small, is one dark path with its quiet zone, and has a title that is escaped") {
  const auto code = sample_code();
  const auto symbol = make_qr(code);
  REQUIRE(symbol);
  const auto svg = qr_svg(*symbol, R"(Tosca <script>"&")");
  CHECK(svg.size() < 12'000);
  CHECK(svg.starts_with(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 49 49" role="img")"));
  CHECK(svg.find(R"(<title id="t">Tosca &lt;script&gt;&quot;&amp;&quot;</title>)") != std::string::npos);
  CHECK(count(svg, "<path") == 2);
  CHECK(count(svg, "<script") == 0);
  show_others("qr.svg", svg);
  show_others("qr.txt", code);
}

TEST_CASE("the PNG has as many pixels a square as were asked for, and one bit a pixel") {
  const auto symbol = make_qr(sample_code());
  REQUIRE(symbol);
  for (const unsigned scale : {1U, 4U, 32U}) {
    const auto png = qr_png(*symbol, scale);
    REQUIRE(png);
    CHECK(png->starts_with("\x89PNG\r\n\x1a\n"));
    CHECK(big_endian(*png, 16) == 49 * scale);
    CHECK(big_endian(*png, 20) == 49 * scale);
    CHECK((*png)[24] == 1); // bit depth
    CHECK(png->size() < 12'000);
  }
  show_others("qr.png", *qr_png(*symbol, 4));
}

TEST_CASE("what a QR code costs is said, for whoever decides where it is made") {
  const auto code = sample_code();
  constexpr int count = 50;
  std::array<double, 3> microseconds{};
  for (int i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto symbol = make_qr(code);
    const auto encoded = std::chrono::steady_clock::now();
    REQUIRE(symbol);
    CHECK(!qr_svg(*symbol, "Tosca").empty());
    const auto drawn = std::chrono::steady_clock::now();
    CHECK(qr_png(*symbol, 8));
    const std::array times{encoded - begin, drawn - encoded, std::chrono::steady_clock::now() - drawn};
    for (std::size_t step = 0; step < times.size(); ++step) {
      microseconds[step] += std::chrono::duration<double, std::micro>(times[step]).count() / count;
    }
  }
  MESSAGE("microseconds: code " << microseconds[0] << ", SVG " << microseconds[1] << ", PNG " << microseconds[2]);
}
