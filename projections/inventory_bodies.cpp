#include "projections/inventory_bodies.hpp"

#include "domain/public_id.hpp"
#include "projections/markdown.hpp"
#include "projections/wire/seats_wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace holdfast::projections {

namespace {

using domain::seat_status;

/// What follows a seat's number.
constexpr std::array<std::string_view, 4> seat_tails{R"(","status":"available"},)", R"(","status":"held"},)",
                                                     R"(","status":"sold"},)", R"(","status":"blocked"},)"};
constexpr std::size_t seat_tail_max = 24;
constexpr std::size_t number_digits_max = 10;
constexpr std::string_view seat_head = R"({"seat":")";

auto event_text(domain::event_id event) -> std::string {
  std::string text;
  domain::public_ids::append(text, event);
  return text;
}

void write_counts(json_writer& out, const domain::event_counts& counts) {
  out.key("counts")
      .begin_object()
      .member("available", counts.available)
      .member("held", counts.held)
      .member("sold", counts.sold)
      .member("blocked", counts.blocked)
      .end_object();
}

/// Bytes that the seats of a row take at most.
auto row_bytes_max(std::size_t head, std::uint32_t seats) -> std::size_t {
  return seats * (head + number_digits_max + seat_tail_max);
}

/// Appends the seats of a row, each followed by a comma. Straight into the string's own memory: a generic writer takes four times as long.
void append_row(const packed_statuses& statuses, const domain::layout& layout, const domain::layout::row& row,
                std::string& head, std::string& to) {
  const auto& section = layout.spec().sections[row.section];
  head.assign(seat_head);
  append_json_escaped(head, section.name);
  head.push_back('/');
  append_json_escaped(head, section.rows[row.in_section].name);
  head.push_back('/');
  const auto before = to.size();
  to.resize(before + row_bytes_max(head.size(), row.count));
  char* at = to.data() + before;
  for (std::uint32_t i = 0; i < row.count; ++i) {
    at = std::ranges::copy(head, at).out;
    at = std::to_chars(at, at + number_digits_max, row.first_number + i).ptr;
    const auto tail = seat_tails[static_cast<std::size_t>(statuses.get(row.first_seat + i))];
    std::memcpy(at, tail.data(), tail.size());
    at += tail.size();
  }
  to.resize(static_cast<std::size_t>(at - to.data()));
}

void append_seats(const inventory_picture& from, const domain::layout& layout,
                  std::span<const domain::layout::row> rows, std::string& to) {
  std::string head;
  const auto before = to.size();
  for (const auto& row : rows)
    append_row(from.statuses, layout, row, head, to);
  if (to.size() > before)
    to.pop_back(); // the last comma
}

void start_seats(const inventory_picture& from, json_writer& out) {
  out.begin_object().member("event_id", event_text(from.event)).member("seq", from.seq);
  write_counts(out, from.counts);
  out.key("seats").begin_array();
}

void end_seats(const inventory_picture& from, const domain::layout& layout, bool with_areas, std::string& to) {
  to.append("],\"areas\":");
  json_writer out{to};
  out.begin_array();
  for (std::size_t i = 0; with_areas && i < from.areas.size(); ++i) {
    out.begin_object()
        .member("area", layout.spec().areas[i].name)
        .member("capacity", from.areas[i].capacity)
        .member("available", from.areas[i].available())
        .end_object();
  }
  out.end_array();
  to.push_back('}');
}

/// Millionths of a degree as the shortest decimal.
void write_degrees(json_writer& out, std::string_view name, std::int32_t e6) {
  const auto size = std::llabs(std::int64_t{e6});
  auto fraction = std::to_string(1'000'000 + size % 1'000'000).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  out.key(name).raw((e6 < 0 ? "-" : "") + std::to_string(size / 1'000'000) + (fraction.empty() ? "" : "." + fraction));
}

void write_venue(json_writer& out, const domain::venue_summary& venue) {
  std::string id;
  domain::public_ids::append(id, venue.id);
  out.key("venue")
      .begin_object()
      .member("venue_id", id)
      .member("name", venue.name)
      .member("city", venue.city)
      .member("country", venue.country)
      .member("timezone", venue.timezone);
  if (venue.latitude_e6)
    write_degrees(out, "lat", *venue.latitude_e6);
  if (venue.longitude_e6)
    write_degrees(out, "lon", *venue.longitude_e6);
  out.end_object();
}

struct tier_places {
  std::uint32_t available = 0;
  std::uint32_t all = 0;
};

