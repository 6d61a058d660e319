#include "projections/search/column_fold.hpp"
#include "projections/store/row_codec.hpp"

#include <bit>
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

} // namespace

auto column_fold::take_changes() -> store_changes {
  store_changes changes;
  for (const auto index : std::exchange(dirty_, {})) {
    backs_[index].dirty = false;
    changes.put(row_writer{}.number32(index).take(), encode(index));
  }
  return changes;
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
  out.text(columns_->categories.at(row.category.get()).name);
  const auto venue = columns_->venues.at(row.venue.get());
  out.text(columns_->cities.at(row.city.get()).name).text(columns_->countries.at(row.country.get()).name);
  out.text(venue.name);
  if (back.live) {
    for (const auto& [hold, places] : *back.live)
      out.number32(hold).number32(places);
  }
  return out.take();
}

void column_fold::read_holds(std::string_view bytes, back_of_row& to) const {
  row_reader in{bytes};
  constexpr std::size_t bytes_a_hold = 8;
  if (bytes.empty())
    return;
  to.live = std::make_unique<std::unordered_map<std::uint32_t, std::uint32_t>>();
  for (auto left = bytes.size() / bytes_a_hold; left > 0; --left) {
    const auto hold = in.number32();
    to.live->emplace(hold, in.number32());
  }
}

auto column_fold::take_row(std::string_view key, std::string_view value) -> bool {
  row_reader name{key};
  if (name.number32() != columns_->size() || !name.sound() || !name.rest().empty())
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
  const auto category = in.text();
  const auto city = in.text();
  const auto country = in.text();
  const auto venue = in.text();
  const auto holds = in.rest();
  constexpr std::size_t bytes_a_hold = 8;
  if (!in.sound() || holds.size() % bytes_a_hold != 0 || row.status.get() > domain::event_status::cancelled ||
      rows_.contains(domain::event_id{row.event.get()}))
    return false;
  read_holds(holds, back);
  row.category.set(columns_->categories.intern(category, {}));
  row.city.set(columns_->cities.intern(city, country));
  row.country.set(columns_->countries.intern(country, {}));
  row.venue.set(columns_->venues.intern(venue, city));
  rows_.emplace(domain::event_id{row.event.get()}, columns_->size());
  backs_.push_back(std::move(back));
  columns_->publish_row();
  if (row.listed.get())
    list(row);
  changed_ = true;
  return true;
}

} // namespace holdfast::projections
