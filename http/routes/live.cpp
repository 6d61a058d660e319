#include "http/live/live_service.hpp"
#include "http/live/viewer.hpp"
#include "http/live/websocket.hpp"
#include "http/negotiation.hpp"
#include "http/routes/context.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

/// Seat maps as they change: over a WebSocket, or as server-sent events.
namespace holdfast::http::routes {

namespace {

constexpr unsigned switching_protocols = 101;
constexpr std::string_view websocket_version = "13";
constexpr std::size_t seq_digits_max = 19;

/// From which seq on; nothing inside when it is not said. Answers 400 and returns nothing when it is no seq.
auto since_of(exchange& ex) -> std::optional<std::optional<std::uint64_t>> {
  // What an EventSource got last is newer than the address it was made with.
  auto text = ex.header(header_id::last_event_id);
  if (!text || text->empty()) {
    text = ex.query("since");
  }
  if (!text) {
    return std::optional<std::uint64_t>{};
  }
  std::uint64_t seq = 0;
  const auto* const end = text->data() + text->size();
  const auto [last, failed] = std::from_chars(text->data(), end, seq);
  if (failed != std::errc{} || last != end || text->size() > seq_digits_max) {
    ex.refuse(problem_kind::invalid_query, {.detail = "since, or Last-Event-ID, is a sequence number"});
    return std::nullopt;
  }
  return std::optional<std::uint64_t>{seq};
}

/// Whether the handshake is of the version that is spoken here; answers otherwise. The gate has seen that it is one.
auto speaks_websocket(exchange& ex) -> bool {
  if (ex.header("Sec-WebSocket-Version") == websocket_version) {
    return true;
  }
  ex.refuse(problem_kind::malformed_request, {.detail = "only version 13 of the WebSocket protocol is served"});
  ex.answer().header("Sec-WebSocket-Version", websocket_version);
  return false;
}

/// Drafts are their organisation's alone.
auto may_watch(const principal& who, const projections::live_start& start) noexcept -> bool {
  return !start.draft || (who.is == principal::kind::key && who.organisation == start.organisation);
}

/// Fills the answer that begins the stream, and returns the viewer it is for.
auto begin(exchange& ex, domain::event_id event, const std::shared_ptr<live_lane>& lane, projections::live_start start,
           const viewer_ticket& ticket) -> std::shared_ptr<viewer> {
  const bool socket = ex.header(header_id::upgrade).has_value();
  if (socket) {
    ex.empty(switching_protocols);
    const auto key = ex.header("Sec-WebSocket-Key");
    ex.answer().header("Sec-WebSocket-Accept", websocket_accept(key.value_or(std::string_view{})));
  } else {
    ex.empty(200);
    ex.answer().content_type(media::event_stream);
    ex.answer().close_connection();
    // Asks nginx and its like not to collect what is to leave at once.
    ex.answer().header("X-Accel-Buffering", "no");
  }
  const auto kind = socket ? viewer_kind::websocket : viewer_kind::server_sent;
  auto who = std::make_shared<viewer>(kind, event, lane, std::move(start), ticket);
  ex.answer().stream(who);
  return who;
}

/// Answers with a stream, or with why there is none.
void answer_start(const std::shared_ptr<deferred>& to, domain::event_id event, const std::shared_ptr<live_lane>& lane,
                  const viewer_ticket& ticket, projections::read_outcome outcome, projections::live_start start) {
  auto& ex = **to;
  if (!was_read(ex, outcome)) {
    to->complete();
  } else if (!may_watch(ex.who(), start)) {
    ex.refuse(problem_kind::not_found);
    to->complete();
  } else {
    // In the order of the news: what is published from now on is the viewer's, and nothing before.
    lane->in_order([to, who = begin(ex, event, lane, std::move(start), ticket)] {
      who->open();
      to->complete();
    });
  }
}

void watch_event(exchange& ex, const context& in, const std::shared_ptr<live_service>& live) {
  const auto event = only_queries(ex, {"since"}) ? event_of(ex, in) : std::nullopt;
  const auto since = event ? since_of(ex) : std::nullopt;
  if (!since) {
    return;
  }
  const bool socket = ex.header(header_id::upgrade).has_value();
  if (socket ? !speaks_websocket(ex) : !best_media(ex, std::array{media::event_stream})) {
    if (!socket) {
      ex.refuse(problem_kind::not_acceptable);
    }
    return;
  }
  if (ex.is_head()) {
    ex.empty(200);
    ex.answer().content_type(media::event_stream);
    return;
  }
  auto ticket = live->admit(ex);
  if (!ticket) {
    constexpr std::chrono::seconds later{5};
    ex.refuse(ticket.error(), {.detail = "Too many live seat maps are open.", .retry_after = later});
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  auto done = [to, event = *event, lane = live->lane_of(ex), ticket = *ticket](projections::read_outcome outcome,
                                                                               projections::live_start start) {
    answer_start(to, event, lane, ticket, outcome, std::move(start));
  };
  live->views().watch(*event, *since, std::move(done));
}

} // namespace

void add_live(router& table, const context& in) {
  auto live = std::make_shared<live_service>(in.views, in.live);
  in.metrics.add(live->metrics());
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/live",
             .who = permission::open(),
             .negotiates = true,
             .streams = true,
             .run = [&in, live = std::move(live)](exchange& ex) { watch_event(ex, in, live); }});
}

} // namespace holdfast::http::routes
