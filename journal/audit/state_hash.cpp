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
  if (booking.confirmed) {
    words.insert(words.end(), {word(booking.confirmed_at), booking.confirmed_by, word(booking.total), booking.method});
  }
  return element(3, words);
}

} // namespace

auto state_hash_of(const event_check& event) -> std::uint64_t {
  constexpr std::uint64_t held = 1;
  constexpr std::uint64_t sold = 2;
  std::uint64_t sum = 0;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> areas; // held and sold places
  for (const auto& [number, booking] : event.bookings()) {
    sum += booking_element(number, booking);
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
  return sum + element(4, {event.event(), event.organisation(), static_cast<std::uint64_t>(event.status()),
                           event.version(), event.seq(), word(event.time_ms()), event.last_hold()});
}

} // namespace holdfast::journal::audit
