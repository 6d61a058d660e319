#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// Writes keys and values of stored rows: integers of fixed size, most significant byte first, so that keys sort as their numbers.
class row_writer {
 public:
  auto byte(std::uint8_t value) -> row_writer& {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }

  auto number(std::uint64_t value) -> row_writer& { return big_endian(value, 8); }

  auto number32(std::uint32_t value) -> row_writer& { return big_endian(value, 4); }

  auto text(std::string_view value) -> row_writer& {
    number32(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
    return *this;
  }

  /// The rest of the row.
  auto rest(std::string_view value) -> row_writer& {
    bytes_.append(value);
    return *this;
  }

  [[nodiscard]] auto take() -> std::string { return std::move(bytes_); }

 private:
  auto big_endian(std::uint64_t value, unsigned bytes) -> row_writer& {
    for (auto left = bytes; left > 0; --left)
      byte(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
    return *this;
  }

  std::string bytes_;
};

/// Reads what a `row_writer` wrote. Reading past the end gives zeros and is remembered.
class row_reader {
 public:
  explicit row_reader(std::string_view bytes) noexcept : bytes_{bytes} {}

  auto byte() noexcept -> std::uint8_t { return static_cast<std::uint8_t>(big_endian(1)); }

  auto number() noexcept -> std::uint64_t { return big_endian(8); }

  auto number32() noexcept -> std::uint32_t { return static_cast<std::uint32_t>(big_endian(4)); }

  auto text() noexcept -> std::string_view { return take(number32()); }

  auto rest() noexcept -> std::string_view { return take(bytes_.size()); }

  /// Everything was there so far.
  [[nodiscard]] auto sound() const noexcept -> bool { return sound_; }

 private:
  auto take(std::size_t size) noexcept -> std::string_view {
    if (size > bytes_.size()) {
      sound_ = false;
      size = 0;
    }
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  auto big_endian(std::size_t size) noexcept -> std::uint64_t {
    std::uint64_t value = 0;
    for (const auto byte : take(size))
      value = (value << 8U) | static_cast<std::uint8_t>(byte);
    return value;
  }

  std::string_view bytes_;
  bool sound_ = true;
};

} // namespace holdfast::projections
