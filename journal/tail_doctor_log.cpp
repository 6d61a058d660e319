#include "journal/tail_doctor_log.hpp"

#include "journal/checksum.hpp"
#include "journal/wire.hpp"

#include <algorithm>

namespace holdfast::journal::log_format {
namespace {

/// As RocksDB stores checksums, so that a checksum of bytes that hold checksums stays strong.
constexpr std::uint32_t mask_delta = 0xa282ead8U;

[[nodiscard]] auto masked(std::uint32_t crc) noexcept -> std::uint32_t {
  return ((crc >> 15U) | (crc << 17U)) + mask_delta;
}

/// Tags of a batch that this journal writes.
enum class batch_tag : std::uint8_t { deletion = 0, value = 1, log_data = 3, family_deletion = 4, family_value = 5 };

struct cursor {
  std::string_view left;
  bool ok = true;

  auto varint32() -> std::uint32_t {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift <= 28 && !left.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(left.front());
      left.remove_prefix(1);
      value |= static_cast<std::uint32_t>(byte & 0x7fU) << shift;
      if (byte < 0x80)
        return value;
    }
    ok = false;
    return 0;
  }

  auto text() -> std::string_view {
    const auto size = varint32();
    if (size > left.size()) {
      ok = false;
      return {};
    }
    const auto value = left.substr(0, size);
    left.remove_prefix(size);
    return value;
  }
};

} // namespace

auto skip_block_trailer(std::size_t offset) noexcept -> std::size_t {
  const auto left = block_bytes - offset % block_bytes;
  return left < fragment_header_bytes ? offset + left : offset;
}

auto read_fragment(std::string_view log, std::size_t offset, const char** why_not) -> std::optional<fragment> {
  const auto no = [why_not](const char* reason) -> std::optional<fragment> {
    if (why_not != nullptr)
      *why_not = reason;
    return std::nullopt;
  };
  if (log.size() - offset < fragment_header_bytes)
    return no("the header of a record is cut off");
  const auto* header = log.data() + offset;
  const auto crc = raw::get<std::uint32_t>(header);
  const auto size = std::size_t{raw::get<std::uint16_t>(header + 4)};
  const auto type = raw::get<std::uint8_t>(header + 6);
  if (type == 0 && size == 0 && crc == 0)
    return no("zeros where a record should be");
  if (type < 1 || type > 4)
    return no("unknown record type");
  if (fragment_header_bytes + size > block_bytes - offset % block_bytes)
    return no("bad record length");
  if (fragment_header_bytes + size > log.size() - offset)
    return no("the record is cut off");
  if (masked(crc32c(log.substr(offset + 6, size + 1))) != crc)
    return no("checksum mismatch");
  return fragment{static_cast<fragment_type>(type), log.substr(offset + fragment_header_bytes, size),
                  offset + fragment_header_bytes + size};
}

auto reader::damaged(const char* trouble) noexcept -> result {
  trouble_ = trouble;
  return result::damaged;
}

auto reader::next() -> result {
  joined_.clear();
  bool inside = false;
  offset_ = skip_block_trailer(offset_);
  start_ = offset_;
  for (;;) {
    offset_ = skip_block_trailer(offset_);
    if (offset_ >= log_.size())
      return inside ? damaged("the rest of a record is missing") : result::end;
    const char* why = "";
    const auto piece = read_fragment(log_, offset_, &why);
    if (!piece)
      return damaged(why);
    const bool starts = piece->type == fragment_type::full || piece->type == fragment_type::first;
    if (starts == inside)
      return damaged(inside ? "the rest of a record is missing" : "the start of a record is missing");
    offset_ = piece->end;
    if (piece->type == fragment_type::full) {
      record_ = piece->payload;
      return result::record;
    }
    inside = true;
    joined_ += piece->payload;
    if (piece->type == fragment_type::last) {
      record_ = joined_;
      return result::record;
    }
  }
}

auto summarise_batch(std::string_view batch) -> std::optional<batch_summary> {
  if (batch.size() < batch_header_bytes)
    return std::nullopt;
  batch_summary summary;
  summary.sequence = raw::get<std::uint64_t>(batch.data());
  summary.count = raw::get<std::uint32_t>(batch.data() + 8);
  cursor at{batch.substr(batch_header_bytes)};
  std::uint32_t counted = 0;
  while (at.ok && !at.left.empty()) {
    const auto tag = static_cast<batch_tag>(at.left.front());
    at.left.remove_prefix(1);
    if (tag == batch_tag::log_data) {
      summary.note = at.text();
      continue;
    }
    if (tag == batch_tag::family_value || tag == batch_tag::family_deletion)
      static_cast<void>(at.varint32());
    else if (tag != batch_tag::value && tag != batch_tag::deletion)
      return std::nullopt;
    static_cast<void>(at.text());
    if (tag == batch_tag::value || tag == batch_tag::family_value)
      static_cast<void>(at.text());
    ++counted;
  }
  if (!at.ok || counted != summary.count)
    return std::nullopt;
  return summary;
}

auto a_write_starts_after(std::string_view log, std::size_t from) -> bool {
  for (auto offset = from; offset + fragment_header_bytes <= log.size(); ++offset) {
    // Most offsets are ruled out by the type alone, before a checksum is taken.
    const auto type = static_cast<fragment_type>(log[offset + 6]);
    if ((type == fragment_type::full || type == fragment_type::first) && read_fragment(log, offset))
      return true;
  }
  return false;
}

} // namespace holdfast::journal::log_format
