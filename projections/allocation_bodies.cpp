#include "projections/inventory_bodies.hpp"
#include "projections/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections {

namespace {

using domain::allocation_kind;

constexpr std::string_view id_prefix = "alc_";
constexpr std::array<std::pair<allocation_kind, std::string_view>, 4> kinds{{{allocation_kind::house, "house"},
                                                                             {allocation_kind::presale, "presale"},
                                                                             {allocation_kind::kill, "kill"},
                                                                             {allocation_kind::comp, "comp"}}};

void write_counts(json_writer& out, const domain::event_counts& counts) {
  out.key("counts")
      .begin_object()
      .member("held", counts.held)
      .member("sold", counts.sold)
      .member("blocked", counts.blocked)
      .end_object();
}

void count(domain::event_counts& to, domain::seat_status status) {
  to.held += status == domain::seat_status::held ? 1 : 0;
  to.sold += status == domain::seat_status::sold ? 1 : 0;
  to.blocked += status == domain::seat_status::blocked ? 1 : 0;
}

void write_seats(json_writer& out, const std::vector<seat_apart>& seats, const domain::layout& layout) {
  std::string label;
  out.key("seats").begin_array();
  for (const auto& one : seats) {
    label.clear();
    layout.append_label(one.seat, label);
    out.begin_object().member("seat", label).member("status", to_text(one.status)).end_object();
  }
  out.end_array();
}

/// The allocations of a page, by number.
auto page_of(const std::vector<domain::allocation>& all, allocation_page page) -> std::span<const domain::allocation> {
  const auto first = std::ranges::upper_bound(all, page.after, {}, &domain::allocation::number);
  const auto count = std::min(page.limit, static_cast<std::size_t>(all.end() - first));
  return {first, count};
}

/// The seats of each of them.
auto seats_of(std::span<const domain::allocation> page, const inventory_picture& from)
    -> std::vector<std::vector<seat_apart>> {
  std::vector<std::vector<seat_apart>> all(page.size());
  if (page.empty())
    return all;
  const auto nobody = static_cast<std::uint16_t>(page.size());
  std::vector<std::uint16_t> place(std::size_t{page.back().number.value()} + 1, nobody);
  for (std::size_t i = 0; i < page.size(); ++i)
    place[page[i].number.value()] = static_cast<std::uint16_t>(i);
  for (domain::seat_index seat = 0; seat < from.pools.size(); ++seat) {
    const auto pool = from.pools[seat];
    if (pool < place.size() && place[pool] != nobody)
      all[place[pool]].push_back({seat, from.statuses.get(seat)});
  }
  return all;
}

} // namespace

auto to_text(allocation_kind kind) noexcept -> std::string_view {
  const auto found = std::ranges::find(kinds, kind, &std::pair<allocation_kind, std::string_view>::first);
  return found == kinds.end() ? "unknown" : found->second;
}

auto parse_allocation_kind(std::string_view text) noexcept -> std::optional<allocation_kind> {
  const auto found = std::ranges::find(kinds, text, &std::pair<allocation_kind, std::string_view>::second);
  return found == kinds.end() ? std::nullopt : std::optional{found->first};
}

auto allocation_id(domain::allocation_number number) -> std::string {
  return std::string{id_prefix} + std::to_string(number.value());
}

auto parse_allocation_id(std::string_view text) noexcept -> std::optional<domain::allocation_number> {
  if (!text.starts_with(id_prefix))
    return std::nullopt;
  text.remove_prefix(id_prefix.size());
  std::uint16_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  if (!whole || number == 0 || text.front() == '0')
    return std::nullopt;
  return domain::allocation_number{number};
}

void write_allocation(json_writer& out, const domain::allocation& one, const std::vector<seat_apart>& seats,
                      const domain::layout& layout, const domain::event_config& config, seat_detail detail) {
  domain::event_counts counts;
  for (const auto& its : seats)
    count(counts, its.status);
  out.begin_object()
      .member("allocation_id", allocation_id(one.number))
      .member("name", one.name)
      .member("kind", to_text(one.kind))
      .member("reason", one.reason)
      .member("takes_returns", config.returns_to_allocation == one.number);
  if (detail == seat_detail::named)
    write_seats(out, seats, layout);
  out.key("areas").begin_array();
  for (const auto& part : one.areas) {
    counts.blocked += part.quantity - part.used;
    out.begin_object()
        .member("area", layout.spec().areas[part.area].name)
        .member("quantity", part.quantity)
        .member("used", part.used)
        .end_object();
  }
  out.end_array();
  write_counts(out, counts);
  out.end_object();
}

auto encode_allocations(const inventory_picture& from, const domain::layout& layout, allocation_page page,
                        domain::instant now) -> encoded_body {
  auto body =
      start_body(from, "allocations-" + std::to_string(page.after.value()) + "-" + std::to_string(page.limit), now);
  const auto shown = page_of(from.allocations, page);
  const auto seats = seats_of(shown, from);
  json_writer out{body->bytes};
  out.begin_object().key("items").begin_array();
  for (std::size_t i = 0; i < shown.size(); ++i)
    write_allocation(out, shown[i], seats[i], layout, *from.config, seat_detail::named);
  out.end_array().key("next_cursor");
  if (!shown.empty() && shown.back().number != from.allocations.back().number)
    out.value(std::string_view{allocation_id(shown.back().number)});
  else
    out.null();
  out.member("seq", from.seq).end_object();
  return {std::move(body), std::nullopt};
}

} // namespace holdfast::projections
