#include "http/negotiation.hpp"
#include "http/queue_json.hpp"
#include "http/routes/queue.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

/// The draw of a waiting room, for everybody who wants to check it.
namespace holdfast::http::routes {

namespace {

namespace room = domain::queue;

constexpr std::uint32_t leaves_a_page_max = 65'536;
/// Until it is drawn it changes, and a room that is switched off has none any more.
constexpr std::string_view draw_caching = "public, max-age=1";

void read_draw(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  if (!event) {
    return;
  }
  const auto seen = room_or_none(in, *event);
  if (!seen->draw) {
    ex.refuse(problem_kind::not_found, {.detail = "nothing was drawn here since the waiting room was last off"});
    return;
  }
  auto out = ex.json();
  write_draw(out, *event, *seen->draw);
  ex.answer().cache_control(draw_caching);
}

/// A number of the query between bounds; answers 400 and returns nothing when it is something else.
auto number_in_query(exchange& of, std::string_view name, std::uint32_t least, std::uint32_t most, std::uint32_t usual)
    -> std::optional<std::uint32_t> {
  const auto text = of.query(name);
  if (!text) {
    return usual;
  }
  std::uint32_t value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failed != std::errc{} || end != text->data() + text->size() || value < least || value > most) {
    of.refuse(problem_kind::invalid_query, {.detail = "from is the index of a leaf, limit a number from 1 to 65,536"});
    return std::nullopt;
  }
  return value;
}

void show_leaves(exchange& of, const std::vector<room::digest>& leaves) {
  of.answer().status(200);
  of.answer().content_type(media::octets);
  of.answer().cache_control(draw_caching);
  auto& body = of.answer().body();
  body.clear();
  body.reserve(leaves.size() * sizeof(room::digest));
  for (const auto& leaf : leaves) {
    body.append(reinterpret_cast<const char*>(leaf.data()), leaf.size());
  }
}

void read_leaves(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"from", "limit"}) ? event_of(ex, in) : std::nullopt;
  const auto from = event ? number_in_query(ex, "from", 0, UINT32_MAX, 0) : std::nullopt;
  const auto limit = from ? number_in_query(ex, "limit", 1, leaves_a_page_max, leaves_a_page_max) : std::nullopt;
  if (!limit) {
    return;
  }
  if (!best_media(ex, std::array{media::octets})) {
    ex.refuse(problem_kind::not_acceptable);
    return;
  }
  if (!room_or_none(in, *event)->draw) {
    ex.refuse(problem_kind::not_found, {.detail = "nothing was drawn here since the waiting room was last off"});
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.engine.rooms().leaves(
      *event, *from, *limit,
      [to, &in, event = *event](const tl::expected<std::vector<room::digest>, actors::room_refusal>& got) {
        if (got) {
          show_leaves(**to, *got);
        } else {
          refuse_room(**to, in, event, got.error());
        }
        to->complete();
      });
}

} // namespace

void add_queue_draw(router& table, const context& in) {
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/queue/draw",
             .who = permission::open(),
             .run = with(in, read_draw)});
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/queue/draw/leaves",
             .who = permission::open(),
             .negotiates = true,
             .run = with(in, read_leaves)});
}

} // namespace holdfast::http::routes
