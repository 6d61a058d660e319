#include "tests/live/frame_reader.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace holdfast::live_test {

namespace {

class bytes_reader {
 public:
  explicit bytes_reader(std::string_view bytes) : left_{bytes} {}

  auto take(std::size_t count) -> std::string_view {
    REQUIRE(left_.size() >= count);
    const auto taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }

  auto number(std::size_t bytes) -> std::uint64_t {
    std::uint64_t value = 0;
    const auto taken = take(bytes);
    for (std::size_t i = bytes; i-- > 0;) {
      value = value << 8U | static_cast<std::uint8_t>(taken[i]);
    }
    return value;
  }

  auto leb128() -> std::uint64_t {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = number(1);
      value |= (byte & 0x7fU) << shift;
      if (byte < 0x80U) {
        return value;
      }
      REQUIRE(shift < 63);
    }
  }

  [[nodiscard]] auto done() const -> bool { return left_.empty(); }

 private:
  std::string_view left_;
};

} // namespace

auto read_seats(std::string_view bytes) -> client_map {
  bytes_reader from{bytes};
  CHECK(from.take(4) == "HFSS");
  CHECK(from.number(1) == 1);
  CHECK(from.number(1) == 0);
  client_map map;
  map.areas.resize(from.number(2));
  map.seats.resize(from.number(4));
  map.seq = from.number(8);
  map.tag = from.take(8);
  const auto packed = from.take((map.seats.size() + 3) / 4);
  for (std::size_t seat = 0; seat < map.seats.size(); ++seat) {
    map.seats[seat] =
        static_cast<domain::seat_status>(static_cast<std::uint8_t>(packed[seat / 4]) >> (seat % 4 * 2) & 3U);
  }
  for (auto& area : map.areas) {
    area = static_cast<std::uint32_t>(from.leb128());
  }
  CHECK(from.done());
  return map;
}

auto read_frame_of(std::string_view bytes) -> read_frame {
  bytes_reader from{bytes};
  read_frame frame;
  const auto type = from.number(1);
  REQUIRE(type <= 3);
  if (type == 0) {
    CHECK(from.number(1) == 1);
    frame.seq = from.leb128();
    frame.seats = from.leb128();
    frame.areas = from.leb128();
    frame.tag = from.take(8);
  } else {
    frame.seq = from.leb128();
    frame.type = type == 3 ? read_frame::kind::reset : read_frame::kind::delta;
  }
  if (type == 2) {
    std::uint32_t next = 0;
    for (auto count = from.leb128(); count > 0; --count) {
      const auto area = next + static_cast<std::uint32_t>(from.leb128());
      frame.changed_areas.emplace_back(area, static_cast<std::uint32_t>(from.leb128()));
      next = area + 1;
    }
  }
  for (std::uint32_t next = 0; type != 0 && type != 3 && !from.done();) {
    const auto value = from.leb128();
    const auto seat = next + static_cast<std::uint32_t>(value / 4);
    frame.changed.emplace_back(seat, static_cast<domain::seat_status>(value % 4));
    next = seat + 1;
  }
  CHECK(from.done());
  return frame;
}

void apply(client_map& to, const read_frame& delta) {
  if (delta.seq <= to.seq) {
    return;
  }
  for (const auto& [seat, status] : delta.changed) {
    REQUIRE(seat < to.seats.size());
    to.seats[seat] = status;
  }
  for (const auto& [area, available] : delta.changed_areas) {
    REQUIRE(area < to.areas.size());
    to.areas[area] = available;
  }
  to.seq = delta.seq;
}

} // namespace holdfast::live_test
