#include "domain/limits.hpp"
#include "http/body.hpp"
#include "http/routes/context.hpp"
#include "http/scan_batch.hpp"
#include "http/ticket_answers.hpp"
#include "projections/views.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http::routes {

namespace {

using domain::caller;

constexpr std::size_t scans_per_batch_max = 1'000;
/// What is scanned may be anything; a code of ours is shorter.
constexpr std::size_t scanned_bytes_max = 512;
constexpr std::size_t nonce_bytes_min = 8;
constexpr std::size_t nonce_bytes_max = 128;
constexpr std::size_t event_name_bytes_max = 64;
/// Every scan with its longest texts, names and quotes.
constexpr std::size_t batch_bytes_max = scans_per_batch_max * 1'024;
constexpr std::size_t revocations_per_page = 200;

/// One scan as a device reports it.
struct reported {
  std::string code;
  std::string gate;
  std::string nonce;
  std::optional<domain::instant> at;
  std::optional<domain::event_id> door; ///< the event that is admitted to; absent: any of the organisation's
};

auto is_visible(std::string_view text) -> bool {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

auto read_nonce(const json_object& body) -> std::string {
  const auto nonce = body.text("nonce", {.bytes_min = nonce_bytes_min, .bytes_max = nonce_bytes_max});
  if (!is_visible(nonce)) {
    body.fault("nonce", "8 to 128 visible ASCII characters");
  }
  return std::string{nonce};
}

auto read_scan(const json_object& body, const context& in) -> reported {
  reported scan;
  scan.code = body.text("code", {.bytes_min = 1, .bytes_max = scanned_bytes_max});
  scan.gate = body.text("gate", {.bytes_min = 1, .bytes_max = domain::limits::gate_bytes_max});
  scan.nonce = read_nonce(body);
  if (const auto at = body.optional_time("at")) {
    scan.at = domain::instant{*at};
  }
  if (const auto name = body.optional_text("event_id", {.bytes_min = 1, .bytes_max = event_name_bytes_max})) {
    scan.door = domain::public_ids::parse_event(*name);
    if (!scan.door) {
      scan.door = in.engine.directory()->event_of_slug(*name);
    }
    if (!scan.door) {
      body.fault("event_id", "no event has this id or slug");
    }
  }
  return scan;
}

/// What is to be asked of which event, or the result when nobody needs to be asked.
struct judged {
  std::string result; ///< JSON; empty: `what` is to be asked
  domain::event_id event;
  domain::command what;
};

auto result_text(std::string_view result, std::string_view ticket, std::string_view reason) -> std::string {
  std::string text;
  json_writer out{text};
  write_scan_result(out, result, ticket, reason);
  return text;
}

auto judge(const reported& scan, const principal& who, const context& in) -> judged {
  const auto read = in.tickets->verify(scan.code);
  if (!read) {
    return {result_text("invalid", {}, tickets::name_of(read.error())), {}, {}};
  }
  const auto ticket = in.ids.parse_ticket(read->ticket_id);
  if (!ticket) {
    return {result_text("invalid", {}, "unknown_ticket"), {}, {}};
  }
  if (scan.door && *scan.door != ticket->event) {
    return {result_text("wrong_event", {}, {}), {}, {}};
  }
  domain::admit_ticket admit{.ticket = {ticket->order, ticket->index},
                             .serial = read->serial,
                             .gate = scan.gate,
                             .nonce = scan_nonce(in, who.organisation, scan.nonce),
                             .at = scan.at};
  return {{}, ticket->event, {.by = caller_of(who, caller::kind::organiser), .id = {}, .body = std::move(admit)}};
}

void take_scan(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  const auto scan = read_scan(*body, in);
  if (!body_is_sound(ex, document)) {
    return;
  }
  auto judged = judge(scan, ex.who(), in);
  if (!judged.result.empty()) {
    static_cast<void>(ex.json());
    ex.answer().body() = std::move(judged.result);
    return;
  }
  const auto meta = meta_of(ex);
  in.engine.submit(judged.event, std::move(judged.what), meta, reply_to(ex, in));
}

/// The earliest first by the device's clock; those without a time last, as they were sent.
void sort_by_time(std::vector<std::pair<std::size_t, reported>>& scans) {
  std::ranges::stable_sort(scans, [](const auto& a, const auto& b) {
    return b.second.at ? a.second.at && *a.second.at < *b.second.at : a.second.at.has_value();
  });
}

void take_batch(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  std::vector<std::pair<std::size_t, reported>> scans;
  for (const auto item : body->array("scans", 1, scans_per_batch_max)) {
    const auto place = scans.size();
    scans.emplace_back(place, read_scan(item.object(), in));
  }
  if (!body_is_sound(ex, document)) {
    return;
  }
  sort_by_time(scans);
  std::vector<scan_batch::scan> all;
  all.reserve(scans.size());
  for (auto& [place, scan] : scans) {
    auto judged = judge(scan, ex.who(), in);
    all.push_back({place, std::move(scan.nonce), std::move(judged.result), judged.event, std::move(judged.what)});
  }
  const auto meta = meta_of(ex);
  std::make_shared<scan_batch>(in.engine, meta, ex.defer())->run(std::move(all));
}

void undo_scan(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  const auto text = body->text("ticket_id", {.bytes_min = 1, .bytes_max = event_name_bytes_max});
  const auto ticket = in.ids.parse_ticket(text);
  if (!ticket && !text.empty()) {
    body->fault("ticket_id", "the id of a ticket");
  }
  const auto nonce = read_nonce(*body);
  if (!body_is_sound(ex, document) || !ticket) {
    return;
  }
  const auto name = scan_nonce(in, ex.who().organisation, nonce);
  domain::command what{.by = caller_of(ex.who(), caller::kind::organiser),
                       .id = {},
                       .body = domain::undo_admission{{ticket->order, ticket->index}, name}};
  const auto meta = meta_of(ex);
  in.engine.submit(ticket->event, std::move(what), meta, reply_to(ex, in));
}

void write_revocations(exchange& of, const context& in, domain::event_id event,
                       const projections::views::revocation_page& page) {
  std::string id;
  domain::public_ids::append(id, event);
  auto out = of.json();
  out.begin_object().member("event_id", std::string_view{id}).key("items").begin_array();
  for (const auto& one : page.lines) {
    for (const auto ticket : one.tickets) {
      id.clear();
      in.ids.append_ticket(id, event, one.order, ticket);
      out.begin_object().member("ticket_id", std::string_view{id}).member("serial_below", one.below).end_object();
    }
  }
  out.end_array().member("seq", page.seq).member("more", page.more).end_object();
}

/// `?since=`, 0 when absent; answers 400 and returns nothing when it is no number.
auto revoked_since(exchange& of) -> std::optional<std::uint64_t> {
  const auto text = of.query("since");
  if (!text) {
    return 0;
  }
  std::uint64_t since = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), since);
  if (failed != std::errc{} || end != text->data() + text->size()) {
    of.refuse(problem_kind::invalid_query, {.detail = "since is a sequence number"});
    return std::nullopt;
  }
  return since;
}

