#pragma once

#include "journal/audit/facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/register.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace holdfast::journal::audit {

/// One event's inventory, folded the plainest way there is, with every rule checked at every fact.
/// After a violation the fold goes on with what the fact says, so that later ones of the same event may follow from the first.
class event_check {
 public:
  enum class life : std::uint8_t { absent = 0, draft = 1, published = 2, paused = 3, closed = 4, cancelled = 5 };

  /// A live hold, or the order that it became.
  struct booking {
    owner by;
    std::uint64_t sold_by = 0;
    std::vector<std::uint64_t> seats;
    std::vector<std::uint64_t> prices;
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
    [[nodiscard]] auto places() const -> std::uint64_t;
    [[nodiscard]] auto value() const -> std::int64_t;
  };

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
  void check_seating();
  void check_sale_open();
  void check_owner(const hold_created& what);
  void check_seats(const hold_created& what);
  void check_areas(const hold_created& what);
  void check_limits(const hold_created& what, std::uint64_t places);
  void check_deadlines(const hold_created& what);
  void check_payment(const order_confirmed& what, const booking& hold);
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

  /// Facts of organisations never get here: their stream is checked first.
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
  std::vector<std::uint64_t> seat_owner_;          ///< number of the booking that has the seat; 0: nobody
  std::vector<std::uint64_t> area_taken_;          ///< places held or sold
  std::map<owner, std::uint64_t> places_of_buyer_; ///< held or bought
  std::map<std::uint64_t, booking> bookings_;      ///< live holds and orders
};

} // namespace holdfast::journal::audit
