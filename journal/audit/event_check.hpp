#pragma once

#include "journal/audit/facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/register.hpp"
#include "journal/audit/violation.hpp"
#include "journal/audit/waitlist_rules.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::journal::audit {

/// One event's inventory, folded the plainest way there is, with every rule checked at every fact.
/// After a violation the fold goes on with what the fact says, so that later ones of the same event may follow from the first.
class event_check {
 public:
  enum class life : std::uint8_t { absent = 0, draft = 1, published = 2, paused = 3, closed = 4, cancelled = 5 };

  /// Places set apart.
  struct pool {
    struct area {
      std::uint64_t quantity = 0;
      std::uint64_t used = 0;
    };
    std::uint64_t kind = 0;
    std::string code_hash;
    std::vector<std::pair<std::uint64_t, area>> areas; ///< in the fact's order
    [[nodiscard]] auto find(std::uint64_t which) -> area*;
  };

  /// One place of an order.
  struct sold_place {
    bool seated = false;
    std::uint64_t place = 0; ///< the seat, or the area
    bool gone = false;       ///< it went back
  };

  /// A live hold, or the order that it became. What went back of an order is in none of its lists but `sold`.
  struct booking {
    owner by;
    std::uint64_t sold_by = 0;
    std::vector<std::uint64_t> seats;
    std::vector<std::uint64_t> prices;
    std::vector<std::uint64_t> fees; ///< one a seat, or none
    std::vector<area_places> areas;
    std::int64_t created_at = 0;
    std::int64_t expires_at = 0;
    std::int64_t cap_at = 0;
    bool extended = false;
    bool confirmed = false;
    std::uint64_t confirmed_by = 0;
    std::int64_t confirmed_at = 0;
    std::uint64_t method = 0;
    std::int64_t total = 0;
    std::uint64_t allocation = 0;
    std::uint64_t payment = 0;       ///< that a hold is frozen for, or that paid an order by card; 0: none
    std::uint64_t card = 0;          ///< that paid an order, if it is known
    bool frozen = false;             ///< a hold that is being paid
    std::int64_t ends_unpaid_at = 0; ///< of a frozen hold: when it would have ended without its payment
    std::vector<sold_place> sold{};  ///< of an order, as it was sold
    ticket_name bought{};            ///< of another buyer's order: which ticket; order 0: none
    std::uint64_t seller = 0;        ///< the same: the payment that it was first bought by
    std::int64_t kept = 0;           ///< the same: of what was paid then
    bool swapped = false;            ///< the same: its place is its own
    std::optional<audit::tax> tax{}; ///< that it was held with
    std::uint64_t waitlist = 0;      ///< of a hold: the order on the waitlist that it is offered for
    /// Whether its place is the order's that offers it.
    [[nodiscard]] auto borrows() const -> bool { return bought.order != 0 && !swapped; }
    [[nodiscard]] auto places() const -> std::uint64_t;
    /// Fees, taxes on top, and all that is to be paid.
    [[nodiscard]] auto fee_sum() const -> std::int64_t;
    [[nodiscard]] auto tax_sum() const -> std::int64_t;
    [[nodiscard]] auto value() const -> std::int64_t;
  };

  /// Tickets of an order that went back, and what was paid for them.
  struct part_returned {
    std::vector<std::uint64_t> tickets;
    std::int64_t value = 0;
    std::uint64_t at = 0; ///< seq
  };

  /// A ticket of an order that was resold.
  struct part_resold {
    ticket_name ticket;
    std::int64_t value = 0; ///< what had been paid for it
    std::int64_t price = 0;
    std::uint64_t by = 0; ///< the buyer's payment
    std::uint64_t at = 0; ///< seq
  };

