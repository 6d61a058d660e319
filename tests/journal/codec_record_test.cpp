#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace {

using namespace holdfast;

auto some_header() -> journal::record_header {
  return testing::sample_header(1, testing::sample_facts()[8].body);
}

auto some_record(std::string_view payload = "payload") -> std::string {
  std::string bytes;
  static_cast<void>(journal::encode_record(some_header(), payload, bytes));
  return bytes;
}

/// The checksum that makes changed bytes look as if they had been stored so.
void seal(std::string& bytes) {
  const auto body = bytes.size() - 4;
  const auto crc = journal::crc32c(std::string_view{bytes}.substr(0, body));
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[body + i] = static_cast<char>(crc >> (8 * i));
  }
}

auto byte_at(const std::string& bytes, std::size_t at) -> unsigned {
  return static_cast<unsigned char>(bytes[at]);
}

} // namespace

TEST_CASE("CRC-32C gives the check value of its definition and what is known of zeros and ones") {
  CHECK(journal::crc32c("123456789") == 0xe3069283);
  CHECK(journal::crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(journal::crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(journal::crc32c("") == 0);
}

TEST_CASE("the processor's CRC-32C and the table's are the same, whole and in parts") {
  std::mt19937_64 random{5};
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) {
      byte = static_cast<char>(random());
    }
    const auto whole = journal::crc32c(bytes);
    REQUIRE(whole == journal::crc32c_portable(bytes));
    const auto half = size / 2;
    REQUIRE(whole == journal::crc32c(std::string_view{bytes}.substr(half),
                                     journal::crc32c(std::string_view{bytes}.substr(0, half))));
  }
}

TEST_CASE("SHA-256 gives the digests of its standard") {
  CHECK(journal::hex(journal::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(journal::hex(journal::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a record has its fields where the format says") {
  const auto bytes = some_record();
  REQUIRE(bytes.size() == 128 + 7 + 4);
  CHECK(byte_at(bytes, 0) == 1);  // format
  CHECK(byte_at(bytes, 1) == 1);  // flags: more of the command follows
  CHECK(byte_at(bytes, 2) == 16); // type, little-endian
  CHECK(byte_at(bytes, 3) == 0);
  CHECK(byte_at(bytes, 4) == 1);  // version
  CHECK(byte_at(bytes, 6) == 1);  // stream kind
  CHECK(byte_at(bytes, 8) == 7);  // payload bytes
  CHECK(byte_at(bytes, 16) == 8); // stream id 0x0102030405060708
  CHECK(byte_at(bytes, 23) == 1);
  CHECK(byte_at(bytes, 24) == 2); // seq
  CHECK(byte_at(bytes, 32) == 3); // epoch
  CHECK(byte_at(bytes, 40) == (1'800'000'000'001 & 0xff));
  CHECK(byte_at(bytes, 48) == 0x68); // command key
  CHECK(byte_at(bytes, 56) == 0x78); // command request
  CHECK(byte_at(bytes, 64) == 0x88); // trace high
  CHECK(byte_at(bytes, 72) == 0x98); // trace low
  for (std::size_t at = 80; at < 96; ++at) {
    CHECK(byte_at(bytes, at) == 0);
  }
  for (std::size_t at = 96; at < 128; ++at) {
    CHECK(byte_at(bytes, at) == 0xa1); // previous hash
  }
  CHECK(bytes.substr(128, 7) == "payload");
}

TEST_CASE("a record reads back as itself, and its hash is the SHA-256 of its bytes") {
  const auto header = some_header();
  for (const auto* payload : {"", "x", "a payload of some length"}) {
    std::string bytes = "before";
    const auto hash = journal::encode_record(header, payload, bytes);
    const auto stored = std::string_view{bytes}.substr(6);
    const auto view = journal::decode_record(stored);
    REQUIRE(view.has_value());
    CHECK(view->payload == payload);
    CHECK(view->bytes == stored);
    CHECK(view->header.stream == header.stream);
    CHECK(view->header.seq == header.seq);
    CHECK(view->header.epoch == header.epoch);
    CHECK(view->header.time == header.time);
    CHECK(view->header.command == header.command);
    CHECK(view->header.trace == header.trace);
    CHECK(view->header.previous == header.previous);
    CHECK(view->header.type == header.type);
    CHECK(view->header.flags == header.flags);
    CHECK(journal::hash_record(stored) == hash);
    CHECK(hash == journal::sha256(stored));
  }
}

TEST_CASE("a record with any one bit changed is refused") {
  const auto sound = some_record();
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    auto bytes = sound;
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << (bit % 8)));
    const auto result = journal::decode_record(bytes);
    REQUIRE_FALSE(result.has_value());
    REQUIRE(result.error().kind == journal::failure_kind::corrupt);
  }
}

TEST_CASE("a record that is cut or goes on is refused") {
  const auto sound = some_record();
  for (std::size_t size = 0; size < sound.size(); ++size) {
    CHECK_FALSE(journal::decode_record(std::string_view{sound}.substr(0, size)).has_value());
  }
  CHECK_FALSE(journal::decode_record(sound + '\0').has_value());
}

TEST_CASE("what a newer program may write is refused although its checksum is right") {
  struct change {
    const char* what;
    std::size_t at;
    char byte;
  };

  for (const auto& [what, at, byte] :
       {change{"another format", 0, 2}, change{"an unknown flag", 1, 2}, change{"stream kind 0", 6, 0},
        change{"stream kind 6", 6, 6}, change{"reserved byte", 7, 1}, change{"reserved word", 15, 1},
        change{"reserved bytes", 80, 1}, change{"reserved bytes", 95, 1}, change{"time before 1970", 47, '\x80'}}) {
    CAPTURE(what);
    auto bytes = some_record();
    bytes[at] = byte;
    seal(bytes);
    CHECK_FALSE(journal::decode_record(bytes).has_value());
  }
  auto unchanged = some_record();
  seal(unchanged);
  CHECK(journal::decode_record(unchanged).has_value());
  auto no_seq = some_record();
  no_seq[24] = 0;
  seal(no_seq);
  CHECK_FALSE(journal::decode_record(no_seq).has_value());
}
