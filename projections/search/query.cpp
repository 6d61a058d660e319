#include "projections/search/query.hpp"

#include "projections/store/row_codec.hpp"

#include <array>
#include <bit>
#include <charconv>

namespace holdfast::projections {

namespace {

constexpr std::array<std::string_view, 5> order_names{"relevance", "date", "popularity", "distance", "price"};
constexpr std::array<std::string_view, search_facet_count> facet_names{"category", "city",         "month",
                                                                       "price",    "availability", "status"};
constexpr std::size_t hex_digits = 16;
constexpr int hex_base = 16;

void append_hex(std::string& to, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4)
    to.push_back(digits[(value >> static_cast<unsigned>(shift)) & 15U]);
}

auto parse_hex(std::string_view text) -> std::optional<std::uint64_t> {
  if (text.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, hex_base);
  return value;
}

void add(row_writer& to, double value) {
  to.number(std::bit_cast<std::uint64_t>(value));
}

void add(row_writer& to, const std::optional<std::string>& value) {
  to.byte(value ? 1 : 0).text(value.value_or(std::string{}));
}

void add(row_writer& to, const std::optional<std::int64_t>& value) {
  to.byte(value ? 1 : 0).number(static_cast<std::uint64_t>(value.value_or(0)));
}

auto ms_of(const std::optional<domain::instant>& at) -> std::optional<std::int64_t> {
  return at ? std::optional{at->unix_ms} : std::nullopt;
}

} // namespace

auto canonical(const search_query& query) -> std::string {
  row_writer out;
  out.byte(static_cast<std::uint8_t>(query.order_used())).text(query.text);
  add(out, query.city);
  add(out, query.country);
  out.number32(static_cast<std::uint32_t>(query.categories.size()));
  for (const auto& category : query.categories)
    out.text(category);
  out.byte(query.near ? 1 : 0);
  add(out, query.near.value_or(geo_point{}).latitude);
  add(out, query.near.value_or(geo_point{}).longitude);
  add(out, query.radius_km.value_or(-1));
  add(out, ms_of(query.from));
  add(out, ms_of(query.to));
  out.byte(query.from_local ? 1 : 0).byte(query.to_local ? 1 : 0);
  out.number32(static_cast<std::uint32_t>(query.statuses.size()));
  for (const auto status : query.statuses)
    out.byte(static_cast<std::uint8_t>(status));
  add(out, query.price_max);
  out.byte(query.available ? 1 : 0).byte(query.after ? 1 : 0);
  const auto after = query.after.value_or(search_place{});
  out.number(after.key).number(after.starts_at).number(after.event).number(query.limit);
  for (const auto facet : query.facets)
    out.byte(static_cast<std::uint8_t>(facet));
  return out.take();
}

auto cursor_text(search_order order, const search_place& place) -> std::string {
  std::string text{order_names[static_cast<std::size_t>(order)].substr(0, 2)};
  append_hex(text, place.key);
  append_hex(text, place.starts_at);
  append_hex(text, place.event);
  return text;
}

auto parse_cursor(std::string_view text, search_order order) -> std::optional<search_place> {
  constexpr std::size_t name = 2;
  if (text.size() != name + 3 * hex_digits ||
      text.substr(0, name) != order_names[static_cast<std::size_t>(order)].substr(0, name))
    return std::nullopt;
  const auto key = parse_hex(text.substr(name, hex_digits));
  const auto starts_at = parse_hex(text.substr(name + hex_digits, hex_digits));
  const auto event = parse_hex(text.substr(name + 2 * hex_digits, hex_digits));
  if (!key || !starts_at || !event)
    return std::nullopt;
  return search_place{*key, *starts_at, *event};
}

auto to_text(search_order order) noexcept -> std::string_view {
  return order_names[static_cast<std::size_t>(order)];
}

auto to_text(search_facet facet) noexcept -> std::string_view {
  return facet_names[static_cast<std::size_t>(facet)];
}

} // namespace holdfast::projections
