#include "projections/return_store.hpp"

#include "projections/store/row_codec.hpp"

#include <optional>
#include <utility>

namespace holdfast::projections {

namespace {

auto pack(domain::instant at, const domain::order_returned& what) -> std::string {
  row_writer to;
  to.number(static_cast<std::uint64_t>(at.unix_ms)).number(static_cast<std::uint64_t>(what.total));
  if (!what.goes_on)
    return to.take();
  to.number32(static_cast<std::uint32_t>(what.seats.size()));
  for (std::size_t i = 0; i < what.seats.size(); ++i)
    to.number32(what.seats[i])
        .number(static_cast<std::uint64_t>(what.prices[i]))
        .number(static_cast<std::uint64_t>(what.fees.empty() ? 0 : what.fees[i]));
  to.number32(static_cast<std::uint32_t>(what.areas.size()));
  for (const auto& area : what.areas)
    to.number32(area.area)
        .number32(area.quantity)
        .number(static_cast<std::uint64_t>(area.price))
        .number(static_cast<std::uint64_t>(area.fee));
  to.number32(static_cast<std::uint32_t>(what.tickets.size()));
  for (const auto ticket : what.tickets)
    to.number32(ticket);
  return to.take();
}

auto amount(row_reader& in) -> domain::minor_units {
  return static_cast<domain::minor_units>(in.number());
}

/// Nothing for what is cut short, or too long.
auto unpack(std::string_view bytes) -> std::optional<order_return> {
  constexpr std::size_t whole_bytes = 16;
  row_reader in{bytes};
  order_return made;
  made.at.unix_ms = static_cast<std::int64_t>(in.number());
  made.total = amount(in);
  if (bytes.size() == whole_bytes)
    return made;
  bool has_fees = false;
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    made.seats.push_back(in.number32());
    made.prices.push_back(amount(in));
    made.fees.push_back(amount(in));
    has_fees = has_fees || made.fees.back() != 0;
  }
  if (!has_fees)
    made.fees.clear();
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    auto& area = made.areas.emplace_back();
    area.area = static_cast<domain::area_index>(in.number32());
    area.quantity = in.number32();
    area.price = amount(in);
    area.fee = amount(in);
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left)
    made.tickets.push_back(in.number32());
  const bool whole = in.sound() && in.rest().empty();
  return whole ? std::optional{std::move(made)} : std::nullopt;
}

} // namespace

auto return_store::key_bytes(const return_key& key) -> std::string {
  return row_writer{}.byte(return_row).number(key.event.value()).number32(key.order.value()).number(key.seq).take();
}

void return_store::add(domain::event_id event, std::uint64_t seq, domain::instant at,
                       const domain::order_returned& what) {
  const return_key key{event, what.hold, seq};
  auto packed = pack(at, what);
  packed_bytes_ += packed.size();
  packed_.insert_or_assign(key, std::move(packed));
  since_.push_back(key);
}

auto return_store::of_order(domain::event_id event, domain::hold_number order) const -> std::vector<order_return> {
  std::vector<order_return> found;
  for (auto at = packed_.lower_bound({event, order, 0});
       at != packed_.end() && at->first.event == event && at->first.order == order; ++at) {
    if (auto one = unpack(at->second)) {
      one->seq = at->first.seq;
      found.push_back(*std::move(one));
    }
  }
  return found;
}

void return_store::take_changes(store_changes& to) {
  for (const auto& key : std::exchange(since_, {}))
    to.put(key_bytes(key), packed_.at(key));
}

void return_store::visit_rows(const row_visitor& visit) const {
  for (const auto& [key, packed] : packed_)
    visit(key_bytes(key), packed);
}

auto return_store::restore(std::string_view key, std::string_view value) -> bool {
  row_reader name{key};
  static_cast<void>(name.byte());
  return_key which;
  which.event = domain::event_id{name.number()};
  which.order = domain::hold_number{name.number32()};
  which.seq = name.number();
  if (!name.sound() || !unpack(value))
    return false;
  packed_bytes_ += value.size();
  packed_.insert_or_assign(which, std::string{value});
  return true;
}

auto return_store::bytes() const noexcept -> std::size_t {
  constexpr std::size_t node_bytes = 48; // links, colour and the allocator's header
  return packed_.size() * (sizeof(return_key) + sizeof(std::string) + node_bytes) + packed_bytes_;
}

} // namespace holdfast::projections