  /// What the event did for one payment by card, for its payments' own stream to be compared with.
  struct card_sale {
    std::uint64_t hold = 0;
    owner by;
    std::int64_t value = 0;      ///< of what it holds
    std::int64_t until = 0;      ///< it is pinned
    std::string reference;       ///< of the order
    std::uint64_t card = 0;      ///< of the order
    bool frozen = false;         ///< now
    bool stands = false;         ///< it is an order now
    std::uint64_t frozen_at = 0; ///< seqs; 0: that did not happen
    std::uint64_t confirmed_at = 0;
    std::uint64_t returned_at = 0;    ///< whole, or the rest of it
    std::vector<part_returned> parts; ///< ticket by ticket, in order
    std::vector<part_resold> resold;  ///< the same
    std::uint64_t seller = 0;         ///< of a ticket of another buyer's: the payment that it was first bought by
  };
  /// Places that were bought, for the rules about what is within a time.
  struct purchase {
    std::uint64_t order = 0;
    std::int64_t at = 0; ///< ms
    std::uint64_t places = 0;
  };
  /// A ticket that something happened to since its order.
  struct ticket {
    std::uint64_t serial = 1;
    owner holder;
    bool scanned = false; ///< somebody was admitted with it
    bool undone = false;  ///< and that was taken back
    std::int64_t scanned_at = 0;
    std::string gate;
    std::uint64_t nonce = 0;
    std::vector<std::uint64_t>
        closed; ///< scans that admit nobody with it any more: the newest of them, the oldest first
  };
  using tickets = std::map<ticket_name, ticket>;

  /// A ticket that is offered to other buyers.
  struct offer {
    std::int64_t price = 0;
    std::uint64_t held_by = 0; ///< 0: in nobody's hold
  };
  using offers = std::map<ticket_name, offer>;

  using card_sales = std::map<std::uint64_t, card_sale>; ///< by payment

  event_check(stream_name stream, const organisation_register& keys, findings& to)
      : stream_{stream}, keys_{keys}, to_{to} {}

  void take(const record& at, const fact& what);

  // What the journal says now.
  [[nodiscard]] auto event() const -> std::uint64_t { return stream_.id; }
  [[nodiscard]] auto status() const -> life { return status_; }

  [[nodiscard]] auto config() const -> const configuration& { return config_; }

  [[nodiscard]] auto organisation() const -> std::uint64_t { return organisation_; }

  [[nodiscard]] auto seats() const -> const seating& { return seats_; }

  [[nodiscard]] auto bookings() const -> const std::map<std::uint64_t, booking>& { return bookings_; }

  [[nodiscard]] auto pools() const -> const std::map<std::uint64_t, pool>& { return pools_; }

  [[nodiscard]] auto offered() const -> const offers& { return offers_; }

  [[nodiscard]] auto waitlist() const -> const waiting_line& { return waitlist_; }
  /// Whether the last order on the waitlist has the rank of the last one before it, or 0 when nobody waited.
  [[nodiscard]] auto joined_behind_all() const -> bool { return joined_behind_all_; }

  [[nodiscard]] auto changed_tickets() const -> const tickets& { return tickets_; }

  /// By seat: number of its allocation, or 0.
  [[nodiscard]] auto seat_pools() const -> const std::vector<std::uint64_t>& { return seat_pool_; }

  [[nodiscard]] auto sales_by_card() const -> const card_sales& { return card_sales_; }

  [[nodiscard]] auto seq() const -> std::uint64_t { return seq_; }

  [[nodiscard]] auto time_ms() const -> std::int64_t { return time_ms_; }

  [[nodiscard]] auto last_hold() const -> std::uint64_t { return last_hold_; }

  [[nodiscard]] auto version() const -> std::uint64_t { return version_; }

