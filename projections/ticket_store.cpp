#include "projections/ticket_store.hpp"

#include "projections/store/row_codec.hpp"

#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

void write_owner(row_writer& to, const domain::owner& who) {
  to.number(who.subject.high).number(who.subject.low).number(who.organisation.value());
}

auto read_owner(row_reader& from) -> domain::owner {
  domain::owner who;
  who.subject.high = from.number();
  who.subject.low = from.number();
  who.organisation = domain::organisation_id{from.number()};
  return who;
}

auto key_bytes(std::uint8_t row, const ticket_store::ticket_key& key) -> std::string {
  return row_writer{}
      .byte(row)
      .number(key.event.value())
      .number32(key.number.order.value())
      .number32(key.number.index)
      .take();
}

/// What `key_bytes` wrote.
auto read_key(row_reader& from) -> ticket_store::ticket_key {
  static_cast<void>(from.byte()); // the kind of row
  ticket_store::ticket_key which;
  which.event = domain::event_id{from.number()};
  which.number.order = domain::hold_number{from.number32()};
  which.number.index = from.number32();
  return which;
}

} // namespace

auto ticket_store::line_of(domain::event_id event, const domain::ticket_number& number, const sale& of) -> line& {
  const ticket_key key{event, number};
  const auto [at, added] = lines_.try_emplace(key);
  if (added) {
    at->second.what.number = number;
    at->second.what.holder = of.by;
    at->second.of = of;
  }
  dirty_.insert(key);
  return at->second;
}

void ticket_store::list(const line& its) {
  if (its.what.holder != its.of.by)
    handed_[its.what.holder].insert({its.of.order, its.what.number.index});
}

void ticket_store::unlist(const line& its) {
  const auto listed = handed_.find(its.what.holder);
  if (listed == handed_.end())
    return;
  listed->second.erase({its.of.order, its.what.number.index});
  if (listed->second.empty())
    handed_.erase(listed);
}

void ticket_store::revoke(domain::event_id event, const views::revocation& what) {
  revoked_.insert_or_assign(revocation_key{event, what.seq}, what);
  revoked_since_.emplace_back(event, what.seq);
}

auto ticket_store::transfer(domain::event_id event, std::uint64_t seq, const domain::ticket_transferred& what,
                            const sale& of) -> bool {
  auto& its = line_of(event, what.ticket, of);
  if (its.what.holder != what.from || its.what.serial + 1 != what.serial)
    return false;
  set_offer({event, what.ticket}, std::nullopt);
  unlist(its);
  its.what.holder = what.to;
  its.what.serial = what.serial;
  list(its);
  revoke(event, {seq, what.ticket.order, {what.ticket.index}, what.serial});
  return true;
}

auto ticket_store::admit(domain::event_id event, const domain::ticket_admitted& what, const sale& of) -> bool {
  auto& its = line_of(event, what.ticket, of);
  if (its.what.is_admitted() || its.what.serial != what.serial)
    return false;
  set_offer({event, what.ticket}, std::nullopt);
  its.what.used = domain::admission{what.at, what.gate, what.nonce, false};
  return true;
}

auto ticket_store::undo(domain::event_id event, const domain::admission_undone& what) -> bool {
  const auto found = lines_.find({event, what.ticket});
  if (found == lines_.end() || !found->second.what.is_admitted() || found->second.what.used->nonce != what.nonce)
    return false;
  found->second.what.used->undone = true;
  dirty_.insert(found->first);
  return true;
}

void ticket_store::give_back(domain::event_id event, std::uint64_t seq, domain::hold_number order,
                             std::vector<std::uint32_t> tickets) {
  for (const auto ticket : tickets)
    set_offer({event, {order, ticket}}, std::nullopt);
  revoke(event, {seq, order, std::move(tickets), views::revocation::every_serial});
}