/// Places by tier of the layout.
auto places_by_tier(const inventory_picture& from, const domain::layout& layout) -> std::vector<tier_places> {
  std::vector<tier_places> sums(layout.tier_ids().size());
  for (const auto& row : layout.rows()) {
    sums[row.tier].available += from.statuses.count(seat_status::available, row.first_seat, row.count);
    sums[row.tier].all += row.count;
  }
  for (std::size_t i = 0; i < from.areas.size(); ++i) {
    auto& sum = sums[layout.tier_of_area(static_cast<domain::area_index>(i))];
    sum.available += from.areas[i].available();
    sum.all += from.areas[i].capacity;
  }
  return sums;
}

void write_tiers(json_writer& out, const inventory_picture& from, const domain::layout& layout) {
  const auto places = places_by_tier(from, layout);
  out.key("tiers").begin_array();
  for (const auto& tier : from.config->tiers) {
    const auto index = layout.find_tier(tier.id);
    const auto its = index ? places[*index] : tier_places{};
    out.begin_object()
        .member("id", tier.id)
        .member("name", tier.name)
        .member("price", tier.price)
        .member("fee", tier.fee)
        .member("available", its.available)
        .member("availability", to_text(domain::availability_of(from.config->few, its.available, its.all)))
        .end_object();
  }
  out.end_array();
}

auto hex16(std::uint64_t value) -> std::string {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  const std::string_view shown{digits.data(), static_cast<std::size_t>(end - digits.data())};
  return std::string(digits.size() - shown.size(), '0').append(shown);
}

/// When the sale status changes next by time alone.
auto next_change(const inventory_picture& from, domain::instant now) -> std::optional<domain::instant> {
  if (from.status != domain::event_status::published)
    return std::nullopt;
  std::optional<domain::instant> next;
  for (const auto& edge : {from.config->sale_opens_at, from.config->sale_closes_at}) {
    if (edge && *edge > now && (!next || *edge < *next))
      next = edge;
  }
  return next;
}

void write_sale(json_writer& out, const inventory_picture& from, domain::sale_status sale) {
  const auto& config = *from.config;
  out.member("status", to_text(sale)).key("sale").begin_object();
  write_sale_plan(out, config);
  out.end_object();
  write_price_rules(out, config);
}

void write_terms(json_writer& out, const domain::event_config& config) {
  out.member("hold_seconds", config.hold_time.count / 1000)
      .member("hold_extension_seconds", config.hold_extension.count / 1000)
      .member("hold_cap_seconds", config.hold_cap.count / 1000)
      .member("max_per_order", config.max_per_order)
      .member("max_per_buyer", config.max_per_buyer);
  if (config.max_per_card != 0)
    out.member("max_per_card", config.max_per_card);
  if (config.resale_max_percent != 0)
    out.key("resale").begin_object().member("max_percent", config.resale_max_percent).end_object();
  write_velocity(out, config);
  write_tax(out, config);
  write_waitlist_terms(out, config);
  if (config.refunds_until)
    out.key("refunds_until").time(config.refunds_until->unix_ms);
}

void write_performers(json_writer& out, const std::vector<domain::performer>& performers) {
  out.key("performers").begin_array();
  for (const auto& one : performers) {
    out.begin_object().member("name", one.name);
    if (!one.url.empty())
      out.member("url", one.url);
    out.end_object();
  }
  out.end_array();
}

void write_images(json_writer& out, const std::vector<domain::event_image>& images) {
  out.key("images").begin_array();
  for (const auto& one : images) {
    out.begin_object().member("url", one.url).member("alt", one.alt);
    if (!one.kind.empty())
      out.member("kind", one.kind);
    out.end_object();
  }
  out.end_array();
}

} // namespace

auto start_body(const inventory_picture& from, std::string_view representation, domain::instant now)
    -> std::shared_ptr<view_body> {
  auto body = std::make_shared<view_body>();
  body->seq = from.seq;
  body->etag.append("W/\"").append(std::to_string(from.seq)).append("-").append(representation).append("\"");
  body->made_at = from.as_of ? std::min(now, *from.as_of) : now;
  body->follows = from.follows;
  body->organisation = from.organisation;
  body->draft = from.status == domain::event_status::draft;
  body->version = from.version;
  body->layout_hash = from.layout_hash;
  return body;
}

