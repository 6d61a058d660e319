#include "tests/model/naive_hash.hpp"

#include <algorithm>
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
  if (what.allocation) {
    words.push_back(what.allocation.value() + (std::uint64_t{1} << 63U));
  }
  if (const auto fees = fees_of(what); fees != 0) {
    words.push_back(word(fees));
  }
  if (what.tax) {
    words.push_back(what.tax->rate.basis_points +
                    (std::uint64_t{what.tax->rate.mode == tax_mode::inclusive ? 1U : 2U} << 16U) +
                    (std::uint64_t{1} << 58U));
  }
  if (what.paid_by) {
    words.push_back(what.paid_by.value() + (what.frozen ? std::uint64_t{1} << 32U : 0) + (std::uint64_t{1} << 62U));
    words.push_back(word(what.ends_unpaid_at.unix_ms));
  }
  if (order) {
    words.push_back(word(what.confirmed_at.unix_ms));
    words.push_back(what.confirmed_by.value());
    words.push_back(word(what.paid));
    words.push_back(static_cast<std::uint64_t>(what.payment.by));
  }
  if (what.card != 0) {
    words.push_back(what.card);
  }
  if (what.bought_from) {
    const auto& from = *what.bought_from;
    words.push_back(from.ticket.order.value() + (std::uint64_t{from.ticket.index} << 32U) +
                    (from.is_swapped ? std::uint64_t{1} << 59U : 0) + (std::uint64_t{1} << 60U));
    words.push_back(from.seller.value());
    words.push_back(word(from.kept));
  }
  for (const auto ticket : what.returned) {
    words.push_back(ticket + (std::uint64_t{1} << 61U));
  }
  return element(3, words);
}

auto ticket_element(const ticket& what) -> std::uint64_t {
  std::uint64_t about = what.serial;
  about += what.used ? std::uint64_t{1} << 16U : 0;
  about += what.used && what.used->undone ? std::uint64_t{1} << 17U : 0;
  std::vector<std::uint64_t> words{what.number.order.value() + (std::uint64_t{what.number.index} << 32U), about,
                                   what.holder.subject.high, what.holder.subject.low, what.holder.organisation.value()};
  if (what.used) {
    words.push_back(word(what.used->at.unix_ms));
    words.push_back(what.used->nonce);
    words.push_back(what.used->gate.size());
    auto gate = what.used->gate;
    while (!gate.empty()) {
      std::uint64_t eight = 0;
      for (std::size_t i = std::min<std::size_t>(gate.size(), 8); i-- > 0;) {
        eight = eight * 256 + static_cast<unsigned char>(gate[i]);
      }
      words.push_back(eight);
      gate.erase(0, 8);
    }
    for (const auto nonce : what.closed) {
      words.push_back(nonce);
    }
  }
  return element(7, words);
}

auto waiting_element(const waitlist_order& what) -> std::uint64_t {
  std::vector<std::uint64_t> words{what.number.value() + (std::uint64_t{what.rank} << 32U), what.who.high, what.who.low,
                                   word(what.joined_at.unix_ms), what.offered};
  for (const auto& choice : what.choices) {
    words.push_back(choice.groups.size() + (choice.tiers.size() << 8U) + (choice.areas.size() << 16U) +
                    (std::uint64_t{choice.accessible} << 32U));
    words.push_back(word(choice.each_max));
    words.insert(words.end(), choice.groups.begin(), choice.groups.end());
    words.insert(words.end(), choice.tiers.begin(), choice.tiers.end());
    for (const auto& part : choice.areas) {
      words.push_back(part.area + (std::uint64_t{part.quantity} << 32U));
    }
  }
  return element(9, words);
}

} // namespace

auto hash_from_scratch(const naive_event& twin) -> std::uint64_t {
  std::uint64_t sum = element(4, {twin.id.value(), twin.organisation.value(), static_cast<std::uint64_t>(twin.status),
                                  twin.version, twin.seq, word(twin.time.unix_ms), twin.last_hold.value()});
  for (const auto& [seat, number] : twin.owners) {
    const std::uint64_t status = twin.seat(seat) == seat_status::held ? 1 : 2;
    sum += element(1, {seat + (status << 32U), number.value()});
  }
  for (std::uint32_t i = 0; twin.seats && i < twin.seats->area_count(); ++i) {
    const auto area = static_cast<area_index>(i);
    const auto taken = twin.area(area);
    if (taken.held != 0 || taken.sold != 0) {
      sum += element(2, {area, taken.held + (std::uint64_t{taken.sold} << 32U)});
    }
  }
  for (const auto& [number, what] : twin.bookings) {
    sum += booking_element(what);
  }
  for (const auto& [seat, number] : twin.pools) {
    sum += element(5, {seat, number.value()});
  }
  for (const auto& [number, what] : twin.allocations) {
    std::vector<std::uint64_t> words{number.value() + (static_cast<std::uint64_t>(what.kind) << 32U)};
    for (const auto& part : what.areas) {
      words.push_back(part.area + (std::uint64_t{part.quantity} << 32U));
      words.push_back(twin.used(number, part.area));
    }
    sum += element(6, words);
  }
  for (const auto& [number, what] : twin.offers) {
    sum += element(
        8, {number.order.value() + (std::uint64_t{number.index} << 32U), word(what.price), what.held_by.value()});
  }
  for (const auto& [number, what] : twin.tickets) {
    sum += ticket_element(what);
  }
  for (const auto& [number, what] : twin.waitlist) {
    sum += waiting_element(what);
  }
  return twin.last_waitlist ? sum + element(10, {twin.last_waitlist.value()}) : sum;
}

} // namespace holdfast::model