void list_revocations(exchange& ex, const context& in) {
  const auto since = only_queries(ex, {"since", "limit"}) ? revoked_since(ex) : std::nullopt;
  const auto limit = since ? limit_of(ex, revocations_per_page) : std::nullopt;
  const auto event = limit ? event_of(ex, in) : std::nullopt;
  if (!event) {
    return;
  }
  const auto its = in.views.event(*event);
  if (!its || its->organisation != ex.who().organisation) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto page = in.views.revocations(*event, *since, *limit);
  if (!page) {
    ex.refuse(problem_kind::projection_behind);
    return;
  }
  // An order of a thousand tickets is one revocation: their ids are worked out beside the I/O threads.
  auto to = std::make_shared<deferred>(ex.defer());
  if (!in.views.run_aside([to, &in, event = *event, page = *std::move(page)] {
        write_revocations(**to, in, event, page);
        to->complete();
      })) {
    (*to)->refuse(problem_kind::overloaded);
    to->complete();
  }
}

} // namespace

void add_scans(router& table, const context& in) {
  constexpr auto door = permission::key(domain::key_scope::scan);
  table.add(
      {.verb = method::post, .pattern = "/v1/scans", .who = door, .rate = rate_class::act, .run = with(in, take_scan)});
  table.add({.verb = method::post,
             .pattern = "/v1/scans/batch",
             .who = door,
             .body_bytes_max = batch_bytes_max,
             .rate = rate_class::act,
             .aside_above_bytes = 0,
             .run = with(in, take_batch)});
  table.add({.verb = method::post,
             .pattern = "/v1/scans/undo",
             .who = door,
             .rate = rate_class::act,
             .run = with(in, undo_scan)});
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/revocations",
             .who = permission::key(domain::key_scope::scan | domain::key_scope::organise),
             .rate = rate_class::view,
             .run = with(in, list_revocations)});
}

} // namespace holdfast::http::routes
