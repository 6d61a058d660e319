#include "projections/wire/frame_wire.hpp"

#include "domain/check.hpp"
#include "projections/wire/bytes.hpp"

#include <bit>

namespace holdfast::projections::wire {

namespace {

constexpr std::uint32_t seats_a_word = 32;

void put_type(std::string& to, frame_type type) {
  put_byte(to, static_cast<std::uint8_t>(type));
}

} // namespace

auto changes_between(const packed_statuses& before, const std::vector<std::uint32_t>& areas_before,
                     const packed_statuses& after, const std::vector<area_line>& areas_after) -> seat_changes {
  HF_CHECK(before.size() == after.size() && areas_before.size() == areas_after.size(),
           "changes are between two states of one layout");
  seat_changes found;
  const auto old_words = before.words();
  const auto new_words = after.words();
  for (std::uint32_t word = 0; word < new_words.size(); ++word) {
    for (auto different = old_words[word] ^ new_words[word]; different != 0;) {
      const auto in_word = static_cast<std::uint32_t>(std::countr_zero(different)) / 2;
      const auto seat = word * seats_a_word + in_word;
      found.seats.push_back({seat, after.get(seat)});
      different &= ~(std::uint64_t{3} << (in_word * 2));
    }
  }
  for (std::uint32_t area = 0; area < areas_after.size(); ++area) {
    if (areas_before[area] != areas_after[area].available())
      found.areas.push_back({area, areas_after[area].available()});
  }
  return found;
}

void append_hello(std::uint64_t seq, std::uint32_t seats, std::uint32_t areas, std::string_view layout_hash,
                  std::string& to) {
  put_type(to, frame_type::hello);
  put_byte(to, frame_version);
  put_leb128(to, seq);
  put_leb128(to, seats);
  put_leb128(to, areas);
  put_layout_tag(to, layout_hash);
}

void append_delta(std::uint64_t seq, const seat_changes& changes, std::string& to) {
  put_type(to, changes.areas.empty() ? frame_type::delta : frame_type::delta_with_areas);
  put_leb128(to, seq);
  if (!changes.areas.empty()) {
    put_leb128(to, changes.areas.size());
    std::uint32_t next = 0;
    for (const auto& area : changes.areas) {
      put_leb128(to, area.index - next);
      put_leb128(to, area.available);
      next = area.index + 1;
    }
  }
  std::uint32_t next = 0;
  for (const auto& seat : changes.seats) {
    put_leb128(to, std::uint64_t{seat.index - next} * 4 + static_cast<std::uint64_t>(seat.status));
    next = seat.index + 1;
  }
}

void append_reset(std::uint64_t seq, std::string& to) {
  put_type(to, frame_type::reset);
  put_leb128(to, seq);
}

} // namespace holdfast::projections::wire
