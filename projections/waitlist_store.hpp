#pragma once

#include "domain/fact.hpp"
#include "projections/projection_store.hpp"
#include "projections/waitlist_views.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// The waitlists of all events: each buyer's last order, and what became of all of them. An order costs some 250 bytes with its indexes. Not thread-safe.
class waitlist_store {
 public:
  // False when the fact does not follow on what is kept.
  [[nodiscard]] auto join(domain::event_id event, const domain::waitlist_joined& what, domain::instant at) -> bool;
  [[nodiscard]] auto leave(domain::event_id event, const domain::waitlist_left& what) -> bool;
  /// A hold was made for an order, or for none: then nothing changes.
  [[nodiscard]] auto offer(domain::event_id event, const domain::hold_created& what) -> bool;

  /// A hold has ended so, or is an order. Nothing changes when it was not offered.
  void end(domain::event_id event, domain::hold_number hold, waitlist_status how);
  /// Nobody waits any more. What is offered can be taken still.
  void close(domain::event_id event);
  /// Neither is anything offered any more.
  void cancel(domain::event_id event);

  /// A buyer's last order.
  [[nodiscard]] auto find(domain::event_id event, const domain::subject_id& who) const -> std::optional<waitlist_line>;
  /// For which order a live hold is offered; zero: for none.
  [[nodiscard]] auto offered_as(domain::event_id event, domain::hold_number hold) const -> domain::waitlist_number;
  /// By this layout, without a seq.
  [[nodiscard]] auto summary(domain::event_id event, const domain::layout& seats) const -> waitlist_summary;

  // What a checkpoint keeps, and takes back.

  // First bytes of keys.
  static constexpr std::uint8_t order_row = 9;
  static constexpr std::uint8_t ended_row = 10;

  /// Rows that have changed since the last time.
  void take_changes(store_changes& to);
  void visit_rows(const row_visitor& visit) const;
  /// False for a row that is not sound.
  [[nodiscard]] auto restore(std::string_view key, std::string_view value) -> bool;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  struct order {
    domain::subject_id who;
    std::uint32_t rank = 0;
    std::uint32_t hold = 0; ///< 0: nothing was offered
    waitlist_status status = waitlist_status::waiting;
    domain::instant joined_at;
    std::string choices; ///< packed
  };

  /// Where an order stands among those that wait.
  struct place {
    std::uint32_t rank = 0;
    std::uint32_t number = 0;
    friend constexpr auto operator<=>(const place&, const place&) noexcept = default;
  };

  /// Orders by how they ended, those that are kept no longer among them.
  struct ended_counts {
    std::uint64_t bought = 0, lapsed = 0, left = 0, over = 0;
    auto of(waitlist_status how) noexcept -> std::uint64_t&;
  };

  struct event_list {
    std::map<std::uint32_t, order> orders; ///< by number
    std::unordered_map<domain::subject_id, std::uint32_t> by_buyer;
    std::map<std::uint32_t, std::uint32_t> offers; ///< by hold: for which order
    std::vector<place> line;                       ///< those that wait, in their order
    // First choices of those that wait.
    waitlist_demand wanted, any_tier;
    std::map<domain::tier_index, waitlist_demand> by_tier;
    std::map<domain::area_index, waitlist_demand> by_area;
    ended_counts ended;
  };

  using order_key = std::pair<domain::event_id, std::uint32_t>;

  static auto key_bytes(const order_key& key) -> std::string;
  static auto value_bytes(const order& what) -> std::string;
  static auto ended_key(domain::event_id event) -> std::string;
  static auto ended_value(const ended_counts& what) -> std::string;
  /// Adds or takes away what an order wants by its first choice; `sign` is 1 or -1.
  static void count(event_list& in, const order& what, int sign);
  static void enter_line(event_list& in, std::uint32_t number, const order& what);
  static void leave_line(event_list& in, std::uint32_t number, const order& what);
  /// An order that waits, or is offered, has ended.
  void finish(domain::event_id event, event_list& in, std::uint32_t number, waitlist_status how);
  void empty_line(domain::event_id event, event_list& in);
  [[nodiscard]] static auto restore_order(event_list& in, std::uint32_t number, std::string_view value) -> bool;

  std::unordered_map<domain::event_id, event_list> events_;
  std::set<order_key> changed_;
  std::set<domain::event_id> ended_changed_;
};

} // namespace holdfast::projections
