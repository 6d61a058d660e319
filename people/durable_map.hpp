#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::people {

/// What is written together: all of it or nothing, in this order.
class map_changes {
 public:
  void put(std::string key, std::string value) { rows_.emplace_back(std::move(key), std::move(value)); }
  void remove(std::string key) { rows_.emplace_back(std::move(key), std::nullopt); }
  [[nodiscard]] auto empty() const noexcept -> bool { return rows_.empty(); }
  [[nodiscard]] auto rows() const noexcept -> const auto& { return rows_; }
  void clear() noexcept { rows_.clear(); }

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> rows_;
};

/// An ordered map of bytes on disk that survives kill -9 and power cuts: what was written is there, whole. For what belongs to no journal: keys and
/// ciphertext about people, and what a server still has to say to the outside. Thread-safe; every call may wait for the disk.
class durable_map {
 public:
  /// Opens the folder, made when missing. The failure is for people.
  [[nodiscard]] static auto open(const std::filesystem::path& folder)
      -> tl::expected<std::unique_ptr<durable_map>, std::string>;
  virtual ~durable_map() = default;

  [[nodiscard]] virtual auto get(std::string_view key) const
      -> tl::expected<std::optional<std::string>, std::string> = 0;
  /// Rows whose keys begin with `prefix`, in key order, from `from` on (a whole key; empty: the first). `sink` returns false to stop.
  [[nodiscard]] virtual auto scan(std::string_view prefix, std::string_view from,
                                  const std::function<bool(std::string_view key, std::string_view value)>& sink) const
      -> tl::expected<void, std::string> = 0;
  /// Durable when it returns.
  [[nodiscard]] virtual auto write(const map_changes& what) -> tl::expected<void, std::string> = 0;
  /// Rewrites the files that hold what was removed under these keys, so that the bytes are in none of them any more.
  [[nodiscard]] virtual auto scrub(const std::vector<std::string>& keys) -> tl::expected<void, std::string> = 0;
};

/// Big-endian, so that keys sort as numbers do.
void append_number(std::string& to, std::uint64_t value);
void append_number32(std::string& to, std::uint32_t value);
/// The number at an offset; 0 when there are too few bytes.
[[nodiscard]] auto number_at(std::string_view bytes, std::size_t offset) noexcept -> std::uint64_t;

} // namespace holdfast::people