void ticket_store::set_offer(const ticket_key& key, const std::optional<offered>& now) {
  const auto before = offers_.find(key);
  if (before == offers_.end() && !now)
    return;
  if (before != offers_.end() && before->second.held_by)
    held_offers_.erase({key.event, before->second.held_by});
  if (now && now->held_by)
    held_offers_.insert_or_assign({key.event, now->held_by}, key);
  if (now)
    offers_.insert_or_assign(key, *now);
  else
    offers_.erase(before);
  offers_changed_.insert(key);
}

auto ticket_store::offer(domain::event_id event, const domain::ticket_offered& what) -> bool {
  const auto before = offers_.find({event, what.ticket});
  if (before != offers_.end() && before->second.held_by)
    return false;
  set_offer({event, what.ticket}, offered{what.price, {}});
  return true;
}

auto ticket_store::end_offer(domain::event_id event, const domain::ticket_number& ticket) -> bool {
  const auto before = offers_.find({event, ticket});
  if (before == offers_.end() || before->second.held_by)
    return false;
  set_offer({event, ticket}, std::nullopt);
  return true;
}

auto ticket_store::hold_offer(domain::event_id event, const domain::resale_held& what) -> bool {
  const auto before = offers_.find({event, what.ticket});
  if (before == offers_.end() || before->second.held_by)
    return false;
  set_offer({event, what.ticket}, offered{before->second.price, what.hold});
  return true;
}

void ticket_store::reopen_offer(domain::event_id event, domain::hold_number hold) {
  const auto found = held_offers_.find({event, hold});
  if (found == held_offers_.end())
    return;
  const auto key = found->second;
  set_offer(key, offered{offers_.at(key).price, {}});
}

auto ticket_store::offers(domain::event_id event, const std::optional<domain::ticket_number>& after,
                          std::size_t limit) const -> std::vector<std::pair<domain::ticket_number, offered>> {
  std::vector<std::pair<domain::ticket_number, offered>> found;
  for (auto at = after ? offers_.upper_bound({event, *after}) : offers_.lower_bound({event, {}});
       at != offers_.end() && at->first.event == event && found.size() < limit; ++at)
    found.emplace_back(at->first.number, at->second);
  return found;
}

auto ticket_store::of_order(domain::event_id event, domain::hold_number order) const -> std::vector<domain::ticket> {
  std::vector<domain::ticket> found;
  for (auto at = lines_.lower_bound({event, {order, 0}});
       at != lines_.end() && at->first.event == event && at->first.number.order == order; ++at)
    found.push_back(at->second.what);
  return found;
}

auto ticket_store::handed_to(const domain::owner& who, const std::optional<handed_ticket>& after,
                             std::size_t limit) const -> std::vector<handed_ticket> {
  std::vector<handed_ticket> found;
  const auto listed = handed_.find(who);
  if (listed == handed_.end())
    return found;
  const auto& all = listed->second;
  for (auto at = after ? all.upper_bound(*after) : all.begin(); at != all.end() && found.size() < limit; ++at)
    found.push_back(*at);
  return found;
}

auto ticket_store::revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
    -> std::vector<views::revocation> {
  std::vector<views::revocation> found;
  for (auto at = revoked_.upper_bound({event, since});
       at != revoked_.end() && at->first.first == event && found.size() < limit; ++at)
    found.push_back(at->second);
  return found;
}

void ticket_store::put_ticket(const ticket_key& key, const line& its, store_changes& to) {
  row_writer value;
  value.number32(its.what.serial);
  write_owner(value, its.what.holder);
  write_owner(value, its.of.by);
  value.byte(its.what.used ? 1 : 0);
  if (its.what.used)
    value.number(static_cast<std::uint64_t>(its.what.used->at.unix_ms))
        .number(its.what.used->nonce)
        .byte(its.what.used->undone ? 1 : 0)
        .text(its.what.used->gate);
  to.put(key_bytes(ticket_row, key), value.take());
}

void ticket_store::put_revocation(const revocation_key& key, const views::revocation& its, store_changes& to) {
  row_writer value;
  value.number32(its.order.value()).number32(its.below).number32(static_cast<std::uint32_t>(its.tickets.size()));
  for (const auto ticket : its.tickets)
    value.number32(ticket);
  to.put(row_writer{}.byte(revocation_row).number(key.first.value()).number(key.second).take(), value.take());
}