 private:
  void refuse(violation_kind why, std::string detail);
  /// The one live hold with that number; refuses and gives null otherwise.
  auto live_hold(std::uint64_t number, const char* done) -> booking*;
  auto price_of(const std::string& tier) const -> const price_tier*;
  void check_config(const configuration& next);
  void check_frozen(const configuration& next);
  void check_made_rules(const configuration& next);
  void check_seating();
  /// Whether a rule's part of its tier is sold.
  [[nodiscard]] auto is_reached(const price_rule& rule) const -> bool;
  void check_sale_open(const hold_created& what);
  void check_phase(const hold_created& what);
  [[nodiscard]] auto is_of_the_house(const hold_created& what) const -> bool;
  void check_owner(const hold_created& what);
  void check_seats(const hold_created& what);
  void check_areas(const hold_created& what);
  void check_limits(const hold_created& what, std::uint64_t places);
  void check_deadlines(const hold_created& what);
  void check_payment(const order_confirmed& what, const booking& hold);
  /// Refuses what only the payment of a frozen hold may do.
  void check_not_in_payment(std::uint64_t number, const booking& hold, const char* done);
  /// The payment has its hold no longer frozen: as an order, or in no way.
  void end_card_sale(std::uint64_t payment, bool stands);
  void confirm_by_card(const order_confirmed& what, const booking& hold);
  void check_allocation(const hold_created& what);
  /// Counts places of an area that a booking takes or gives back.
  void count(const booking& what, const area_places& part, bool take);
  /// `from`: the allocation that the seats are to be of; 0: of none.
  void set_apart(std::uint64_t allocation, const std::vector<std::uint64_t>& seats, std::uint64_t from = 0);
  void set_apart(pool& to, const std::vector<area_places>& areas);
  /// Gives an allocation other numbers of places: more of another's (null: of the public's), fewer to the public.
  void resize(pool& its, pool* from, const std::vector<area_places>& areas);
  [[nodiscard]] auto live_pool(std::uint64_t allocation, const char* done) -> pool*;
  void free(std::uint64_t number);

  void on(const event_created& what);
  void on(const event_amended& what);
  void on(const layout_replaced& what);
  void on(const life_changed& what);
  void on(const hold_created& what);
  void on(const hold_extended& what);
  void on(const hold_released& what);
  void on(const hold_expired& what);
  void on(const order_confirmed& what);
  void on(const hold_frozen& what);
  void on(const hold_thawed& what);
  void on(const order_returned& what);
  /// The ticket as it is, from now on among those that changed; refuses and gives null when no order has it.
  auto known_ticket(const ticket_name& name, const char* done) -> ticket*;
  void check_scanner(std::uint64_t key, const char* done);
  void on(const ticket_transferred& what);
  void on(const ticket_admitted& what);
  void on(const scan_turned_away& what);
  void on(const admission_undone& what);
  /// The order that has the ticket; null when none does.
  auto order_with(const ticket_name& name) -> booking*;
  /// What was paid for a place.
  struct paid_sums {
    std::int64_t price = 0, fee = 0;
    std::int64_t tax = 0; ///< on top
    [[nodiscard]] auto sum() const -> std::int64_t { return price + fee + tax; }
  };
  /// A ticket's place, and what was paid for it.
  [[nodiscard]] static auto place_of(const booking& order, std::uint64_t index) -> ticket_place;
  [[nodiscard]] static auto paid_for(const booking& order, const ticket_place& place) -> paid_sums;
  [[nodiscard]] auto is_resale_open() const -> bool;
  void refuse_resale(const ticket_name& name, const char* why);
  void reopen_offer(std::uint64_t number, const booking& hold);
  /// Whether it is a hold of a ticket that is not offered to it any more.
  [[nodiscard]] auto has_lost_offer(std::uint64_t number, const booking& hold) const -> bool;
  void check_resale_hold(const resale_held& what, const booking& order);
  void give_away(const ticket_resold& what, booking& order);
  void on(const ticket_offered& what);
  void on(const offer_withdrawn& what);
  void on(const resale_held& what);
  void on(const ticket_resold& what);
  void count_card(std::uint64_t card, std::uint64_t places, bool take);
  /// What the event's rules allow within a time, at the moment when a hold begins to be paid, and when its card's money is there.
  void check_buyer_velocity(std::uint64_t number, const booking& hold);
  void check_card_velocity(std::uint64_t card, const booking& hold);
  void remember_purchase(std::uint64_t number, const booking& order);
  void forget_purchase(const order_returned& what, const booking& order);
  /// What is given back goes to the allocation that is to have it, by the very next fact.
  void expect_kept(const order_returned& what);
  void check_kept(const fact& next);
  void check_cause(const order_returned& what, const booking& order);
  void return_part(const order_returned& what, booking& order);
  [[nodiscard]] auto is_waitlist_open() const -> bool;
  /// Whether so many more places in one hold are within the event's limits; `due` of those that the buyer has do not count.
  [[nodiscard]] auto may_have(const owner& who, std::uint64_t more, std::uint64_t due = 0) const -> bool;
  /// Places in holds of a buyer's that are past their deadline.
  [[nodiscard]] auto due_places(const owner& who) const -> std::uint64_t;
  /// What one place of each of the layout's tiers costs now, with fee and tax on top.
  [[nodiscard]] auto tier_costs() const -> std::vector<std::uint64_t>;
  void check_offer(const hold_created& what);
  void check_not_from_waiting(const hold_created& what);
  /// `before`: only orders before that one count. `met`: the choice that the hold was offered for.
  void check_nobody_overtaken(const hold_created& what, const places_taken& places, const waitlist_choice* met,
                              std::optional<waiting_line::place> before);
  /// When a hold that is made now is due, and its cap.
  [[nodiscard]] auto deadlines_of(const hold_created& what) const -> std::pair<std::int64_t, std::int64_t>;
  void on(const waitlist_joined& what);
  void on(const waitlist_left& what);
  void on(const seats_allocated& what);
  void on(const allocation_changed& what);
  void on(const allocation_released& what);

