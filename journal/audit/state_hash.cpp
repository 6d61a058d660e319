#include "journal/audit/auditor.hpp"

#include <vector>

namespace holdfast::journal::audit {
namespace {

/// SplitMix64's finaliser, as docs/journal-format.md gives it.
auto mixed(std::uint64_t x) -> std::uint64_t {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// One element of the hash: its kind, then its words.
auto element(std::uint64_t kind, const std::vector<std::uint64_t>& words) -> std::uint64_t {
  auto value = mixed(kind);
  for (const auto word : words) {
    value = mixed(value ^ word);
  }
  return value;
}

auto word(std::int64_t value) -> std::uint64_t {
  return static_cast<std::uint64_t>(value);
}

auto booking_element(std::uint64_t number, const event_check::booking& booking) -> std::uint64_t {
  std::vector<std::uint64_t> words{
      number | (booking.confirmed ? 2ULL : 1ULL) << 32 | (booking.extended ? 1ULL << 40 : 0),
      booking.by.subject_high,
      booking.by.subject_low,
      booking.by.organisation,
      booking.sold_by,
      word(booking.created_at),
      word(booking.expires_at),
      word(booking.cap_at),
      word(booking.value()),
  };
  for (const auto& part : booking.areas) {
    words.push_back(part.area | part.quantity << 32);
    words.push_back(word(part.price));
  }
  if (booking.allocation != 0) {
    words.push_back(booking.allocation | 1ULL << 63);
  }
  if (const auto fees = booking.fee_sum(); fees != 0) {
    words.push_back(word(fees));
  }
  if (booking.tax) {
    words.push_back(booking.tax->basis_points | booking.tax->mode << 16 | 1ULL << 58);
  }
  if (booking.payment != 0) {
    words.push_back(booking.payment | (booking.frozen ? 1ULL << 32 : 0) | 1ULL << 62);
    words.push_back(word(booking.ends_unpaid_at));
  }
  if (booking.confirmed) {
    words.insert(words.end(), {word(booking.confirmed_at), booking.confirmed_by, word(booking.total), booking.method});
  }
  if (booking.card != 0) {
    words.push_back(booking.card);
  }
  if (booking.bought.order != 0) {
    words.push_back(booking.bought.order | booking.bought.index << 32 | (booking.swapped ? 1ULL << 59 : 0) |
                    1ULL << 60);
    words.push_back(booking.seller);
    words.push_back(word(booking.kept));
  }
  for (std::size_t ticket = 0; ticket < booking.sold.size(); ++ticket) {
    if (booking.sold[ticket].gone)
      words.push_back(ticket | 1ULL << 61);
  }
  return element(3, words);
}

auto ticket_element(const ticket_name& name, const event_check::ticket& its) -> std::uint64_t {
  std::vector<std::uint64_t> words{name.order | name.index << 32,
                                   its.serial | (its.scanned ? 1ULL << 16 : 0) | (its.undone ? 1ULL << 17 : 0),
                                   its.holder.subject_high, its.holder.subject_low, its.holder.organisation};
  if (its.scanned) {
    words.insert(words.end(), {word(its.scanned_at), its.nonce, its.gate.size()});
    for (std::size_t i = 0; i < its.gate.size(); ++i) {
      if (i % 8 == 0)
        words.push_back(0);
      words.back() |= std::uint64_t{static_cast<unsigned char>(its.gate[i])} << 8 * (i % 8);
    }
    words.insert(words.end(), its.closed.begin(), its.closed.end());
  }
  return element(7, words);
}

auto waiting_element(std::uint64_t number, const waiting_line::order& its) -> std::uint64_t {
  std::vector<std::uint64_t> words{number | its.rank << 32, its.who.subject_high, its.who.subject_low,
                                   word(its.joined_at), its.offered};
  for (const auto& choice : its.choices) {
    words.push_back(choice.groups.size() | choice.tiers.size() << 8 | choice.areas.size() << 16 |
                    choice.accessible << 32);
    words.push_back(word(choice.each_max));
    words.insert(words.end(), choice.groups.begin(), choice.groups.end());
    words.insert(words.end(), choice.tiers.begin(), choice.tiers.end());
    for (const auto& [area, quantity] : choice.areas) {
      words.push_back(area | quantity << 32);
    }
  }
  return element(9, words);
}

} // namespace

auto state_hash_of(const event_check& event) -> std::uint64_t {
  constexpr std::uint64_t held = 1;
  constexpr std::uint64_t sold = 2;
  std::uint64_t sum = 0;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> areas; // held and sold places
  for (const auto& [number, booking] : event.bookings()) {
    sum += booking_element(number, booking);
    if (booking.borrows())
      continue;
    for (const auto seat : booking.seats) {
      sum += element(1, {seat | (booking.confirmed ? sold : held) << 32, number});
    }
    for (const auto& part : booking.areas) {
      auto& [held_places, sold_places] = areas[part.area];
      (booking.confirmed ? sold_places : held_places) += part.quantity;
    }
  }
  for (const auto& [area, places] : areas) {
    sum += element(2, {area, places.first | places.second << 32});
  }
  for (std::size_t seat = 0; seat < event.seat_pools().size(); ++seat) {
    if (event.seat_pools()[seat] != 0) {
      sum += element(5, {seat, event.seat_pools()[seat]});
    }
  }
  for (const auto& [number, pool] : event.pools()) {
    std::vector<std::uint64_t> words{number | pool.kind << 32};
    for (const auto& [area, its] : pool.areas) {
      words.insert(words.end(), {area | its.quantity << 32, its.used});
    }
    sum += element(6, words);
  }
  for (const auto& [name, its] : event.offered()) {
    sum += element(8, {name.order | name.index << 32, word(its.price), its.held_by});
  }
  for (const auto& [name, its] : event.changed_tickets()) {
    sum += ticket_element(name, its);
  }
  for (const auto& [number, its] : event.waitlist().all()) {
    sum += waiting_element(number, its);
  }
  if (event.waitlist().last() != 0) {
    sum += element(10, {event.waitlist().last()});
  }
  return sum + element(4, {event.event(), event.organisation(), static_cast<std::uint64_t>(event.status()),
                           event.version(), event.seq(), word(event.time_ms()), event.last_hold()});
}

} // namespace holdfast::journal::audit
