#include "tests/tickets/sample.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace holdfast::tickets_test {

using namespace holdfast::tickets;

auto sample_key(std::uint8_t id, std::uint8_t variety) -> ticket_key {
  ticket_key out{.id = id, .seed = {}};
  for (std::size_t i = 0; i < out.seed.size(); ++i) {
    out.seed[i] = static_cast<std::uint8_t>(i * 7 + id * 31U + variety * 101U);
  }
  return out;
}

auto sample_ids() -> domain::public_ids {
  return domain::public_ids{{0x0123456789abcdefULL, 0xfedcba9876543210ULL}};
}

auto sample_signer() -> ticket_signer {
  const std::array keys{sample_key(2), sample_key(1)};
  return {keys, sample_ids()};
}

auto sample_receipt() -> receipt {
  receipt out;
  out.language = "de-AT";
  out.time_zone = "Europe/Vienna";
  out.currency = {{'E', 'U', 'R'}};
  out.order_id = "ord_0000000000h9f3k7v2n8c5r1q4";
  out.issued_at = {1'796'117'400'000}; // 2026-12-01T09:30:00Z
  out.seller = {"Grazer Bühnen", {"Kaiser-Josef-Platz 10", "8010 Graz"}, "ATU12345678"};
  out.buyer = "Анна Ковалёва-Щукина";
  out.event = "Tosca";
  out.starts_at = domain::instant{1'803'927'600'000}; // 2027-03-01T19:00:00Z
  out.venue = "Μέγαρο Μουσικής, Αθήνα";
  out.lines = {{"Parkett, A/12/7", 1, 8900, 0},
               {"Parkett, A/12/8", 1, 8900, 0},
               {"Stehplatz", 3, 2500, 0},
               {"Servicegebühr", 5, 250, 1}};
  out.rates = {{"USt.", 1300}, {"USt.", 2000}};
  out.payments = {{"Visa •••• 4242", {1'796'117'400'000}, 26550}};
  out.note = "Vielen Dank!\nEinlass ab 18:00.";
  return out;
}

auto credited_receipt() -> receipt {
  auto out = sample_receipt();
  out.credits = {{.number = out.order_id + "-1",
                  .at = {1'796'203'800'000}, // 2026-12-02T09:30:00Z
                  .lines = {{"Parkett, A/12/8", 1, -8900, 0}, {"Servicegebühr", 1, -250, 1}},
                  .payments = {{"Visa •••• 4242", {1'796'203'800'000}, -9150}}},
                 {.number = out.order_id + "-2",
                  .at = {1'796'290'200'000},
                  .lines = {{"Stehplatz", 1, -2500, 0}},
                  .payments = {{"Visa •••• 4242", {1'796'290'200'000}, -2500}}}};
  return out;
}

auto long_receipt(std::size_t lines) -> receipt {
  auto out = sample_receipt();
  out.lines.clear();
  for (std::size_t i = 1; i <= lines; ++i) {
    out.lines.push_back({"Балкон, Σειρά " + std::to_string((i + 29) / 30) + ", место " + std::to_string(i), 1,
                         static_cast<domain::minor_units>(1000 + i), 0});
  }
  return out;
}

auto setting(const char* name) -> const char* {
  return std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets any while tests run
}

auto fresh_dice() -> std::mt19937_64 {
  const char* wanted = setting("HF_TICKETS_SEED");
  const auto seed = wanted != nullptr ? std::stoull(wanted) : static_cast<unsigned long long>(std::random_device{}());
  MESSAGE("HF_TICKETS_SEED=" << seed);
  return std::mt19937_64{seed};
}

auto read_file(const std::string& path) -> std::string {
  std::ifstream file{path, std::ios::binary};
  REQUIRE_MESSAGE(file, path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

void show_others(const std::string& name, const std::string& bytes) {
  if (const char* folder = setting("HF_TICKETS_OUT")) {
    std::ofstream file{std::filesystem::path{folder} / name, std::ios::binary};
    file << bytes;
    REQUIRE(file.flush());
  }
}

} // namespace holdfast::tickets_test
