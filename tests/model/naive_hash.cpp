#include "tests/model/naive_hash.hpp"

#include <vector>

namespace holdfast::model {
namespace {

using namespace domain;

auto mixed(std::uint64_t x) -> std::uint64_t {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

auto element(std::uint64_t kind, const std::vector<std::uint64_t>& words) -> std::uint64_t {
  auto h = mixed(kind);
  for (const auto word : words) {
    h = mixed(h ^ word);
  }
  return h;
}

auto word(std::int64_t value) -> std::uint64_t {
  return static_cast<std::uint64_t>(value);
}

auto booking_element(const booking& what) -> std::uint64_t {
  const bool order = what.status == booking_status::confirmed;
  std::vector<std::uint64_t> words = {what.number.value() + (std::uint64_t{order ? 2U : 1U} << 32U) +
                                          (what.extended ? std::uint64_t{1} << 40U : 0),
                                      what.by.subject.high,
                                      what.by.subject.low,
                                      what.by.organisation.value(),
                                      what.sold_by.value(),
                                      word(what.created_at.unix_ms),
                                      word(what.expires_at.unix_ms),
                                      word(what.cap_at.unix_ms),
                                      word(total_of(what))};
  for (const auto& part : what.areas) {
    words.push_back(part.area + (std::uint64_t{part.quantity} << 32U));
    words.push_back(word(part.price));
  }
  if (order) {
    words.push_back(word(what.confirmed_at.unix_ms));
    words.push_back(what.confirmed_by.value());
    words.push_back(word(what.paid));
    words.push_back(static_cast<std::uint64_t>(what.payment.by));
  }
  return element(3, words);
}

} // namespace

auto hash_from_scratch(const naive_event& twin) -> std::uint64_t {
  std::uint64_t sum = element(4, {twin.id.value(), twin.organisation.value(), static_cast<std::uint64_t>(twin.status),
                                  twin.version, twin.seq, word(twin.time.unix_ms), twin.last_hold.value()});
  for (const auto& [seat, number] : twin.owners) {
    const std::uint64_t status = twin.seat(seat) == seat_status::held ? 1 : 2;
    sum += element(1, {seat + (status << 32U), number.value()});
  }
  for (area_index area = 0; twin.seats && area < twin.seats->area_count(); ++area) {
    const auto taken = twin.area(area);
    if (taken.held != 0 || taken.sold != 0) {
      sum += element(2, {area, taken.held + (std::uint64_t{taken.sold} << 32U)});
    }
  }
  for (const auto& [number, what] : twin.bookings) {
    sum += booking_element(what);
  }
  return sum;
}

} // namespace holdfast::model
