#pragma once

#include "domain/event_state.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A reader of its own of the bytes of docs/wire-formats.md, as a client in another language would have it.
namespace holdfast::live_test {

/// A seat map as a client keeps it.
struct client_map {
  std::uint64_t seq = 0;
  std::string tag;
  std::vector<domain::seat_status> seats;
  std::vector<std::uint32_t> areas;
};

struct read_frame {
  enum class kind : std::uint8_t { hello, delta, reset } type = kind::hello;
  std::uint64_t seq = 0;
  std::uint64_t seats = 0; ///< hello
  std::uint64_t areas = 0; ///< hello
  std::string tag;         ///< hello
  std::vector<std::pair<std::uint32_t, domain::seat_status>> changed;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> changed_areas;
};

/// Fails the test when the bytes are not what they should be.
[[nodiscard]] auto read_seats(std::string_view bytes) -> client_map;
[[nodiscard]] auto read_frame_of(std::string_view bytes) -> read_frame;
/// Applies a delta that is newer than the map.
void apply(client_map& to, const read_frame& delta);

} // namespace holdfast::live_test
