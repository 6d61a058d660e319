#include "http/routes/context.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

/// The process is up and its I/O threads answer.
void answer_health(exchange& ex) {
  if (only_queries(ex, {})) {
    ex.json().begin_object().member("status", "ok").end_object();
  }
}

void write_reasons(json_writer& out, const actors::readiness& state) {
  out.key("reasons").begin_array();
  for (const auto& reason : state.reasons) {
    out.value(std::string_view{reason});
  }
  out.end_array();
}

void answer_readiness(exchange& ex, const context& in) {
  if (!only_queries(ex, {})) {
    return;
  }
  const auto state = in.engine.ready();
  if (state.ready) {
    ex.json().begin_object().member("ready", true).end_object();
    return;
  }
  ex.refuse(problem_kind::not_ready, {}, [&](json_writer& out) {
    out.member("ready", false);
    write_reasons(out, state);
  });
}

void answer_metrics(exchange& ex, const context& in) {
  if (!only_queries(ex, {})) {
    return;
  }
  ex.answer().status(200);
  ex.answer().content_type(media::metrics);
  ex.answer().body() = in.metrics.text();
}

void answer_backup(exchange& ex, const actors::engine_port::backup_result& made, domain::instant now) {
  if (!made.ok) {
    ex.refuse(problem_kind::unavailable, {.detail = made.detail});
    return;
  }
  const auto name = std::filesystem::path{made.detail}.filename().string();
  auto out = ex.json(201);
  out.begin_object()
      .member("backup_id", std::string_view{name})
      .member("path", std::string_view{made.detail})
      .member("cursor", std::string_view{made.cursor});
  out.key("created_at").time(now.unix_ms).end_object();
}

/// A copy of everybody's journal: for the organisation that runs the server.
void make_backup(exchange& ex, const context& in) {
  if (ex.who().organisation != actors::engine_port::root_organisation()) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  if (!has_no_fields(ex)) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.engine.backup([to, &engine = in.engine](const actors::engine_port::backup_result& made) {
    answer_backup(**to, made, engine.now());
    to->complete();
  });
}

} // namespace

void add_operations(router& table, const context& in) {
  constexpr auto probe = permission::credential_free();
  table.add(
      {.verb = method::get, .pattern = "/healthz", .who = probe, .rate = rate_class::exempt, .run = answer_health});
  table.add({.verb = method::get,
             .pattern = "/readyz",
             .who = probe,
             .rate = rate_class::exempt,
             .run = with(in, answer_readiness)});
  table.add(
      {.verb = method::get, .pattern = "/metrics", .who = probe, .negotiates = true, .run = with(in, answer_metrics)});
  table.add({.verb = method::post,
             .pattern = "/v1/admin/backup",
             .who = permission::key(domain::key_scope::admin),
             .rate = rate_class::act,
             .run = with(in, make_backup)});
}

} // namespace holdfast::http::routes
