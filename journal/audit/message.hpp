#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace holdfast::journal::audit {

/// A Protocol Buffers message taken apart by hand (the encoding of protobuf.dev/programming-guides/encoding): a list of numbered
/// values whose meaning the caller knows. Views the bytes it was made from.
class message {
 public:
  enum class shape : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2 };

  struct expectation {
    std::uint32_t number;
    shape as;
  };

  explicit message(std::string_view bytes);

  /// Whether the bytes are a message with no other fields than these. A list of numbers may come packed (bytes) or one by one (varint).
  [[nodiscard]] auto is(std::initializer_list<expectation> fields) const -> bool;

  [[nodiscard]] auto has(std::uint32_t number) const -> bool;
  /// The last value given, zero or empty when there is none.
  [[nodiscard]] auto value(std::uint32_t number) const -> std::uint64_t;
  [[nodiscard]] auto text(std::uint32_t number) const -> std::string_view;
  /// Every value given, in order.
  [[nodiscard]] auto texts(std::uint32_t number) const -> std::vector<std::string_view>;
  /// A list of varints, packed or not; nothing when it does not parse.
  [[nodiscard]] auto list(std::uint32_t number) const -> std::optional<std::vector<std::uint64_t>>;

 private:
  struct field {
    std::uint32_t number;
    shape as;
    std::uint64_t value;
    std::string_view bytes;
  };

  std::vector<field> fields_;
  bool sound_ = true;
};

/// A signed number of the `sint` types (zigzag).
[[nodiscard]] constexpr auto zigzag(std::uint64_t value) noexcept -> std::int64_t {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

} // namespace holdfast::journal::audit
