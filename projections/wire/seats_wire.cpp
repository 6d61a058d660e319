#include "projections/wire/seats_wire.hpp"

#include "projections/wire/bytes.hpp"

namespace holdfast::projections::wire {

namespace {

constexpr std::uint32_t seats_a_byte = 4;
constexpr std::uint32_t bytes_a_word = 8;

} // namespace

void append_seats(std::uint64_t seq, std::string_view layout_hash, const packed_statuses& statuses,
                  std::span<const area_line> areas, std::string& to) {
  const auto bytes = (statuses.size() + seats_a_byte - 1) / seats_a_byte;
  to.reserve(to.size() + seats_header_bytes + bytes + areas.size() * 4);
  to.append(seats_magic);
  put_byte(to, seats_version);
  put_byte(to, 0);
  put_little_endian(to, areas.size(), 2);
  put_little_endian(to, statuses.size(), 4);
  put_little_endian(to, seq, 8);
  put_layout_tag(to, layout_hash);
  // A word holds its first seat in its lowest bits, and so does a byte of the wire: byte by byte, lowest first.
  const auto words = statuses.words();
  for (std::uint32_t i = 0; i < bytes; ++i)
    put_byte(to, static_cast<std::uint8_t>(words[i / bytes_a_word] >> (i % bytes_a_word * 8U)));
  for (const auto& area : areas)
    put_leb128(to, area.available());
}

} // namespace holdfast::projections::wire
