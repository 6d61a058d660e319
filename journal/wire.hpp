#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// The little of the Protocol Buffers wire format that the hot facts need, and little-endian integers. Internal to the codec.
namespace holdfast::journal::raw {

static_assert(std::endian::native == std::endian::little, "records are stored little-endian and copied as they are");

template <class Integer>
void put(char* to, Integer value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

template <class Integer>
[[nodiscard]] auto get(const char* from) noexcept -> Integer {
  Integer value{};
  std::memcpy(&value, from, sizeof value);
  return value;
}

enum class type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2 };

[[nodiscard]] constexpr auto tag(std::uint32_t field, type as) noexcept -> std::uint8_t {
  return static_cast<std::uint8_t>((field << 3U) | static_cast<std::uint32_t>(as));
}

/// Bytes of a varint: one per started 7 bits.
[[nodiscard]] constexpr auto varint_bytes(std::uint64_t value) noexcept -> std::size_t {
  return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
}

/// Writes to memory that its user made large enough.
class writer {
 public:
  explicit writer(char* at) noexcept : at_{at} {}

  void byte(std::uint8_t value) noexcept { *at_++ = static_cast<char>(value); }

  void varint(std::uint64_t value) noexcept {
    for (; value >= 0x80; value >>= 7U)
      byte(static_cast<std::uint8_t>(value | 0x80U));
    byte(static_cast<std::uint8_t>(value));
  }

  void fixed64(std::uint64_t value) noexcept {
    put(at_, value);
    at_ += sizeof value;
  }

  void text(std::string_view value) noexcept {
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

  /// Fields as proto3 writes them: nothing for zero and for empty text.
  void varint_field(std::uint32_t field, std::uint64_t value) noexcept {
    if (value != 0) {
      byte(tag(field, type::varint));
      varint(value);
    }
  }

  void fixed64_field(std::uint32_t field, std::uint64_t value) noexcept {
    if (value != 0) {
      byte(tag(field, type::fixed64));
      fixed64(value);
    }
  }

  void text_field(std::uint32_t field, std::string_view value) noexcept {
    if (!value.empty()) {
      byte(tag(field, type::bytes));
      varint(value.size());
      text(value);
    }
  }

  [[nodiscard]] auto at() const noexcept -> const char* { return at_; }

 private:
  char* at_;
};

[[nodiscard]] constexpr auto varint_field_bytes(std::uint64_t value) noexcept -> std::size_t {
  return value == 0 ? 0 : 1 + varint_bytes(value);
}

[[nodiscard]] constexpr auto fixed64_field_bytes(std::uint64_t value) noexcept -> std::size_t {
  return value == 0 ? 0 : 9;
}

[[nodiscard]] constexpr auto text_field_bytes(std::size_t size) noexcept -> std::size_t {
  return size == 0 ? 0 : 1 + varint_bytes(size) + size;
}

/// Reads a message field by field. Any fault latches `ok` off and ends the message; values read after that are zero.
class reader {
 public:
  explicit reader(std::string_view bytes) noexcept : at_{bytes.data()}, end_{bytes.data() + bytes.size()} {}

  [[nodiscard]] auto ok() const noexcept -> bool { return ok_; }

  [[nodiscard]] auto more() const noexcept -> bool { return ok_ && at_ != end_; }

  void fail() noexcept { ok_ = false; }

  [[nodiscard]] auto varint() noexcept -> std::uint64_t {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (!more())
        return broken();
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80)
        return shift == 63 && byte > 1 ? broken() : value;
    }
    return broken();
  }

  /// A varint that must fit 32 bits.
  [[nodiscard]] auto varint32() noexcept -> std::uint32_t {
    const auto value = varint();
    return static_cast<std::uint32_t>(value > 0xffff'ffffU ? broken() : value);
  }

  /// A varint that holds a non-negative signed number.
  [[nodiscard]] auto natural() noexcept -> std::int64_t {
    const auto value = varint();
    return static_cast<std::int64_t>(value > INT64_MAX ? broken() : value);
  }

  [[nodiscard]] auto fixed64() noexcept -> std::uint64_t {
    if (!ok_ || end_ - at_ < 8)
      return broken();
    const auto value = get<std::uint64_t>(at_);
    at_ += 8;
    return value;
  }

  [[nodiscard]] auto bytes() noexcept -> std::string_view {
    const auto size = varint();
    if (!ok_ || size > static_cast<std::uint64_t>(end_ - at_)) {
      fail();
      return {};
    }
    const std::string_view value{at_, static_cast<std::size_t>(size)};
    at_ += size;
    return value;
  }

  /// The next tag. Tags come in ascending order, each once, as every Protocol Buffers writer writes them; only `repeated` may come again.
  [[nodiscard]] auto tag(std::uint8_t repeated = 0) noexcept -> std::uint8_t {
    const auto next = static_cast<std::uint8_t>(*at_++);
    if (next <= last_ && (next != repeated || next != last_))
      fail();
    last_ = next;
    return next;
  }

 private:
  auto broken() noexcept -> std::uint64_t {
    ok_ = false;
    return 0;
  }

  const char* at_;
  const char* end_;
  std::uint8_t last_ = 0;
  bool ok_ = true;
};

} // namespace holdfast::journal::raw
