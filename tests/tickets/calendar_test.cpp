#include "tests/tickets/sample.hpp"
#include "tickets/calendar.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace holdfast;
using namespace holdfast::tickets;
using namespace holdfast::tickets_test;

namespace {

auto sample_entry() -> calendar_entry {
  calendar_entry out;
  out.uid = "ord_0000000000h9f3k7v2n8c5r1q4@tickets.example";
  out.changed_at = {1'796'117'400'000}; // 2026-12-01T09:30:00Z
  out.starts_at = {1'803'927'600'000};  // 2027-03-01T19:00:00Z
  out.ends_at = domain::instant{1'803'938'400'000};
  out.summary = "Tosca; Puccini, \"ohne\" Pause\\";
  out.location = "Μέγαρο Μουσικής, Αθήνα";
  out.description =
      "Reihe 12, Plätze 7 und 8.\nEinlass ab 18:00 — bitte pünktlich, Анна Ковалёва-Щукина! 🎟️🎟️🎟️🎟️🎟️🎟️🎟️🎟️🎟️🎟️";
  out.url = "https://tickets.example/orders/ord_0000000000h9f3k7v2n8c5r1q4?a=1;b=2,3";
  out.organiser_name = "Grazer \"Bühnen\"; Oper";
  out.organiser_email = "office@oper.example";
  out.place = {47.0707, -15.4395};
  return out;
}

/// The file's lines as they came, without their ends; fails the test for a line that ends otherwise.
auto lines_of(const std::string& file) -> std::vector<std::string> {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < file.size();) {
    const auto end = file.find('\n', at);
    REQUIRE(end != std::string::npos);
    REQUIRE(end > at);
    REQUIRE(file[end - 1] == '\r');
    lines.push_back(file.substr(at, end - 1 - at));
    CHECK(lines.back().find('\r') == std::string::npos);
    at = end + 1;
  }
  return lines;
}

auto unfolded(const std::string& file) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (const auto& line : lines_of(file)) {
    if (line.starts_with(' ')) {
      REQUIRE(!out.empty());
      out.back() += line.substr(1);
    } else {
      out.push_back(line);
    }
  }
  return out;
}

auto has(const std::vector<std::string>& lines, const std::string& line) -> bool {
  return std::ranges::find(lines, line) != lines.end();
}

auto is_whole_utf8(std::string_view text) -> bool {
  return text.empty() || (static_cast<unsigned char>(text.front()) & 0xc0U) != 0x80U;
}

} // namespace

TEST_CASE("a calendar file says when, where and what, with what would end a value escaped") {
  const auto file = calendar_file(sample_entry());
  const auto lines = unfolded(file);
  CHECK(lines.front() == "BEGIN:VCALENDAR");
  CHECK(lines.back() == "END:VCALENDAR");
  CHECK(has(lines, "METHOD:PUBLISH"));
  CHECK(has(lines, "UID:ord_0000000000h9f3k7v2n8c5r1q4@tickets.example"));
  CHECK(has(lines, "SEQUENCE:0"));
  CHECK(has(lines, "DTSTAMP:20261201T093000Z"));
  CHECK(has(lines, "DTSTART:20270301T190000Z"));
  CHECK(has(lines, "DTEND:20270301T220000Z"));
  CHECK(has(lines, R"(SUMMARY:Tosca\; Puccini\, "ohne" Pause\\)"));
  CHECK(has(lines, R"(LOCATION:Μέγαρο Μουσικής\, Αθήνα)"));
  CHECK(has(lines, "URL:https://tickets.example/orders/ord_0000000000h9f3k7v2n8c5r1q4?a=1;b=2,3"));
  CHECK(has(lines, R"(ORGANIZER;CN="Grazer 'Bühnen'; Oper":mailto:office@oper.example)"));
  CHECK(has(lines, "GEO:47.070700;-15.439500"));
  CHECK(has(lines, "STATUS:CONFIRMED"));
  CHECK(calendar_media_type(sample_entry()) == "text/calendar; charset=utf-8; method=PUBLISH");
  show_others("event.ics", file);
}

TEST_CASE("a change keeps the uid and counts the sequence up, and a cancellation says so twice") {
  auto entry = sample_entry();
  entry.sequence = 3;
  entry.cancelled = true;
  const auto lines = unfolded(calendar_file(entry));
  CHECK(has(lines, "UID:ord_0000000000h9f3k7v2n8c5r1q4@tickets.example"));
  CHECK(has(lines, "SEQUENCE:3"));
  CHECK(has(lines, "METHOD:CANCEL"));
  CHECK(has(lines, "STATUS:CANCELLED"));
  CHECK(!has(lines, "STATUS:CONFIRMED"));
  CHECK(calendar_media_type(entry) == "text/calendar; charset=utf-8; method=CANCEL");
  show_others("cancelled.ics", calendar_file(entry));
}

TEST_CASE("what an entry does not have is not in its file") {
  calendar_entry entry;
  entry.uid = "a@b";
  entry.summary = "x";
  entry.ends_at = entry.starts_at; // an end must be later
  for (const auto& line : unfolded(calendar_file(entry))) {
    for (const std::string_view name : {"DTEND", "LOCATION", "DESCRIPTION", "URL", "ORGANIZER", "GEO"}) {
      CHECK_MESSAGE(!line.starts_with(name), line);
    }
  }
}

TEST_CASE("lines are at most 75 bytes, are never folded within a character, and unfold to what they were") {
  auto dice = fresh_dice();
  const std::vector<std::string> letters{"a", " ", ",", ";", "\\", "\n", "é", "Щ", "漢", "🎟"};
  for (int i = 0; i < 2'000; ++i) {
    auto entry = sample_entry();
    entry.description.clear();
    std::string wanted{"DESCRIPTION:"};
    for (auto length = dice() % 300 + 1; length > 0; --length) {
      const auto& letter = letters[dice() % letters.size()];
      entry.description += letter;
      wanted += letter == "\n" ? "\\n" : letter == "," || letter == ";" || letter == "\\" ? "\\" + letter : letter;
    }
    const auto file = calendar_file(entry);
    for (const auto& line : lines_of(file)) {
      CHECK(line.size() <= 75);
      CHECK(is_whole_utf8(line.starts_with(' ') ? std::string_view{line}.substr(1) : std::string_view{line}));
    }
    CHECK(has(unfolded(file), wanted));
  }
}

TEST_CASE("no text can bring a line of its own into a calendar file") {
  const std::string evil = "x\r\nBEGIN:VALARM\r\nACTION:AUDIO\nEND:VALARM\x01\x7f\"";
  calendar_entry entry = sample_entry();
  for (auto* text : {&entry.uid, &entry.summary, &entry.location, &entry.description, &entry.url, &entry.organiser_name,
                     &entry.organiser_email}) {
    *text = evil;
  }
  const auto lines = unfolded(calendar_file(entry));
  CHECK(lines.size() == unfolded(calendar_file(sample_entry())).size());
  for (const auto& line : lines) {
    CHECK(!line.starts_with("BEGIN:VALARM"));
    CHECK(line.find_first_of("\x01\x7f") == std::string::npos);
  }
}
