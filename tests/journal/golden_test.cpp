#include "journal/codec.hpp"
#include "journal/facts.pb.h"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// Golden files are records as some version of Holdfast wrote them, kept for ever: a journal written then must load now.
// A new fact, or a new version of one, adds files: HOLDFAST_WRITE_GOLDEN=1 makes this test write those that are missing.
// None is ever changed.

namespace {

using namespace holdfast;
namespace fs = std::filesystem;

auto directory() -> fs::path {
  return fs::path{HF_SOURCE_DIR} / "tests/golden/journal/v1";
}

/// "08_hold_created.bin".
auto file_name(std::size_t place, std::string_view name) -> std::string {
  return (place < 10 ? "0" : "") + std::to_string(place) + "_" + std::string{name} + ".bin";
}

auto read(const fs::path& path) -> std::string {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

auto encode(std::size_t place, const domain::fact_body& body) -> std::string {
  std::string payload;
  journal::encode_fact(body, payload);
  std::string record;
  static_cast<void>(journal::encode_record(testing::sample_header(place, body), payload, record));
  return record;
}

} // namespace

TEST_CASE("facts are written as the golden files of this version have them") {
  const auto samples = testing::sample_facts();
  for (std::size_t place = 0; place < samples.size(); ++place) {
    const auto path = directory() / file_name(place, samples[place].name);
    CAPTURE(path);
    const auto record = encode(place, samples[place].body);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets the environment
    if (std::getenv("HOLDFAST_WRITE_GOLDEN") != nullptr && !fs::exists(path)) {
      fs::create_directories(directory());
      std::ofstream{path, std::ios::binary} << record;
    }
    REQUIRE(fs::exists(path));
    CHECK(read(path) == record);
  }
}

TEST_CASE("every golden file loads, and what it says is written again to the same bytes") {
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator{directory()}) {
    CAPTURE(file.path());
    const auto bytes = read(file.path());
    const auto record = journal::decode_record(bytes);
    REQUIRE(record.has_value());
    const auto fact = journal::decode_fact(*record);
    REQUIRE(fact.has_value());
    std::string payload;
    journal::encode_fact(fact->body, payload);
    CHECK(payload == record->payload);
    std::string again;
    CHECK(journal::encode_record(record->header, payload, again) == journal::hash_record(bytes));
    CHECK(again == bytes);
    ++files;
  }
  CHECK(files >= static_cast<std::size_t>(wire::Fact::descriptor()->field_count()));
}

TEST_CASE("the example record of the format's description is the golden one") {
  std::ifstream page{fs::path{HF_SOURCE_DIR} / "docs/journal-format.md"};
  std::string bytes;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```hexdump";
      continue;
    }
    if (!inside) {
      continue;
    }
    for (std::size_t at = 10; at + 1 < line.size(); at += 3) {
      bytes += static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16));
    }
  }
  CHECK(bytes == read(directory() / "08_hold_created.bin"));
}
