#include "tests/payments/room.hpp"
#include "tools/gateway/ledger.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::payments_test;
using gateway::ledger;
using nlohmann::json;

auto bytes_of(const std::filesystem::path& file) -> std::string {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

/// Three records; the sizes of the file after each.
auto write_three(const std::filesystem::path& file) -> std::vector<std::size_t> {
  auto opened = ledger::open(file, [](const json&) {});
  REQUIRE(opened.has_value());
  std::vector<std::size_t> sizes;
  for (int i = 1; i <= 3; ++i) {
    REQUIRE(opened->append({{"n", i}, {"text", std::string(static_cast<std::size_t>(i) * 7, 'x')}}).has_value());
    sizes.push_back(std::filesystem::file_size(file));
  }
  return sizes;
}

auto numbers_in(const std::filesystem::path& file) -> tl::expected<std::vector<int>, std::string> {
  std::vector<int> seen;
  const auto opened = ledger::open(file, [&](const json& record) { seen.push_back(record.at("n").get<int>()); });
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  return seen;
}

} // namespace

TEST_CASE("a ledger gives back what was appended, in order") {
  folder here;
  const auto file = here.path() / "ledger.log";
  write_three(file);
  CHECK(numbers_in(file).value() == std::vector<int>{1, 2, 3});
}

TEST_CASE("a record that a crash cut off at any byte is cut away, and the ledger goes on after the last whole one") {
  folder here;
  const auto file = here.path() / "ledger.log";
  const auto sizes = write_three(file);
  const auto whole = bytes_of(file);
  for (std::size_t size = sizes[1]; size < sizes[2]; ++size) {
    write_bytes(file, whole.substr(0, size));
    {
      std::vector<int> seen;
      auto opened = ledger::open(file, [&](const json& record) { seen.push_back(record.at("n").get<int>()); });
      REQUIRE(opened.has_value());
      CHECK(seen == std::vector<int>{1, 2});
      CHECK(opened->cut_bytes() == size - sizes[1]);
      REQUIRE(opened->append({{"n", 9}}).has_value());
    }
    CHECK(numbers_in(file).value() == std::vector<int>{1, 2, 9});
  }
}

TEST_CASE("a flipped bit in any byte before the last record stops the opening, and leaves the file as it is") {
  folder here;
  const auto file = here.path() / "ledger.log";
  const auto sizes = write_three(file);
  const auto whole = bytes_of(file);
  for (std::size_t at = 0; at < sizes[1]; ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write_bytes(file, damaged);
    CAPTURE(at);
    const auto opened = numbers_in(file);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().find("damaged") != std::string::npos);
    CHECK(bytes_of(file) == damaged);
  }
}

TEST_CASE("a ledger has one writer, and can be read beside it") {
  folder here;
  const auto file = here.path() / "ledger.log";
  auto opened = ledger::open(file, [](const json&) {});
  REQUIRE(opened.has_value());
  REQUIRE(opened->append({{"n", 1}}).has_value());
  const auto second = numbers_in(file);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().find("in use") != std::string::npos);
  int seen = 0;
  CHECK(ledger::read(file, [&](const json&) { ++seen; }).value() == 1);
  CHECK(seen == 1);
  CHECK_FALSE(ledger::read(here.path() / "none", [](const json&) {}).has_value());
}

TEST_CASE("payments, refunds and remembered answers outlive the gateway") {
  room here;
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
  const auto declined = id_of(create(*at, "k-3"));
  const auto no = authorise(*at, "k-4", declined, "pm_card_chargeDeclined");
  const auto before = here.ledger();
  here.stop();
  here.start();
  CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
  CHECK(authorise(*at, "k-4", declined, "pm_card_chargeDeclined") == no);
  CHECK(here.ledger().payments == before.payments);
  CHECK(words(capture(*at, "k-5", id)) == "payment succeeded");
  here.stop();
  here.start();
  CHECK(words(give_back(*at, "k-6", id, 5'000)) == "refund succeeded");
  // Ids go on where they were: nothing has two.
  CHECK(id_of(create(*at, "k-7")) != id);
  CHECK(here.ledger().payments.size() == 3);
}