void ticket_store::put_offer(const ticket_key& key, const offered& its, store_changes& to) {
  to.put(key_bytes(offer_row, key),
         row_writer{}.number(static_cast<std::uint64_t>(its.price)).number32(its.held_by.value()).take());
}

void ticket_store::take_changes(store_changes& to) {
  for (const auto& key : std::exchange(offers_changed_, {})) {
    if (const auto its = offers_.find(key); its != offers_.end())
      put_offer(key, its->second, to);
    else
      to.erase(key_bytes(offer_row, key));
  }
  for (const auto& key : std::exchange(dirty_, {}))
    put_ticket(key, lines_.at(key), to);
  for (const auto& key : std::exchange(revoked_since_, {}))
    put_revocation(key, revoked_.at(key), to);
}

void ticket_store::visit_rows(const row_visitor& visit) const {
  store_changes all;
  for (const auto& [key, its] : lines_)
    put_ticket(key, its, all);
  for (const auto& [key, its] : revoked_)
    put_revocation(key, its, all);
  for (const auto& [key, its] : offers_)
    put_offer(key, its, all);
  for (const auto& row : all.all())
    visit(row.key, *row.value);
}

auto ticket_store::restore(std::string_view key, std::string_view value, const find_order& position_of) -> bool {
  row_reader name{key};
  const auto kind = name.byte();
  if (kind == ticket_row)
    return restore_ticket(key, value, position_of);
  if (kind == offer_row)
    return restore_offer(key, value);
  const domain::event_id event{name.number()};
  const auto seq = name.number();
  row_reader in{value};
  views::revocation its;
  its.seq = seq;
  its.order = domain::hold_number{in.number32()};
  its.below = in.number32();
  for (auto left = in.number32(); left > 0 && in.sound(); --left)
    its.tickets.push_back(in.number32());
  revoked_.insert_or_assign(revocation_key{event, seq}, its);
  return name.sound() && in.sound();
}

auto ticket_store::restore_offer(std::string_view key, std::string_view value) -> bool {
  row_reader name{key};
  const auto which = read_key(name);
  row_reader in{value};
  offered its;
  its.price = static_cast<domain::minor_units>(in.number());
  its.held_by = domain::hold_number{in.number32()};
  if (its.held_by)
    held_offers_.insert_or_assign({which.event, its.held_by}, which);
  offers_.insert_or_assign(which, its);
  return name.sound() && in.sound();
}

auto ticket_store::restore_ticket(std::string_view key, std::string_view value, const find_order& position_of) -> bool {
  row_reader name{key};
  const auto which = read_key(name);
  row_reader in{value};
  line its;
  its.what.number = which.number;
  its.what.serial = static_cast<std::uint16_t>(in.number32());
  its.what.holder = read_owner(in);
  its.of.by = read_owner(in);
  its.of.order = position_of(which.event, which.number.order);
  if (in.byte() != 0) {
    auto& used = its.what.used.emplace();
    used.at.unix_ms = static_cast<std::int64_t>(in.number());
    used.nonce = in.number();
    used.undone = in.byte() != 0;
    used.gate = in.text();
  }
  if (!name.sound() || !in.sound() || its.of.order == 0)
    return false;
  list(its);
  lines_.insert_or_assign(which, std::move(its));
  return true;
}

auto ticket_store::bytes() const noexcept -> std::size_t {
  constexpr std::size_t node_bytes = 48; // links, colour and the allocator's header
  return lines_.size() * (sizeof(ticket_key) + sizeof(line) + node_bytes) +
         revoked_.size() * (sizeof(revocation_key) + sizeof(views::revocation) + node_bytes) +
         offers_.size() * (sizeof(ticket_key) + sizeof(offered) + node_bytes) +
         handed_.size() * (sizeof(domain::owner) + 2 * node_bytes + sizeof(handed_ticket));
}

} // namespace holdfast::projections
