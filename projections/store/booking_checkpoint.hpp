#pragma once

#include "domain/strong_id.hpp"
#include "projections/booking_store.hpp"
#include "projections/layout_store.hpp"
#include "projections/projection_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace holdfast::projections {

/// State version of the bookings: raised with every change of their rows or of what they mean.
inline constexpr std::uint32_t bookings_state_version = 9;

/// What has changed in a booking store since its last checkpoint, and the next checkpoint in the making.
///
/// A checkpoint is of one moment, but is encoded in slices, so that its thread does other work in between: whatever is about to
/// change and is not encoded yet is encoded first. Ended holds that are forgotten meanwhile are left out of it; folding on from
/// there forgets them as well. Not thread-safe: its projection's actor's.
class booking_checkpoint {
 public:
  /// Before the store changes a booking; `is_new` when this change makes it.
  void before_change(const booking_store& store, booking_store::event_slot event, domain::hold_number number,
                     bool is_new);
  /// An ended hold is about to be forgotten.
  void forgotten(booking_store::event_slot event, domain::hold_number number);

  void event_changed(booking_store::event_slot event) { events_.insert(event); }

  /// The store was filled from its rows.
  void loaded(const booking_store& store) { ended_saved_from_ = store.first_ended(); }

  /// Changes that the next checkpoint would hold.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return dirty_.size() + events_.size(); }

  [[nodiscard]] auto under_way() const noexcept -> bool { return pending_.has_value(); }

  /// Begins a checkpoint of the store as it is, with these rows in it.
  void begin(const booking_store& store, store_changes with = {});
  /// Encodes up to `rows` more; true when all are.
  [[nodiscard]] auto encode(const booking_store& store, std::size_t rows) -> bool;
  /// The checkpoint, when `encode` has said that it is complete.
  [[nodiscard]] auto take(const booking_store& store) -> store_changes;

 private:
  /// Whether an earlier checkpoint has a row of its life as a hold, by event and number.
  using changed = std::unordered_map<std::uint64_t, bool>;

  [[nodiscard]] static auto key_of(booking_store::event_slot event, domain::hold_number number) noexcept
      -> std::uint64_t {
    return (std::uint64_t{event} << 32U) | number.value();
  }

  void encode_one(const booking_store& store, std::uint64_t key, bool stored);

  changed dirty_;
  std::unordered_set<booking_store::event_slot> events_;
  std::uint64_t ended_saved_from_ = 0; ///< number of the first ended hold that a checkpoint may have a row of

  std::optional<changed> pending_;
  store_changes changes_;
};

/// Hands over every row of a store, in no useful order.
void visit_rows(const booking_store& store, const row_visitor& visit);

/// Adds one row to a store, in the order of their keys. False when it is not sound.
[[nodiscard]] auto take_row(std::string_view key, std::string_view value, booking_store& to, layout_store& layouts)
    -> bool;

} // namespace holdfast::projections
