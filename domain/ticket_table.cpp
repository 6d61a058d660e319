#include "domain/ticket_table.hpp"

#include "domain/state_hash.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::domain {

auto ticket_table::find(const ticket_number& number) const noexcept -> const ticket* {
  const auto found = tickets_.find(number);
  return found == tickets_.end() ? nullptr : &found->second;
}

void ticket_table::put(ticket what) {
  const auto number = what.number;
  tickets_.insert_or_assign(number, std::move(what));
}

auto ticket_table::forget(hold_number order) noexcept -> std::uint64_t {
  std::uint64_t sum = 0;
  auto at = tickets_.lower_bound(ticket_number{order, 0});
  while (at != tickets_.end() && at->first.order == order) {
    sum += hash_of(at->second);
    at = tickets_.erase(at);
  }
  return sum;
}

auto ticket_table::forget(const ticket_number& number) noexcept -> std::uint64_t {
  const auto found = tickets_.find(number);
  if (found == tickets_.end()) {
    return 0;
  }
  const auto sum = hash_of(found->second);
  tickets_.erase(found);
  return sum;
}

auto ticket_table::all() const -> std::vector<ticket> {
  std::vector<ticket> out;
  out.reserve(tickets_.size());
  for (const auto& [number, what] : tickets_) {
    out.push_back(what);
  }
  return out;
}

auto ticket_table::bytes() const noexcept -> std::size_t {
  constexpr std::size_t node_links = 4 * sizeof(void*);
  constexpr std::size_t heap_header = 16;
  return tickets_.size() * (sizeof(std::pair<const ticket_number, ticket>) + node_links + heap_header);
}

auto hash_of(const ticket& what) noexcept -> std::uint64_t {
  constexpr unsigned order_bits = 32;
  constexpr unsigned used_bit = 16;
  constexpr unsigned undone_bit = 17;
  const auto flags = std::uint64_t{what.used.has_value()} << used_bit | std::uint64_t{what.used && what.used->undone}
                                                                            << undone_bit;
  hash_fold fold{hash_kind::ticket};
  fold.add(what.number.order.value() | std::uint64_t{what.number.index} << order_bits)
      .add(what.serial | flags)
      .add(what.holder.subject.high)
      .add(what.holder.subject.low)
      .add(what.holder.organisation.value());
  if (what.used) {
    fold.add(static_cast<std::uint64_t>(what.used->at.unix_ms)).add(what.used->nonce).add(what.used->gate.size());
    for (std::size_t i = 0; i < what.used->gate.size(); i += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      for (std::size_t k = 0; k < sizeof word && i + k < what.used->gate.size(); ++k) {
        word |= std::uint64_t{static_cast<unsigned char>(what.used->gate[i + k])} << 8 * k;
      }
      fold.add(word);
    }
    for (const auto nonce : what.closed) {
      fold.add(nonce);
    }
  }
  return fold.value();
}

} // namespace holdfast::domain
