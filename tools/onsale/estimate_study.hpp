#pragma once

#include "domain/queue/state.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace holdfast::onsale {

/// Of estimates that people were shown when their turn was so far off as it then turned out to be.
struct estimate_row {
  std::int64_t from_s = 0;
  std::int64_t to_s = 0; ///< 0: no end
  std::uint64_t told = 0;
  std::uint64_t inside = 0;         ///< of them: they were let in within the range
  std::uint64_t early = 0;          ///< before it
  std::uint64_t late = 0;           ///< and after
  std::uint32_t error_permille = 0; ///< median of how far the middle of the range was off, as a part of the real wait
  std::uint32_t width_permille = 0; ///< median of how wide the range was, as a part of the real wait
  friend auto operator==(const estimate_row&, const estimate_row&) -> bool = default;
};

/// Asks people along the lines of a room what they are told, and holds it against when they are let in. Who is not let in has had no wait that could be
/// compared: they are not counted. What the room measures itself (`eta_accuracy`) is of four people a line; this is of more, and by distance.
class estimate_study {
 public:
  static constexpr domain::millis ask_every = domain::seconds(10);
  static constexpr std::uint32_t asked_a_line = 16;

  /// Asks, if the room is on and it is time to.
  void look(const domain::queue::state& room, domain::instant now);
  void let_in(domain::queue::place_number place, domain::instant now);
  /// How often nothing could be said.
  [[nodiscard]] auto unknown() const noexcept -> std::uint64_t { return unknown_; }
  /// Up to a minute, five, a quarter of an hour, an hour, and longer.
  [[nodiscard]] auto rows() const -> std::vector<estimate_row>;

 private:
  struct estimate {
    domain::instant at;
    domain::queue::eta_range range;
  };
  struct result {
    std::int64_t wait_ms = 0;
    domain::queue::eta_range range;
  };

  void ask(const domain::queue::state& room, domain::queue::place_number place, domain::instant now);

  domain::instant next_;
  std::unordered_map<std::uint32_t, std::vector<estimate>> open_; ///< by place
  std::vector<result> results_;
  std::uint64_t unknown_ = 0;
};

} // namespace holdfast::onsale
