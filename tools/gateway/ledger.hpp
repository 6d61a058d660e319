#pragma once

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace holdfast::gateway {

/// What the gateway has done, in a file that is only ever appended to: a record is on disk before the answer that it belongs to leaves.
///
/// A record is a length and a CRC-32, each of four bytes, lowest first, and a JSON document of that length. A record that a crash cut off at the file's end was
/// never answered, and is cut away; anything else that is wrong stops the opening. One process at a time. One thread at a time.
class ledger {
 public:
  using reader = std::function<void(const nlohmann::json&)>;

  /// Opens or makes the file, and gives every record to `each`, oldest first. The failure is for people.
  [[nodiscard]] static auto open(const std::filesystem::path& file, const reader& each)
      -> tl::expected<ledger, std::string>;
  /// Gives every record to `each` and leaves the file alone, also beside the process that writes it: a record that is not complete yet is passed over.
  [[nodiscard]] static auto read(const std::filesystem::path& file, const reader& each)
      -> tl::expected<std::uint64_t, std::string>;

  ledger(ledger&& other) noexcept;
  auto operator=(ledger&& other) noexcept -> ledger&;
  ledger(const ledger&) = delete;
  auto operator=(const ledger&) -> ledger& = delete;
  ~ledger();

  /// Appends a record and waits until it is on disk. A failure leaves unknown what is on disk: the process must end.
  [[nodiscard]] auto append(const nlohmann::json& record) -> tl::expected<void, std::string>;

  /// Bytes of a torn record that `open` cut away.
  [[nodiscard]] auto cut_bytes() const noexcept -> std::uint64_t { return cut_bytes_; }

 private:
  explicit ledger(int descriptor) noexcept : descriptor_{descriptor} {}

  int descriptor_ = -1;
  std::uint64_t cut_bytes_ = 0;
};

} // namespace holdfast::gateway
