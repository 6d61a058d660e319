#include "journal/audit/message.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

/// Takes a varint off the front.
auto take_varint(std::string_view& bytes) -> std::optional<std::uint64_t> {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 10 && i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
    if (i == 9 && byte > 1)
      return std::nullopt;
    value |= (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      bytes.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

auto take_fixed64(std::string_view& bytes) -> std::optional<std::uint64_t> {
  if (bytes.size() < 8)
    return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  bytes.remove_prefix(8);
  return value;
}

} // namespace

message::message(std::string_view bytes) {
  while (sound_ && !bytes.empty()) {
    const auto tag = take_varint(bytes);
    if (!tag || (*tag >> 3) == 0 || (*tag >> 3) > 0x1fff'ffff || (*tag & 7) > 2) {
      sound_ = false;
      return;
    }
    field next{static_cast<std::uint32_t>(*tag >> 3), static_cast<shape>(*tag & 7), 0, {}};
    std::optional<std::uint64_t> value;
    if (next.as == shape::fixed64) {
      value = take_fixed64(bytes);
    } else {
      value = take_varint(bytes);
    }
    if (!value || (next.as == shape::bytes && *value > bytes.size())) {
      sound_ = false;
      return;
    }
    next.value = *value;
    if (next.as == shape::bytes) {
      next.bytes = bytes.substr(0, static_cast<std::size_t>(*value));
      bytes.remove_prefix(next.bytes.size());
    }
    fields_.push_back(next);
  }
}

auto message::is(std::initializer_list<expectation> fields) const -> bool {
  return sound_ && std::all_of(fields_.begin(), fields_.end(), [&](const field& found) {
           return std::any_of(fields.begin(), fields.end(), [&](const expectation& expected) {
             return expected.number == found.number && expected.as == found.as;
           });
         });
}

auto message::has(std::uint32_t number) const -> bool {
  return std::any_of(fields_.begin(), fields_.end(), [&](const field& f) { return f.number == number; });
}

auto message::value(std::uint32_t number) const -> std::uint64_t {
  std::uint64_t last = 0;
  for (const auto& entry : fields_) {
    if (entry.number == number)
      last = entry.value;
  }
  return last;
}

auto message::text(std::uint32_t number) const -> std::string_view {
  std::string_view last;
  for (const auto& entry : fields_) {
    if (entry.number == number)
      last = entry.bytes;
  }
  return last;
}

auto message::texts(std::uint32_t number) const -> std::vector<std::string_view> {
  std::vector<std::string_view> all;
  for (const auto& entry : fields_) {
    if (entry.number == number)
      all.push_back(entry.bytes);
  }
  return all;
}

auto message::list(std::uint32_t number) const -> std::optional<std::vector<std::uint64_t>> {
  std::vector<std::uint64_t> values;
  for (const auto& entry : fields_) {
    if (entry.number != number)
      continue;
    if (entry.as != shape::bytes) {
      values.push_back(entry.value);
      continue;
    }
    auto packed = entry.bytes;
    while (!packed.empty()) {
      const auto value = take_varint(packed);
      if (!value)
        return std::nullopt;
      values.push_back(*value);
    }
  }
  return values;
}

} // namespace holdfast::journal::audit