void write_catalogue(json_writer& out, const domain::event_config& config) {
  write_performers(out, config.performers);
  write_images(out, config.images);
  out.key("languages").begin_array();
  for (const auto& tag : config.languages)
    out.value(std::string_view{tag});
  out.end_array();
  const bool percent = config.few.by == domain::few_left::unit::percent;
  out.key("few_left").begin_object().member(percent ? "percent" : "places", config.few.value).end_object();
}

auto to_text(domain::availability what) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 3> names{"none", "few", "many"};
  return names[static_cast<std::size_t>(what)];
}

auto to_text(seat_status status) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 4> names{"available", "held", "sold", "blocked"};
  return names[static_cast<std::size_t>(status)];
}

auto to_text(domain::sale_status status) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 6> names{"draft", "published", "on_sale", "paused", "closed", "cancelled"};
  return names[static_cast<std::size_t>(status)];
}

auto encode_seats(const inventory_picture& from, const domain::layout& layout, domain::instant now) -> encoded_body {
  auto body = start_body(from, "seats", now);
  // Labels of the API's size and the usual status: most bodies fit, the others grow once.
  body->bytes.reserve(512 + std::size_t{from.statuses.size()} * 48 + from.areas.size() * 128);
  json_writer out{body->bytes};
  start_seats(from, out);
  append_seats(from, layout, layout.rows(), body->bytes);
  end_seats(from, layout, true, body->bytes);
  body->bytes.shrink_to_fit();
  body->packed = std::make_shared<packed_forms>(packing::quick);
  return {std::move(body), std::nullopt};
}

auto encode_seats_binary(const inventory_picture& from, domain::instant now) -> encoded_body {
  auto body = start_body(from, "seats-binary", now);
  wire::append_seats(from.seq, from.layout_hash, from.statuses, from.areas, body->bytes);
  body->packed = std::make_shared<packed_forms>(packing::quick);
  return {std::move(body), std::nullopt};
}

auto encode_section(const inventory_picture& from, const domain::layout& layout, std::uint32_t section,
                    domain::instant now) -> encoded_body {
  auto body = start_body(from, "section-" + std::to_string(section), now);
  json_writer out{body->bytes};
  start_seats(from, out);
  const auto rows = layout.rows();
  const auto [first, last] = std::ranges::equal_range(rows, section, {}, &domain::layout::row::section);
  append_seats(from, layout, {first, last}, body->bytes);
  end_seats(from, layout, false, body->bytes);
  return {std::move(body), std::nullopt};
}

namespace {

/// As it is right at `at`, made `now`.
auto page_at(const inventory_picture& from, const domain::layout& layout, domain::instant at, domain::instant now)
    -> encoded_body {
  const auto& config = *from.config;
  const auto sale = domain::sale_status_at(from.status, config, at);
  auto body = start_body(from, "page-" + std::string{to_text(sale)}, now);
  const auto id = event_text(from.event);
  json_writer out{body->bytes};
  out.begin_object().member("event_id", id);
  if (!config.slug.empty())
    out.member("slug", config.slug);
  out.member("name", config.name).member("description", config.description);
  out.member("description_html", *description_html(config.description)).member("category", config.category);
  write_catalogue(out, config);
  out.key("starts_at").time(config.starts_at.unix_ms);
  write_sale(out, from, sale);
  out.member("seq", from.seq).member("version", from.version).member("state_hash", hex16(from.state_hash));
  write_venue(out, config.venue);
  out.member("currency", config.currency.text());
  write_tiers(out, from, layout);
  write_counts(out, from.counts);
  write_terms(out, config);
  out.member("layout_hash", from.layout_hash);
  out.key("links")
      .begin_object()
      .member("layout", "/v1/layouts/" + from.layout_hash)
      .member("seats", "/v1/events/" + id + "/seats")
      .member("live", "/v1/events/" + id + "/live")
      .member("prices", "/v1/events/" + id + "/prices")
      .member("queue", "/v1/events/" + id + "/queue")
      .end_object();
  out.key("waiting_room").begin_object().member("mode", "off").end_object().end_object();
  body->packed = std::make_shared<packed_forms>(packing::quick);
  return {std::move(body), next_change(from, at)};
}

} // namespace

auto encode_page(const inventory_picture& from, const domain::layout& layout, domain::instant now) -> encoded_body {
  auto page = page_at(from, layout, now, now);
  if (page.valid_until && *page.valid_until - now <= made_ahead)
    page.then = std::make_shared<const encoded_body>(page_at(from, layout, *page.valid_until, now));
  return page;
}

} // namespace holdfast::projections
