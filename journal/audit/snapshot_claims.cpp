#include "journal/audit/snapshot_claims.hpp"

#include "journal/audit/record.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace holdfast::journal::audit {
namespace {

constexpr std::size_t header_size = 80;
constexpr std::size_t digest_size = 32;
constexpr std::uint64_t snapshot_version = 8;

auto number_at(std::string_view bytes, std::size_t offset) -> std::uint64_t {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
  }
  return value;
}

auto hash_at(std::string_view bytes, std::size_t offset) -> hash_bytes {
  hash_bytes hash{};
  std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()) + offset, hash.size(), hash.begin());
  return hash;
}

auto folder_name(std::uint64_t event) -> std::string {
  std::string name;
  for (int shift = 60; shift >= 0; shift -= 4) {
    name += "0123456789abcdef"[(event >> shift) & 15];
  }
  return name;
}

} // namespace

auto read_claim(std::string_view bytes, std::uint64_t event) -> std::optional<snapshot_claim> {
  if (bytes.size() < header_size + digest_size || bytes.substr(0, 8) != "HFSNAPSH" ||
      number_at(bytes, 8) != snapshot_version || number_at(bytes, 16) != event) {
    return std::nullopt;
  }
  const auto covered = bytes.substr(0, bytes.size() - digest_size);
  if (digest(covered) != hash_at(bytes, covered.size())) {
    return std::nullopt;
  }
  return snapshot_claim{number_at(bytes, 24), hash_at(bytes, 32), number_at(bytes, 64)};
}

auto snapshot_claims(const std::filesystem::path& snapshots, std::uint64_t event) -> std::vector<snapshot_claim> {
  std::vector<snapshot_claim> claims;
  std::error_code trouble;
  for (std::filesystem::directory_iterator file{snapshots / folder_name(event), trouble}, end; !trouble && file != end;
       file.increment(trouble)) {
    if (file->path().extension() != ".snapshot") {
      continue;
    }
    std::ifstream in{file->path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (const auto claim = read_claim(bytes, event)) {
      claims.push_back(*claim);
    }
  }
  std::sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
  return claims;
}

} // namespace holdfast::journal::audit
