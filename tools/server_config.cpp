#include "tools/server_config.hpp"

#include "http/origin.hpp"
#include "tools/config_reader.hpp"
#include "tools/door_config.hpp"
#include "tools/notification_config.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <utility>

namespace holdfast::tools {

namespace {

using nlohmann::json;

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;
constexpr std::int64_t count_max = 1'000'000;

void read_ms(config_reader& in, std::string_view key, std::int64_t min, std::int64_t max,
             std::chrono::milliseconds& to) {
  auto value = static_cast<std::int64_t>(to.count());
  in.integer(key, min, max, value);
  to = std::chrono::milliseconds{value};
}

void read_seconds(config_reader& in, std::string_view key, std::int64_t min, std::int64_t max, domain::millis& to) {
  auto value = to.count / 1000;
  in.integer(key, min, max, value);
  to = domain::seconds(value);
}

void read_rule(config_reader& in, const std::string& name, http::rate_rule& to) {
  in.real(name + "_per_second", 0, 1e9, to.per_second);
  in.real(name + "_burst", 1, 1e9, to.burst);
}

void read_tls(config_reader& outer, http::tls_options& to) {
  config_reader in{outer.object("tls"), outer.place_of("tls"), outer.faults()};
  in.text("certificate_file", to.certificate_file);
  in.text("key_file", to.key_file);
  in.text("client_authority_file", to.client_authority_file);
  if (to.certificate_file.empty() != to.key_file.empty() ||
      (to.certificate_file.empty() && !to.client_authority_file.empty())) {
    outer.faults().push_back(in.place_of("certificate_file") + " and " + in.place_of("key_file") +
                             " go together, and client_authority_file needs both");
  }
}

void read_http(config_reader& outer, http::server_options& to) {
  config_reader in{outer.object("http"), outer.place_of("http"), outer.faults()};
  in.number_of("io_threads", 1, 64, to.io_threads);
  in.number_of("listen_backlog", 1, 65'535, to.listen_backlog);
  in.number_of("connections_max", 1, count_max, to.connections_max);
  in.number_of("connections_per_address_max", 1, count_max, to.connections_per_address_max);
  read_ms(in, "header_deadline_ms", 1, day_ms, to.phases.header);
  read_ms(in, "body_deadline_ms", 1, day_ms, to.phases.body);
  read_ms(in, "write_deadline_ms", 1, day_ms, to.phases.write);
  read_ms(in, "idle_deadline_ms", 1, day_ms, to.phases.idle);
  in.texts("trusted_proxies", to.trusted_proxies);
  in.texts("allowed_origins", to.allowed_origins);
  if (!std::all_of(to.allowed_origins.begin(), to.allowed_origins.end(), http::is_origin)) {
    outer.faults().push_back(in.place_of("allowed_origins") +
                             " must be origins such as https://tickets.example: small letters, no path, no usual port");
  }
  read_tls(in, to.tls);
}

void read_live(config_reader& outer, server_config& to) {
  config_reader in{outer.object("live"), outer.place_of("live"), outer.faults()};
  in.number_of("viewers_max", 0, count_max, to.live.viewers_max);
  in.number_of("viewers_per_address_max", 0, count_max, to.live.viewers_per_address_max);
  read_ms(in, "ping_every_ms", 1, day_ms, to.http.phases.stream);
}

void read_rates(config_reader& outer, http::rate_limits& to) {
  config_reader in{outer.object("rates"), outer.place_of("rates"), outer.faults()};
  read_rule(in, "address_view", to.address_view);
  read_rule(in, "address_act", to.address_act);
  read_rule(in, "address_session", to.address_session);
  read_rule(in, "buyer", to.buyer);
  read_rule(in, "key", to.key);
  read_rule(in, "address_code", to.address_code);
  read_rule(in, "buyer_code", to.buyer_code);
  in.number_of("buckets_max", 1'024, 16 * count_max, to.buckets_max);
}

void read_log(config_reader& outer, server_config& to) {
  config_reader in{outer.object("log"), outer.place_of("log"), outer.faults()};
  in.text("level", to.log_level);
  in.number_of("sample_one_in", 0, count_max, to.http.log.sample_one_in);
  in.number_of("sample_client_errors_one_in", 0, count_max, to.http.log.sample_client_errors_one_in);
  read_ms(in, "slow_ms", 1, day_ms, to.http.log.slow);
  constexpr std::array levels{"trace", "debug", "info", "warn", "error"};
  if (std::find(levels.begin(), levels.end(), to.log_level) == levels.end()) {
    outer.faults().push_back(in.place_of("level") + " must be trace, debug, info, warn or error");
  }
}

void read_engine(config_reader& outer, actors::engine_options& to) {
  config_reader in{outer.object("engine"), outer.place_of("engine"), outer.faults()};
  in.number_of("worker_threads", 1, 64, to.workers);
  in.number_of("inflight_per_event_max", 1, count_max, to.inflight_per_event_max);
  read_seconds(in, "passivate_after_seconds", 1, 7 * day_ms, to.passivate_after);
  in.number_of("snapshot_every_records", 1'000, 1'000 * count_max, to.snapshot_every_records);
  in.number_of("past_facts_max", 1'000, 1'000 * count_max, to.past_facts_max);
  read_seconds(in, "clock_jump_max_seconds", 60, 1'000 * day_ms, to.clock_jump_max);
  read_seconds(in, "drain_max_seconds", 1, 3'600, to.drain_max);
}

void read_journal(config_reader& outer, server_config& to) {
  config_reader in{outer.object("journal"), outer.place_of("journal"), outer.faults()};
  auto marks = to.marks_directory.string();
  in.text("marks_directory", marks);
  to.marks_directory = marks;
  in.number_of("ballast_bytes", 0, INT64_MAX, to.disk.ballast_bytes);
  in.real("no_new_holds_below_free_ratio", 0, 1, to.disk.no_new_holds_below);
  in.real("settle_only_below_free_ratio", 0, 1, to.disk.settle_only_below);
  if (to.disk.settle_only_below > to.disk.no_new_holds_below) {
    outer.faults().push_back(in.place_of("settle_only_below_free_ratio") +
                             " must not be above no_new_holds_below_free_ratio");
  }
  in.number_of("read_threads", 1, 64, to.read_threads);
  in.number_of("backups_kept", 1, 1'000, to.engine.backups_kept);
}

void read_traces(config_reader& outer, tracing::export_options& to) {
  config_reader in{outer.object("traces"), outer.place_of("traces"), outer.faults()};
  in.text("endpoint", to.endpoint);
  in.text("headers_file", to.headers_file);
  in.text("authority_file", to.authority_file);
  in.text("service_name", to.service_name);
  in.text("service_instance", to.service_instance);
  in.real("sample_ratio", 0, 1, to.sampling.ratio);
  in.real("asked_per_second_max", 0, count_max, to.sampling.asked_per_second_max);
  in.number_of("queue_spans_max", 1, count_max, to.queue_spans_max);
  in.number_of("batch_spans_max", 1, 8'192, to.batch_spans_max);
  read_ms(in, "batch_delay_ms", 1, day_ms, to.batch_delay);
  read_ms(in, "send_deadline_ms", 1, day_ms, to.send_deadline);
  read_ms(in, "retry_for_ms", 0, day_ms, to.retry_for);
  read_ms(in, "flush_deadline_ms", 0, 60'000, to.flush_deadline);
  if (to.batch_spans_max > to.queue_spans_max) {
    outer.faults().push_back(in.place_of("batch_spans_max") + " must not be above queue_spans_max");
  }
  if (to.service_name.empty()) {
    outer.faults().push_back(in.place_of("service_name") + " must not be empty");
  }
  if (to.endpoint.empty()) {
    if (!to.headers_file.empty() || !to.authority_file.empty()) {
      outer.faults().push_back(in.place_of("headers_file") + " and authority_file need an endpoint");
    }
    return;
  }
  if (auto checked = tracing::check_endpoint(to.endpoint)) {
    to.endpoint = std::move(*checked);
  } else {
    outer.faults().push_back(in.place_of("endpoint") + " " + checked.error());
  }
}

void read_payments(config_reader& outer, server_config& to) {
  config_reader in{outer.object("payments"), outer.place_of("payments"), outer.faults()};
  auto& gateway = to.gateway;
  auto key = gateway.key_file.string();
  in.text("url", gateway.url);
  in.text("key_file", key);
  gateway.key_file = key;
  in.text("authority_file", gateway.authority_file);
  in.text("webhook_secret_file", to.notification_secret_file);
  read_ms(in, "connect_timeout_ms", 1, 60'000, gateway.connect_timeout);
  read_ms(in, "request_timeout_ms", 1, 120'000, gateway.request_timeout);
  read_ms(in, "call_deadline_ms", 1, 600'000, gateway.call_deadline);
  in.number_of("calls_max", 1, 10'000, gateway.calls_max);
  read_ms(in, "circuit_open_first_ms", 1, 60'000, gateway.breaker.open_first);
  read_ms(in, "circuit_open_longest_ms", 1, 600'000, gateway.breaker.open_max);
  in.real("requests_per_second_max", 0.1, 100'000, gateway.requests_per_s);
  in.number_of("payment_timeout_ms", 1'000, day_ms, to.engine.checkout.payment_timeout.count);
  read_ms(in, "answer_within_ms", 1, 60'000, to.engine.checkout.answer_within);
  read_ms(in, "retry_first_ms", 1, 60'000, to.engine.checkout.retry_first);
  read_ms(in, "retry_longest_ms", 1, 600'000, to.engine.checkout.retry_max);
  if (auto checked = payments::stripe::check_url(gateway.url)) {
    gateway.url = std::move(*checked);
  } else {
    outer.faults().push_back(in.place_of("url") + " " + checked.error());
  }
}

void read_scoring(config_reader& outer, server_config& to) {
  config_reader in{outer.object("scoring"), outer.place_of("scoring"), outer.faults()};
  auto& hook = to.scoring;
  in.text("url", hook.url);
  in.text("secret_file", to.scoring_secret_file);
  in.text("authority_file", hook.authority_file);
  read_ms(in, "timeout_ms", 1, 30'000, hook.timeout);
  in.number_of("in_flight_max", 1, 10'000, hook.in_flight_max);
  if (hook.url.empty() != to.scoring_secret_file.empty()) {
    outer.faults().push_back(in.place_of("url") + " and " + in.place_of("secret_file") + " go together");
  }
  if (hook.url.empty()) {
    return;
  }
  if (const auto checked = payments::stripe::check_hook_url(hook.url); !checked) {
    outer.faults().push_back(in.place_of("url") + " " + checked.error());
  }
}

void read_receipts(config_reader& outer, http::receipt_settings& to) {
  config_reader in{outer.object("receipts"), outer.place_of("receipts"), outer.faults()};
  in.text("seller", to.seller);
  in.texts("seller_address", to.seller_address);
  in.text("tax_number", to.tax_number);
  in.text("tax_name", to.tax_name);
  in.number_of("tax_basis_points", 0, tickets::tax_basis_points_max, to.tax_basis_points);
  std::string rounding{to.rounding == tickets::tax_rounding::per_line ? "per_line" : "per_total"};
  in.text("tax_rounding", rounding);
  to.rounding = rounding == "per_total" ? tickets::tax_rounding::per_total : tickets::tax_rounding::per_line;
  if (rounding != "per_line" && rounding != "per_total") {
    outer.faults().push_back(in.place_of("tax_rounding") + " must be per_line or per_total");
  }
  in.text("note", to.note);
}

void read_all(const json& document, server_config& to, std::vector<std::string>& faults) {
  config_reader in{document, "", faults};
  auto data = to.data_directory.string();
  in.text("data_directory", data);
  to.data_directory = data;
  std::string listen;
  in.text("listen", listen);
  if (!listen.empty() && !set_listen(listen, to.http)) {
    faults.emplace_back("listen must be ADDRESS:PORT");
  }
  in.number_of("session_lifetime_ms", 60'000, 400 * day_ms, to.session_lifetime_ms);
  read_http(in, to.http);
  read_live(in, to);
  read_rates(in, to.http.rates);
  read_door(in, to);
  read_log(in, to);
  read_engine(in, to.engine);
  read_journal(in, to);
  read_traces(in, to.traces);
  read_payments(in, to);
  read_scoring(in, to);
  read_receipts(in, to.receipts);
  read_mail(in, to);
  read_webhooks(in, to.notifications.webhooks);
}

} // namespace

auto read_config(const std::filesystem::path& file) -> tl::expected<server_config, std::vector<std::string>> {
  std::ifstream stream{file};
  if (!stream) {
    return tl::unexpected{std::vector<std::string>{"cannot read " + file.string()}};
  }
  const auto document = json::parse(stream, nullptr, false, true);
  if (document.is_discarded()) {
    return tl::unexpected{std::vector<std::string>{file.string() + " is not valid JSON"}};
  }
  server_config config;
  std::vector<std::string> faults;
  read_all(document, config, faults);
  if (!faults.empty()) {
    return tl::unexpected{std::move(faults)};
  }
  return config;
}

auto set_listen(std::string_view text, http::server_options& to) -> bool {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  auto address = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || digits.empty()) {
    return false;
  }
  to.address = address;
  to.port = port;
  return true;
}

auto describe(const server_config& config) -> std::string {
  const auto& http = config.http;
  return json{{"data_directory", config.data_directory.string()},
              {"listen", http.address + ":" + std::to_string(http.port)},
              {"io_threads", http.io_threads},
              {"worker_threads", config.engine.workers},
              {"tls", !http.tls.certificate_file.empty()},
              {"client_certificates", !http.tls.client_authority_file.empty()},
              {"connections_max", http.connections_max},
              {"inflight_per_event_max", config.engine.inflight_per_event_max},
              {"passivate_after_seconds", config.engine.passivate_after.count / 1000},
              {"snapshot_every_records", config.engine.snapshot_every_records},
              {"past_facts_max", config.engine.past_facts_max},
              {"backups_kept", config.engine.backups_kept},
              {"clock_jump_max_seconds", config.engine.clock_jump_max.count / 1000},
              {"payments", config.gateway.key_file.empty() ? "" : config.gateway.url},
              {"scoring", config.scoring.url},
              {"captcha", config.captcha.url},
              {"mail", config.notifications.mail.route.url},
              {"traces", config.traces.endpoint},
              {"traces_sample_ratio", config.traces.sampling.ratio},
              {"log_level", config.log_level}}
      .dump();
}

} // namespace holdfast::tools
