#pragma once

#include "domain/allocation.hpp"
#include "domain/decide_parts.hpp"
#include "domain/event_data.hpp"
#include "domain/free_runs.hpp"
#include "domain/row_choice.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <vector>

/// By what right a hold has places that are set apart.
namespace holdfast::domain {

/// What opens the sale to a hold.
struct sale_right {
  bool open = false;
  const sale_phase* phase = nullptr; ///< the presale that does, when nothing else would
  bool unknown_code = false;         ///< the hold has an access code that nothing of the event has
  bool others_may = false;           ///< not open: a presale is, to those who have its code
};

/// Whether the sale is open to the hold: the general one, or a presale whose code it has. A box office has what is set apart for the house or as
/// comps, and nothing else, whenever the event is published. The seats are in the layout.
[[nodiscard]] auto right_of(const question& ask, const hold_seats& what) -> sale_right;

/// The allocation whose places the hold may have too; null: none.
[[nodiscard]] auto granted(const question& ask, const hold_seats& what) -> tl::expected<const allocation*, rejection>;

/// Seats as they are to somebody who chooses from an allocation (null: from nobody's), once the holds in `ended` are. Of an allocation, a look
/// at each row in which it has seats; else copies of the state's, some microseconds. Refers to the state, which stays as it is meanwhile.
class own_seats {
 public:
  own_seats(const event_data& data, const allocation* pool, const std::vector<std::uint32_t>& ended);

  [[nodiscard]] auto view(const event_data& data) const noexcept -> seat_view {
    return {*data.seats, runs_, statuses_};
  }

 private:
  void free_what_ends(const event_data& data, const std::vector<std::uint32_t>& ended);
  void keep_to(const event_data& data, const allocation& pool, std::vector<std::uint32_t> ended);

  std::vector<seat_status> statuses_; ///< none of an allocation
  free_runs runs_;
};

} // namespace holdfast::domain
