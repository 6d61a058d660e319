#include "projections/search/column_fold.hpp"
#include "projections/store/row_codec.hpp"

#include <bit>
#include <map>
#include <utility>

/// Rows as they are stored.
namespace holdfast::projections {

namespace {

auto bits(std::int64_t value) -> std::uint64_t {
  return static_cast<std::uint64_t>(value);
}

auto signed64(std::uint64_t value) -> std::int64_t {
  return static_cast<std::int64_t>(value);
}

auto signed32(std::uint32_t value) -> std::int32_t {
  return static_cast<std::int32_t>(value);
}

/// First bytes of keys: the names are there before the events that share them.
constexpr std::uint8_t names_begin = 1;
constexpr std::uint8_t events_begin = 2;

auto event_key(std::uint32_t index) -> std::string {
  return row_writer{}.byte(events_begin).number32(index).take();
}

auto name_key(std::size_t table, std::uint32_t id) -> std::string {
  return row_writer{}.byte(names_begin).byte(static_cast<std::uint8_t>(table)).number32(id).take();
}

auto encode_name(const name_table::entry& from) -> std::string {
  return row_writer{}.text(from.name).text(from.of).number(bits(from.latest_ms)).take();
}

} // namespace

auto column_fold::tables() const -> std::array<name_table*, 4> {
  return {&columns_->categories, &columns_->cities, &columns_->countries, &columns_->venues};
}

auto column_fold::take_changes() -> store_changes {
  store_changes changes;
  const auto all = tables();
  for (std::size_t table = 0; table < all.size(); ++table) {
    for (const auto id : all[table]->take_changes())
      changes.put(name_key(table, id), encode_name(all[table]->at(id)));
  }
  for (const auto index : std::exchange(dirty_, {})) {
    backs_[index].dirty = false;
    changes.put(event_key(index), encode(index));
  }
  return changes;
}

void column_fold::visit_rows(const row_visitor& visit) const {
  for (std::uint32_t index = 0; index < columns_->size(); ++index)
    visit(event_key(index), encode(index));
  const auto all = tables();
  for (std::size_t table = 0; table < all.size(); ++table)
    all[table]->for_each(
        [&](std::uint32_t id, const name_table::entry& each) { visit(name_key(table, id), encode_name(each)); });
}

auto column_fold::encode(std::uint32_t index) const -> std::string {
  const auto& row = columns_->row(index);
  const auto& back = backs_[index];
  row_writer out;
  out.number(row.event.get()).number(row.organisation.get()).number(back.seq);
  out.byte(static_cast<std::uint8_t>(row.status.get())).byte(row.listed.get() ? 1 : 0);
  out.number(bits(row.starts_at.get())).number(bits(row.opens_at.get())).number(bits(row.closes_at.get()));
  out.number(bits(row.price_from.get())).number(bits(row.price_to.get())).number32(row.currency.get());
  out.number32(static_cast<std::uint32_t>(row.latitude_e6.get()));
  out.number32(static_cast<std::uint32_t>(row.longitude_e6.get()));
  out.number32(row.available.get()).number32(row.capacity.get());
  out.number(std::bit_cast<std::uint64_t>(row.popularity.get()));
  out.number32(row.category.get()).number32(row.city.get()).number32(row.country.get()).number32(row.venue.get());
  out.text(columns_->zones.name(row.zone.get()));
  put_back(back, out);
  return out.take();
}

void column_fold::put_back(const back_of_row& from, row_writer& to) {
  to.byte(static_cast<std::uint8_t>(from.few.by)).number32(from.few.value);
  to.number32(from.live ? static_cast<std::uint32_t>(from.live->size()) : 0);
  if (from.live) {
    // In an order of its own, so that the same state has the same bytes.
    for (const auto& [hold, places] : std::map<std::uint32_t, std::uint32_t>{from.live->begin(), from.live->end()})
      to.number32(hold).number32(places);
  }
  to.byte(from.apart ? 1 : 0);
  if (!from.apart)
    return;
  from.apart->places.put(to);
  to.number32(static_cast<std::uint32_t>(from.apart->shares.size()));
  for (const auto& [hold, share] : from.apart->shares) {
    to.number32(hold);
    places_apart::put(share, to);
  }
}

void column_fold::take_back(row_reader& in, back_of_row& to) {
  to.few.by = static_cast<domain::few_left::unit>(in.byte());
  to.few.value = in.number32();
  const auto holds = in.number32();
  if (holds > 0 && in.sound())
    to.live = std::make_unique<std::unordered_map<std::uint32_t, std::uint32_t>>();
  for (auto left = holds; left > 0 && in.sound(); --left) {
    const auto hold = in.number32();
    to.live->emplace(hold, in.number32());
  }
  if (in.byte() == 0)
    return;
  to.apart = std::make_unique<part_apart>();
  to.apart->places.take_back(in);
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    const auto hold = in.number32();
    to.apart->shares.emplace(hold, places_apart::take_share(in));
  }
}

auto column_fold::take_row(std::string_view key, std::string_view value) -> bool {
  changed_ = true;
  return key.starts_with(static_cast<char>(names_begin)) ? take_name(key, value) : take_event(key, value);
}

auto column_fold::take_name(std::string_view key, std::string_view value) -> bool {
  row_reader place{key};
  place.byte();
  const std::size_t table = place.byte();
  const auto id = place.number32();
  row_reader in{value};
  const auto name = in.text();
  const auto of = in.text();
  const auto latest_ms = signed64(in.number());
  return place.sound() && place.rest().empty() && in.sound() && in.rest().empty() && table < tables().size() &&
         id == tables().at(table)->size() && tables().at(table)->take(name, of, latest_ms);
}

auto column_fold::take_event(std::string_view key, std::string_view value) -> bool {
  row_reader name{key};
  if (name.byte() != events_begin || name.number32() != columns_->size() || !name.sound() || !name.rest().empty())
    return false;
  row_reader in{value};
  auto& row = columns_->next_row();
  row.event.set(in.number());
  row.organisation.set(in.number());
  back_of_row back;
  back.seq = in.number();
  row.status.set(static_cast<domain::event_status>(in.byte()));
  row.listed.set(in.byte() != 0);
  row.starts_at.set(signed64(in.number()));
  row.opens_at.set(signed64(in.number()));
  row.closes_at.set(signed64(in.number()));
  row.price_from.set(signed64(in.number()));
  row.price_to.set(signed64(in.number()));
  row.currency.set(in.number32());
  row.latitude_e6.set(signed32(in.number32()));
  row.longitude_e6.set(signed32(in.number32()));
  row.available.set(in.number32());
  row.capacity.set(in.number32());
  row.popularity.set(std::bit_cast<double>(in.number()));
  row.category.set(in.number32());
  row.city.set(in.number32());
  row.country.set(in.number32());
  row.venue.set(in.number32());
  const auto zone = in.text();
  take_back(in, back);
  set_few(row, back);
  if (!in.sound() || !in.rest().empty() || row.status.get() > domain::event_status::cancelled ||
      rows_.contains(domain::event_id{row.event.get()}) || row.category.get() >= columns_->categories.size() ||
      row.city.get() >= columns_->cities.size() || row.country.get() >= columns_->countries.size() ||
      row.venue.get() >= columns_->venues.size())
    return false;
  row.zone.set(columns_->zones.intern(zone));
  rows_.emplace(domain::event_id{row.event.get()}, columns_->size());
  backs_.push_back(std::move(back));
  columns_->publish_row();
  return true;
}

} // namespace holdfast::projections
