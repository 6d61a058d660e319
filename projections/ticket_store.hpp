#pragma once

#include "domain/fact.hpp"
#include "domain/ticket.hpp"
#include "projections/projection_store.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// The tickets of all events that something happened to since their order, who has those that were handed on, which codes are revoked, and
/// which tickets are offered to other buyers. Some 200 bytes a ticket. Not thread-safe.
class ticket_store {
 public:
  /// A ticket of any event.
  struct ticket_key {
    domain::event_id event;
    domain::ticket_number number;
    friend constexpr auto operator<=>(const ticket_key&, const ticket_key&) noexcept = default;
  };

  /// The order that a ticket is of.
  struct sale {
    domain::owner by;
    std::uint32_t order = 0; ///< its position among all orders, from 1
  };

  /// A ticket by its order's position. The newest order's come first, an order's by index.
  struct handed_ticket {
    std::uint32_t order = 0;
    std::uint32_t index = 0;
    friend constexpr auto operator==(const handed_ticket&, const handed_ticket&) noexcept -> bool = default;
    friend constexpr auto operator<(const handed_ticket& a, const handed_ticket& b) noexcept -> bool {
      return a.order != b.order ? a.order > b.order : a.index < b.index;
    }
  };

  // False when the fact does not fit what is known of the ticket.
  [[nodiscard]] auto transfer(domain::event_id event, std::uint64_t seq, const domain::ticket_transferred& what,
                              const sale& of) -> bool;
  [[nodiscard]] auto admit(domain::event_id event, const domain::ticket_admitted& what, const sale& of) -> bool;
  [[nodiscard]] auto undo(domain::event_id event, const domain::admission_undone& what) -> bool;
  /// Tickets of an order go back: all their codes are revoked.
  void give_back(domain::event_id event, std::uint64_t seq, domain::hold_number order,
                 std::vector<std::uint32_t> tickets);

  // False when the ticket is not offered, or in a hold.
  [[nodiscard]] auto offer(domain::event_id event, const domain::ticket_offered& what) -> bool;
  [[nodiscard]] auto end_offer(domain::event_id event, const domain::ticket_number& ticket) -> bool;
  [[nodiscard]] auto hold_offer(domain::event_id event, const domain::resale_held& what) -> bool;
  /// A hold has ended: what it had of others is open again, if it is offered still.
  void reopen_offer(domain::event_id event, domain::hold_number hold);

  /// A ticket that is offered.
  struct offered {
    domain::minor_units price = 0;
    domain::hold_number held_by; ///< zero: nobody's
  };
  /// Of one event, by ticket, after one of them; at most `limit`.
  [[nodiscard]] auto offers(domain::event_id event, const std::optional<domain::ticket_number>& after,
                            std::size_t limit) const -> std::vector<std::pair<domain::ticket_number, offered>>;

  /// Those of one order, by index.
  [[nodiscard]] auto of_order(domain::event_id event, domain::hold_number order) const -> std::vector<domain::ticket>;
  /// Tickets of others' orders that were handed to somebody, after one of them; at most `limit`.
  [[nodiscard]] auto handed_to(const domain::owner& who, const std::optional<handed_ticket>& after,
                               std::size_t limit) const -> std::vector<handed_ticket>;
  /// By seq, after one; at most `limit`.
  [[nodiscard]] auto revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
      -> std::vector<views::revocation>;

  // What a checkpoint keeps, and takes back.

  /// First bytes of keys.
  static constexpr std::uint8_t ticket_row = 5;
  static constexpr std::uint8_t revocation_row = 6;
  static constexpr std::uint8_t offer_row = 8; ///< 7 is another store's

  /// Rows that have changed since the last time.
  void take_changes(store_changes& to);
  [[nodiscard]] auto changes() const noexcept -> std::size_t {
    return dirty_.size() + revoked_since_.size() + offers_changed_.size();
  }
  void visit_rows(const row_visitor& visit) const;
  /// An order's position; 0 when there is none.
  using find_order = std::function<std::uint32_t(domain::event_id, domain::hold_number)>;
  /// False for a row that is not sound. Rows of tickets come after those of their orders.
  [[nodiscard]] auto restore(std::string_view key, std::string_view value, const find_order& position_of) -> bool;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  struct line {
    domain::ticket what;
    sale of;
  };
  using revocation_key = std::pair<domain::event_id, std::uint64_t>; ///< event and seq

  /// Puts an offer in place of what is known of it, or takes it away.
  void set_offer(const ticket_key& key, const std::optional<offered>& now);
  auto line_of(domain::event_id event, const domain::ticket_number& number, const sale& of) -> line&;
  /// Takes a ticket into the list of its holder, who did not buy it.
  void list(const line& its);
  void unlist(const line& its);
  void revoke(domain::event_id event, const views::revocation& what);
  static void put_ticket(const ticket_key& key, const line& its, store_changes& to);
  static void put_revocation(const revocation_key& key, const views::revocation& its, store_changes& to);
  static void put_offer(const ticket_key& key, const offered& its, store_changes& to);
  [[nodiscard]] auto restore_offer(std::string_view key, std::string_view value) -> bool;
  [[nodiscard]] auto restore_ticket(std::string_view key, std::string_view value, const find_order& position_of)
      -> bool;

  std::map<ticket_key, line> lines_;
  std::map<domain::owner, std::set<handed_ticket>> handed_;
  std::map<revocation_key, views::revocation> revoked_;
  std::map<ticket_key, offered> offers_;
  std::map<std::pair<domain::event_id, domain::hold_number>, ticket_key> held_offers_;
  std::set<ticket_key> dirty_;
  std::set<ticket_key> offers_changed_;
  std::vector<revocation_key> revoked_since_;
};

} // namespace holdfast::projections
