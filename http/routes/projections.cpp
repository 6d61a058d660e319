#include "http/routes/context.hpp"

#include <string>
#include <string_view>

namespace holdfast::http::routes {

namespace {

/// Views hold everybody's events: they are for the organisation that runs the server.
auto may_rebuild(exchange& ex) -> bool {
  if (ex.who().organisation == actors::engine_port::root_organisation()) {
    return true;
  }
  ex.refuse(problem_kind::not_found);
  return false;
}

void list_projections(exchange& ex, const context& in) {
  if (!only_queries(ex, {}) || !may_rebuild(ex)) {
    return;
  }
  auto out = ex.json();
  out.begin_object().key("items").begin_array();
  for (const auto& its : in.engine.projections()) {
    out.begin_object()
        .member("projection", std::string_view{its.name})
        .member("state", std::string_view{its.state})
        .member("caught_up", its.caught_up)
        .member("lag_ms", its.lag.count)
        .member("commands", its.commands)
        .member("rebuilding", its.rebuilding)
        .member("checkpoints_ended", its.checkpoints_ended);
    if (!its.reason.empty()) {
      out.member("reason", std::string_view{its.reason});
    }
    out.end_object();
  }
  out.end_array().key("next_cursor");
  out.null();
  out.end_object();
}

void rebuild_projection(exchange& ex, const context& in) {
  if (!may_rebuild(ex) || !has_no_fields(ex)) {
    return;
  }
  const std::string name{ex.parameter("projection")};
  switch (in.engine.rebuild_projection(name)) {
  case actors::engine_port::rebuild_outcome::begun:
    ex.json(202).begin_object().member("projection", std::string_view{name}).member("rebuilding", true).end_object();
    return;
  case actors::engine_port::rebuild_outcome::under_way:
    ex.refuse(problem_kind::request_in_progress, {.detail = "this projection is being rebuilt already"});
    return;
  case actors::engine_port::rebuild_outcome::unknown: ex.refuse(problem_kind::not_found); return;
  case actors::engine_port::rebuild_outcome::no_journal: ex.refuse(problem_kind::journal_unavailable); return;
  }
}

} // namespace

void add_projections(router& table, const context& in) {
  constexpr auto admin = permission::key(domain::key_scope::admin);
  table.add({.verb = method::get, .pattern = "/v1/admin/projections", .who = admin, .run = with(in, list_projections)});
  table.add({.verb = method::post,
             .pattern = "/v1/admin/projections/{projection}/rebuild",
             .who = admin,
             .rate = rate_class::act,
             .run = with(in, rebuild_projection)});
}

} // namespace holdfast::http::routes
