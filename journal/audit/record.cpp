#include "journal/audit/record.hpp"

#include "domain/check.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace holdfast::journal::audit {
namespace {

constexpr std::size_t header_size = 128;
constexpr std::size_t checksum_size = 4;

/// An unsigned little-endian number of `size` bytes.
auto number_at(std::string_view bytes, std::size_t offset, std::size_t size) -> std::uint64_t {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
  return value;
}

auto checksum_table() -> const std::array<std::uint32_t, 256>& {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t byte = 0; byte < made.size(); ++byte) {
      auto value = byte;
      for (int i = 0; i < 8; ++i)
        value = (value & 1) != 0 ? (value >> 1) ^ 0x82f63b78U : value >> 1;
      made[byte] = value;
    }
    return made;
  }();
  return table;
}

/// CRC-32C: polynomial 0x1edc6f41, reflected, start and end inverted (RFC 3720, B.4).
auto checksum(std::string_view bytes) -> std::uint32_t {
  const auto& table = checksum_table();
  std::uint32_t value = 0xffffffff;
  for (const char c : bytes)
    value = (value >> 8) ^ table[(value ^ static_cast<unsigned char>(c)) & 0xff];
  return value ^ 0xffffffff;
}

auto zero_between(std::string_view bytes, std::size_t from, std::size_t to) -> bool {
  return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.begin() + static_cast<std::ptrdiff_t>(to),
                     [](char c) { return c == 0; });
}

auto refuse(violation_kind why, std::string detail) -> tl::unexpected<unreadable> {
  return tl::unexpected{unreadable{why, std::move(detail)}};
}

} // namespace

auto digest(std::string_view bytes) -> hash_bytes {
  struct free_md {
    void operator()(EVP_MD* md) const { EVP_MD_free(md); }
  };

  struct free_context {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  static const std::unique_ptr<EVP_MD, free_md> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  thread_local const std::unique_ptr<EVP_MD_CTX, free_context> context{EVP_MD_CTX_new()};
  hash_bytes hash{};
  unsigned size = 0;
  HF_CHECK(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1 &&
               EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
               EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1 && size == hash.size(),
           "SHA-256 of bytes in memory cannot fail");
  return hash;
}

auto hex_of(const hash_bytes& hash) -> std::string {
  std::string text;
  for (const auto byte : hash) {
    text += "0123456789abcdef"[byte / 16];
    text += "0123456789abcdef"[byte % 16];
  }
  return text;
}

auto read_record(std::string_view bytes) -> tl::expected<record, unreadable> {
  if (bytes.size() < header_size + checksum_size)
    return refuse(violation_kind::record_unreadable, "only " + std::to_string(bytes.size()) + " bytes");
  const auto format = number_at(bytes, 0, 1);
  if (format != 1)
    return refuse(violation_kind::record_unreadable, "format " + std::to_string(format));
  const auto covered = bytes.substr(0, bytes.size() - checksum_size);
  if (checksum(covered) != number_at(bytes, covered.size(), checksum_size))
    return refuse(violation_kind::checksum_mismatch, "the bytes are not those that were stored");
  const auto payload_size = number_at(bytes, 8, 4);
  if (payload_size != covered.size() - header_size)
    return refuse(violation_kind::record_unreadable, "the payload's length is wrong");
  const auto flags = number_at(bytes, 1, 1);
  if (flags > 1 || !zero_between(bytes, 7, 8) || !zero_between(bytes, 12, 16) || !zero_between(bytes, 80, 96))
    return refuse(violation_kind::record_unreadable, "reserved bits are set");
  record read;
  read.command_continues = flags == 1;
  read.type = static_cast<std::uint16_t>(number_at(bytes, 2, 2));
  read.version = static_cast<std::uint16_t>(number_at(bytes, 4, 2));
  read.stream = {static_cast<std::uint8_t>(number_at(bytes, 6, 1)), number_at(bytes, 16, 8)};
  read.seq = number_at(bytes, 24, 8);
  read.epoch = number_at(bytes, 32, 8);
  read.time_ms = static_cast<std::int64_t>(number_at(bytes, 40, 8));
  read.command_key = number_at(bytes, 48, 8);
  read.command_request = number_at(bytes, 56, 8);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()) + 96, read.previous.size(), read.previous.begin());
  read.payload = covered.substr(header_size);
  read.hash = digest(bytes);
  if (read.time_ms < 0)
    return refuse(violation_kind::record_unreadable, "a time before 1970");
  return read;
}

} // namespace holdfast::journal::audit
