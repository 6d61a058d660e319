#include "domain/hold_wish.hpp"
#include "domain/limits.hpp"
#include "http/access_code.hpp"
#include "http/body.hpp"
#include "http/layout_reader.hpp"
#include "http/routes/context.hpp"
#include "projections/inventory_bodies.hpp"

#include <string>
#include <utility>
#include <vector>

/// Places set apart: decided by the event like every other place, all of a request in one message. As many seats as one may name keep the event's
/// actor for some 0.4 ms (`holdfast_micro`, "core/10,000 …": 0.18 to resolve the labels, 0.17 to decide and apply, 0.04 for the answer), so that
/// nothing has to be done in parts.
namespace holdfast::http::routes {

namespace {

using domain::caller;
namespace limits = domain::limits;

/// "section/row/number": two parts of a label and a number.
constexpr std::size_t seat_label_bytes_max = 2 * limits::label_part_bytes_max + 12;
/// As many seats as can be named at once, each with its quotes and comma, and room for the rest.
constexpr std::size_t wish_bytes_max = limits::allocated_at_once_max * (seat_label_bytes_max + 4) + 32 * 1024;

auto read_labels(const json_object& body, std::string_view name) -> std::vector<std::string> {
  std::vector<std::string> labels;
  if (const auto list = body.optional_array(name, 0, limits::allocated_at_once_max)) {
    labels.reserve(list->size());
    for (const auto item : *list) {
      labels.emplace_back(item.text({.bytes_min = 1, .bytes_max = seat_label_bytes_max}));
    }
  }
  return labels;
}

/// Areas with so many places, at least `least`.
auto read_areas(const json_object& body, std::uint32_t least) -> std::vector<domain::hold_wish::area> {
  std::vector<domain::hold_wish::area> areas;
  if (const auto list = body.optional_array("areas", 0, limits::areas_per_event_max)) {
    for (const auto item : *list) {
      const auto area = item.object();
      domain::hold_wish::area wanted;
      wanted.name = area.text("area", {.bytes_min = 1, .bytes_max = limits::label_part_bytes_max});
      wanted.quantity = area.integer<std::uint32_t>("quantity", least, limits::area_capacity_max);
      areas.push_back(std::move(wanted));
    }
  }
  return areas;
}

auto read_kind(const json_object& body) -> domain::allocation_kind {
  const auto kind = projections::parse_allocation_kind(body.text("kind", {.bytes_min = 1, .bytes_max = 16}));
  if (!kind) {
    body.fault("kind", "house, presale, kill or comp");
  }
  return kind.value_or(domain::allocation_kind::house);
}

void allocate(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  if (!event) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::allocate_seats apart;
  apart.name = body->text("name", {.bytes_min = 1, .bytes_max = limits::name_bytes_max});
  apart.kind = read_kind(*body);
  apart.reason = body->text("reason", {.bytes_min = 1, .bytes_max = limits::allocation_reason_bytes_max});
  apart.code = read_new_access_code(*body, {in.subject_key, *event});
  domain::hold_wish places;
  places.seats = read_labels(*body, "seats");
  places.areas = read_areas(*body, 1);
  if (!body_is_sound(ex, document)) {
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = command_id_of(ex, in), .body = std::move(apart)};
  const auto meta = meta_of(ex);
  in.engine.submit(*event, std::move(what), std::move(places), meta, reply_to(ex, in));
}

/// The allocation that the path names; answers 404 and returns nothing when it could be none.
auto allocation_of(exchange& ex) -> std::optional<domain::allocation_number> {
  const auto number = projections::parse_allocation_id(ex.parameter("allocation"));
  if (!number) {
    ex.refuse(problem_kind::not_found);
  }
  return number;
}

void change(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  const auto number = event ? allocation_of(ex) : std::nullopt;
  if (!number) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::hold_wish places;
  places.seats = read_labels(*body, "add_seats");
  places.removed_seats = read_labels(*body, "remove_seats");
  places.areas = read_areas(*body, 0);
  domain::change_allocation wanted{.allocation = *number, .add = {}, .remove = {}};
  if (const auto from = body->optional_text("from", {.bytes_min = 1, .bytes_max = 16})) {
    wanted.from = projections::parse_allocation_id(*from).value_or(domain::allocation_number{});
    if (!wanted.from) {
      body->fault("from", "the id of an allocation");
    }
  }
  if (!body_is_sound(ex, document)) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::organiser), .id = {}, .body = std::move(wanted)};
  const auto meta = meta_of(ex);
  in.engine.submit(*event, std::move(what), std::move(places), meta, reply_to(ex, in));
}

void release(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  const auto number = event ? allocation_of(ex) : std::nullopt;
  if (!number) {
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = {}, .body = domain::release_allocation{*number}};
  const auto meta = meta_of(ex);
  in.engine.submit(*event, std::move(what), meta, reply_to(ex, in));
}

} // namespace

void add_allocations(router& table, const context& in) {
  constexpr auto organiser = permission::key(domain::key_scope::organise);
  table.add({.verb = method::post,
             .pattern = "/v1/events/{event}/allocations",
             .who = organiser,
             .body_bytes_max = wish_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .aside_above_bytes = layout_bytes_at_once_max,
             .run = with(in, allocate)});
  table.add({.verb = method::patch,
             .pattern = "/v1/events/{event}/allocations/{allocation}",
             .who = organiser,
             .body_bytes_max = wish_bytes_max,
             .rate = rate_class::act,
             .aside_above_bytes = layout_bytes_at_once_max,
             .run = with(in, change)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/events/{event}/allocations/{allocation}",
             .who = organiser,
             .rate = rate_class::act,
             .run = with(in, release)});
}

} // namespace holdfast::http::routes