  /// Facts of other streams never get here: what belongs where is checked first.
  template <class Other>
  void on(const Other&) {}

  stream_name stream_;
  const organisation_register& keys_;
  findings& to_;
  std::uint64_t seq_ = 0;
  std::int64_t time_ms_ = 0;
  std::uint64_t version_ = 0;
  life status_ = life::absent;
  std::uint64_t organisation_ = 0;
  configuration config_;
  seating seats_;
  std::uint64_t last_hold_ = 0;
  std::vector<std::uint64_t> seat_owner_; ///< number of the booking that has the seat; 0: nobody
  std::vector<std::uint64_t> area_taken_; ///< places held or sold
  std::vector<std::uint64_t> area_apart_; ///< places set apart, and neither held nor sold
  std::vector<std::uint64_t> seat_pool_;  ///< number of the allocation that the seat is of; 0: none
  std::map<std::uint64_t, pool> pools_;
  std::uint64_t last_pool_ = 0;
  bool names_phases_ = false; ///< whoever wrote this journal says by which presale a hold was made
  std::map<std::uint64_t, std::uint64_t> places_of_card_;      ///< that a card has paid for
  std::map<owner, std::uint64_t> places_of_buyer_;             ///< held or bought
  std::map<std::uint64_t, booking> bookings_;                  ///< live holds and orders
  std::map<owner, std::vector<purchase>> bought_by_;           ///< by buyer: whatever became of it
  std::map<std::uint64_t, std::vector<purchase>> bought_with_; ///< by card: the same
  std::map<owner, std::set<std::uint64_t>> paying_;            ///< by buyer: holds that were frozen
  std::uint64_t given_back_ = 0;                               ///< facts that took a buyer's places out of an order
  std::optional<allocation_changed> kept_;                     ///< what the next fact has to be
  card_sales card_sales_;
  tickets tickets_;
  offers offers_;
  waiting_line waitlist_;
  bool joined_behind_all_ = false;
  std::uint64_t handed_over_ = 0; ///< the hold that was given a resold ticket by the fact before; 0: none
};

} // namespace holdfast::journal::audit
