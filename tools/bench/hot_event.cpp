#include "tools/bench/hot_event.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::tools::bench {

auto sample_hold_body() -> std::string {
  return R"({"hold_id":"hld_4e1f7c0a9b2d83c65f10aa27","event_id":"evt_7c0a9b2d83c65f10","status":"held",)"
         R"("seats":[{"seat":"S12/31/17","tier":"seated","price":8900},{"seat":"S12/31/18","tier":"seated","price":8900}],)"
         R"("areas":[],"fees":0,"total":17800,"currency":"EUR","expires_at":"2030-01-01T09:10:00.000Z",)"
         R"("expires_in_ms":600000,"seq":4712})";
}

auto hot_stage::start_server(const bench_context& context) -> tl::expected<std::string, failure> {
  auto server = server_under_test::start(context, context.room.below("server"));
  if (!server) {
    return tl::unexpected{server.error()};
  }
  server_ = std::make_unique<server_under_test>(std::move(*server));
  const auto& settings = context.settings;
  auto venue = server_->make_venue(settings.seats);
  if (!venue) {
    return tl::unexpected{venue.error()};
  }
  venue_ = std::move(*venue);
  const auto event = server_->make_event(venue_, "Hot event");
  if (!event) {
    return tl::unexpected{event.error()};
  }
  auto buyers = server_->make_buyers(settings.connections + 1);
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  buyers_ = std::move(*buyers);
  // The last buyer is not part of the load: only asks what an answer looks like.
  api_client buyer{server_->port(), buyers_.back()};
  buyers_.pop_back();
  const auto hold = buyer.ask("POST", "/v1/events/" + *event + "/holds", R"({"seats":["S01/1/1","S01/1/2"]})");
  if (!hold || hold->status != 201) {
    return tl::unexpected{failure{"a first hold was not answered 201: " + (hold ? hold->body : hold.error().what)}};
  }
  const auto released = buyer.ask("DELETE", "/v1/holds/" + hold->json().value("hold_id", ""));
  if (!released || released->status != 204) {
    return tl::unexpected{failure{"a first release was not answered 204"}};
  }
  add("holdfast", {.events = {*event}, .seats = settings.seats, .tokens = buyers_, .seed = settings.seed});
  return hold->body;
}

void hot_stage::add(const std::string& name, booking_options options) {
  traffic_.push_back(std::make_unique<booking_traffic>(std::move(options)));
  subjects_.push_back({name, server_->port(), traffic_.back().get(), &server_->process()});
}

auto hot_stage::start_peers(const bench_context& context, const std::vector<peer_kind>& kinds, const std::string& body)
    -> tl::expected<void, failure> {
  const auto& settings = context.settings;
  auto peers = peer_set::start(kinds, settings.program, context.room, context.io_threads, settings.seats, body);
  if (!peers) {
    return tl::unexpected{peers.error()};
  }
  peers_ = std::make_unique<peer_set>(std::move(*peers));
  for (const auto& member : peers_->members()) {
    traffic_.push_back(std::make_unique<booking_traffic>(booking_options{
        .events = {"evt_7c0a9b2d83c65f10"}, .seats = settings.seats, .tokens = buyers_, .seed = settings.seed}));
    subjects_.push_back({std::string{peer_name(member.kind)}, member.port, traffic_.back().get(), &member.process});
  }
  return {};
}

auto hot_stage::set_up(const bench_context& context, const std::vector<peer_kind>& peers)
    -> tl::expected<hot_stage, failure> {
  hot_stage stage;
  const auto body = stage.start_server(context);
  if (!body) {
    return tl::unexpected{body.error()};
  }
  if (const auto started = stage.start_peers(context, peers, *body); !started) {
    return tl::unexpected{started.error()};
  }
  return stage;
}

auto hot_stage::set_up_peers(const bench_context& context, const std::vector<peer_kind>& peers)
    -> tl::expected<hot_stage, failure> {
  hot_stage stage;
  // As long as a session token of the server: 47 bytes of claims and a MAC, in base64.
  stage.buyers_.assign(context.settings.connections, "v1.1." + std::string(63, 'p') + "." + std::string(43, 'm'));
  if (const auto started = stage.start_peers(context, peers, sample_hold_body()); !started) {
    return tl::unexpected{started.error()};
  }
  return stage;
}

auto hot_stage::first_failure() const -> std::string {
  for (std::size_t i = 0; i < traffic_.size(); ++i) {
    if (!traffic_[i]->first_failure().empty()) {
      return subjects_[i].name + ": " + traffic_[i]->first_failure();
    }
  }
  return {};
}

auto workload_json(const std::string& name, const std::string& title, const std::vector<run_result>& runs)
    -> report_json {
  report_json out;
  out["name"] = name;
  out["title"] = title;
  out["runs"] = report_json::array();
  for (const auto& run : runs) {
    out["runs"].push_back(run_json(run));
  }
  if (!runs.empty()) {
    const auto& first = runs.front().subject;
    out["latency_us"] = {{"success", latency_json(merged(runs, first, &load_result::success_latency))},
                         {"rejection", latency_json(merged(runs, first, &load_result::rejection_latency))}};
  }
  out["ratios"] = report_json::object();
  out["facts"] = report_json::object();
  out["targets"] = report_json::array();
  out["charts"] = report_json::array();
  return out;
}

auto rate_chart(const std::string& name, const std::string& title, const std::vector<run_result>& runs) -> chart {
  chart out{.name = name,
            .title = title,
            .x_label = {},
            .y_label = "decisions a second",
            .bars = true,
            .categories = {},
            .lines = {}};
  out.lines.push_back({"median", {}});
  for (const auto& run : runs) {
    if (std::find(out.categories.begin(), out.categories.end(), run.subject) == out.categories.end()) {
      out.lines.front().points.emplace_back(static_cast<double>(out.categories.size()),
                                            median(rates_of(runs, run.subject)));
      out.categories.push_back(run.subject);
    }
  }
  return out;
}

auto check_failures(const std::vector<run_result>& runs, const std::string& first) -> std::optional<std::string> {
  std::uint64_t failures = 0;
  for (const auto& run : runs) {
    failures += run.load.failures;
  }
  if (failures == 0) {
    return std::nullopt;
  }
  return grouped(static_cast<double>(failures)) + " requests failed; the first: " + first;
}

} // namespace holdfast::tools::bench
