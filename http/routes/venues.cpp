#include "domain/limits.hpp"
#include "http/body.hpp"
#include "http/layout_reader.hpp"
#include "http/organisation_json.hpp"
#include "http/routes/context.hpp"
#include "http/routes/paging.hpp"

#include <cmath>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

using domain::caller;
namespace limits = domain::limits;

constexpr text_rule name_rule{.bytes_min = 1, .bytes_max = limits::name_bytes_max};
constexpr text_rule city_rule{.bytes_min = 1, .bytes_max = limits::name_bytes_max};
constexpr text_rule country_rule{.bytes_min = 2, .bytes_max = 2};
constexpr text_rule timezone_rule{.bytes_min = 1, .bytes_max = limits::timezone_bytes_max};
constexpr double latitude_max = 90;
constexpr double longitude_max = 180;
constexpr double microdegrees = 1e6;

auto degrees(const json_object& from, std::string_view name, double max) -> std::optional<std::int32_t> {
  const auto read = from.optional_number(name, -max, max);
  return read ? std::optional{static_cast<std::int32_t>(std::lround(*read * microdegrees))} : std::nullopt;
}

/// A text of a change; null empties what may be empty.
auto changed_text(const json_object& from, std::string_view name, const text_rule& rule) -> std::optional<std::string> {
  const auto text = from.cleared(name) ? std::optional<std::string_view>{""} : from.optional_text(name, rule);
  return text ? std::optional<std::string>{*text} : std::nullopt;
}

auto changed_degrees(const json_object& from, std::string_view name, double max)
    -> std::optional<std::optional<std::int32_t>> {
  if (from.cleared(name)) {
    return std::optional<std::int32_t>{};
  }
  const auto read = degrees(from, name, max);
  return read ? std::optional{read} : std::nullopt;
}

void create_venue(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::create_venue create;
  auto& summary = create.what.summary;
  summary.name = body->text("name", name_rule);
  summary.city = body->optional_text("city", city_rule).value_or("");
  summary.country = body->optional_text("country", country_rule).value_or("");
  summary.timezone = body->optional_text("timezone", timezone_rule).value_or("");
  summary.latitude_e6 = degrees(*body, "lat", latitude_max);
  summary.longitude_e6 = degrees(*body, "lon", longitude_max);
  create.what.seats = build_layout(ex, document, read_layout(body->object("layout")), "/layout");
  if (!create.what.seats) {
    return;
  }
  summary.id = domain::venue_id{created_id(ex, in, "venue")};
  domain::organisation_command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = command_id_of(ex, in), .body = std::move(create)};
  const auto meta = meta_of(ex);
  in.engine.submit(ex.who().organisation, std::move(what), meta, reply_to(ex, in));
}

auto venue_of(exchange& ex) -> std::optional<domain::venue_id> {
  const auto venue = domain::public_ids::parse_venue(ex.parameter("venue"));
  if (!venue) {
    ex.refuse(problem_kind::not_found);
  }
  return venue;
}

void amend_venue(exchange& ex, const context& in) {
  const auto venue = venue_of(ex);
  const auto expected = venue ? if_match_of(ex) : std::nullopt;
  if (!expected) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::amend_venue amend{.venue = *venue, .expected_version = *expected, .changes = {}};
  if (const auto name = body->optional_text("name", name_rule)) {
    amend.changes.name.emplace(*name);
  }
  amend.changes.city = changed_text(*body, "city", city_rule);
  amend.changes.country = changed_text(*body, "country", country_rule);
  amend.changes.timezone = changed_text(*body, "timezone", timezone_rule);
  amend.changes.latitude_e6 = changed_degrees(*body, "lat", latitude_max);
  amend.changes.longitude_e6 = changed_degrees(*body, "lon", longitude_max);
  if (const auto layout = body->optional_object("layout")) {
    amend.changes.seats = build_layout(ex, document, read_layout(*layout), "/layout");
    if (!amend.changes.seats) {
      return;
    }
  } else if (!body_is_sound(ex, document)) {
    return;
  }
  domain::organisation_command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = {}, .body = std::move(amend)};
  const auto meta = meta_of(ex);
  in.engine.submit(ex.who().organisation, std::move(what), meta, reply_to(ex, in));
}

void read_venue(exchange& ex, const context& in) {
  const auto id = only_queries(ex, {}) ? venue_of(ex) : std::nullopt;
  if (!id || !is_organisation_known(ex, in)) {
    return;
  }
  const auto view = in.engine.directory();
  const auto* const venue = view->venue(ex.who().organisation, *id);
  if (venue == nullptr) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto out = ex.json();
  write_venue(out, venue->what, venue->version);
}

void list_venues(exchange& ex, const context& in) {
  if (!is_organisation_known(ex, in)) {
    return;
  }
  const auto view = in.engine.directory();
  answer_page_of(
      ex, view->venues(ex.who().organisation), [](const actors::venue_record* venue) { return venue->what.summary.id; },
      domain::public_ids::parse_venue,
      [](json_writer& out, const actors::venue_record* venue) { write_venue(out, venue->what, venue->version); });
}

} // namespace

void add_venues(router& table, const context& in) {
  constexpr auto organise = permission::key(domain::key_scope::organise);
  table.add({.verb = method::post,
             .pattern = "/v1/venues",
             .who = organise,
             .body_bytes_max = in.layout_body_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .aside_above_bytes = layout_bytes_at_once_max,
             .run = with(in, create_venue)});
  table.add({.verb = method::get, .pattern = "/v1/venues", .who = organise, .run = with(in, list_venues)});
  table.add({.verb = method::get, .pattern = "/v1/venues/{venue}", .who = organise, .run = with(in, read_venue)});
  table.add({.verb = method::patch,
             .pattern = "/v1/venues/{venue}",
             .who = organise,
             .body_bytes_max = in.layout_body_bytes_max,
             .rate = rate_class::act,
             .aside_above_bytes = layout_bytes_at_once_max,
             .run = with(in, amend_venue)});
}

} // namespace holdfast::http::routes
