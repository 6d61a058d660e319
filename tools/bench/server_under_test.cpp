#include "tools/bench/server_under_test.hpp"

#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/hall.hpp"
#include "tools/bench/random.hpp"
#include "tools/bench/setup_traffic.hpp"

#include <charconv>
#include <sstream>
#include <string_view>

namespace holdfast::tools::bench {

namespace {

constexpr std::size_t setup_connections = 32;
/// Short against every start that is waited for, long enough not to be a load.
constexpr auto ready_pause = std::chrono::milliseconds{25};

[[nodiscard]] auto post_request(std::string_view target, std::string_view bearer, const std::string& key,
                                const std::string& body) -> std::string {
  std::string request;
  request.append("POST ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!bearer.empty()) {
    request.append("Authorization: Bearer ").append(bearer).append("\r\n");
  }
  if (!key.empty()) {
    request.append("Idempotency-Key: ").append(key).append("\r\n");
  }
  if (!body.empty()) {
    request.append("Content-Type: application/json\r\n");
  }
  return request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

[[nodiscard]] auto event_body(const std::string& venue, const std::string& name) -> nlohmann::json {
  nlohmann::json body = {{"name", name},          {"venue_id", venue}, {"starts_at", "2030-03-01T19:00:00.000Z"},
                         {"category", "concert"}, {"currency", "EUR"}, {"hold_seconds", 600},
                         {"max_per_order", 8},    {"max_per_buyer", 8}};
  body["tiers"] = nlohmann::json::array({{{"id", "seated"}, {"name", "Seated"}, {"price", 8900}}});
  return body;
}

/// Sends all requests and gives back one member of each answer.
[[nodiscard]] auto send_all(std::uint16_t port, std::vector<std::string> requests, const std::string& member)
    -> tl::expected<std::vector<std::string>, failure> {
  load_options options;
  options.port = port;
  options.connections = std::min(setup_connections, std::max<std::size_t>(requests.size(), 1));
  setup_traffic list{std::move(requests), member, options.connections};
  const auto done = run_load(options, list);
  if (!done) {
    return tl::unexpected{done.error()};
  }
  if (!list.trouble().empty()) {
    return tl::unexpected{failure{"setting up failed: " + list.trouble()}};
  }
  return std::move(list.kept());
}

} // namespace

auto server_under_test::start(const bench_context& context, const std::filesystem::path& data,
                              std::chrono::milliseconds patience) -> tl::expected<server_under_test, failure> {
  const auto port = free_port();
  launch what{.command = {context.settings.program, "serve", "--config", context.settings.config, "--data", data,
                          "--listen", "127.0.0.1:" + std::to_string(port)},
              .user = std::nullopt,
              .log = data.string() + ".log",
              .environment = {},
              .directory = {}};
  auto process = child_process::start(std::move(what));
  if (!process) {
    return tl::unexpected{process.error()};
  }
  const auto ready = [port] {
    if (!accepts_connections(port)) {
      return false;
    }
    const auto answer = api_client{port, {}}.ask("GET", "/readyz");
    return answer && answer->status == 200;
  };
  if (!wait_until(*process, patience, ready, ready_pause)) {
    return tl::unexpected{failure{"holdfast serve did not become ready: " + process->last_words()}};
  }
  auto key = read_small_file(data / "admin.key");
  if (!key) {
    return tl::unexpected{key.error()};
  }
  return server_under_test{std::move(*process), port, std::move(*key)};
}

auto server_under_test::make_venue(std::uint32_t seats) const -> tl::expected<std::string, failure> {
  const nlohmann::json body = {{"name", "Hall of " + std::to_string(seats)},
                               {"city", "Graz"},
                               {"country", "AT"},
                               {"timezone", "Europe/Vienna"},
                               {"layout", hall{seats}.layout()}};
  return api().call("POST", "/v1/venues", body).map([](const nlohmann::json& answer) {
    return answer.value("venue_id", "");
  });
}

auto server_under_test::make_event(const std::string& venue, const std::string& name) const
    -> tl::expected<std::string, failure> {
  const auto made = api().call("POST", "/v1/events", event_body(venue, name));
  if (!made) {
    return tl::unexpected{made.error()};
  }
  auto id = made->value("event_id", "");
  const auto published = api().call("POST", "/v1/events/" + id + "/publish");
  if (!published) {
    return tl::unexpected{published.error()};
  }
  return id;
}

auto server_under_test::make_events(const std::string& venue, std::uint32_t count) const
    -> tl::expected<std::vector<std::string>, failure> {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < count; ++i) {
    names.push_back("Evening " + std::to_string(i + 1));
  }
  return make_events(venue, names);
}

auto server_under_test::make_events(const std::string& venue, const std::vector<std::string>& names) const
    -> tl::expected<std::vector<std::string>, failure> {
  std::vector<std::string> requests;
  for (const auto& name : names) {
    requests.push_back(post_request("/v1/events", admin_key_, random_secret(), event_body(venue, name).dump()));
  }
  auto events = send_all(port_, std::move(requests), "event_id");
  if (!events) {
    return events;
  }
  requests.clear();
  for (const auto& event : *events) {
    requests.push_back(post_request("/v1/events/" + event + "/publish", admin_key_, random_secret(), {}));
  }
  if (const auto published = send_all(port_, std::move(requests), {}); !published) {
    return tl::unexpected{published.error()};
  }
  return events;
}

auto server_under_test::make_buyers(std::size_t count) const -> tl::expected<std::vector<std::string>, failure> {
  return send_all(port_, std::vector<std::string>(count, post_request("/v1/sessions", {}, {}, {})), "token");
}

auto server_under_test::sell_half(const std::string& event, std::uint32_t seats, std::uint64_t seed) const
    -> tl::expected<std::uint32_t, failure> {
  constexpr std::uint32_t run_max = 6;
  const hall plan{seats};
  random_stream random{seed};
  std::vector<std::string> wishes;
  std::uint32_t sold = 0;
  for (std::uint32_t seat = 0; seat < seats;) {
    nlohmann::json run = nlohmann::json::array();
    bool together = true;
    for (auto left = 1 + random.below(run_max); left > 0 && together; --left, ++seat) {
      std::string label;
      plan.append_label(seat, label);
      run.push_back(std::move(label));
      together = plan.has_neighbour(seat);
    }
    if (random.below(2) == 0) {
      sold += static_cast<std::uint32_t>(run.size());
      wishes.push_back(nlohmann::json{{"seats", std::move(run)}}.dump());
    }
  }
  const auto buyers = make_buyers(wishes.size());
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    requests.push_back(post_request("/v1/events/" + event + "/holds", (*buyers)[i], random_secret(), wishes[i]));
  }
  const auto holds = send_all(port_, std::move(requests), "hold_id");
  if (!holds) {
    return tl::unexpected{holds.error()};
  }
  requests.clear();
  for (const auto& hold : *holds) {
    requests.push_back(post_request("/v1/holds/" + hold + "/confirm", admin_key_, random_secret(),
                                    R"({"payment":{"method":"cash","reference":"bench"}})"));
  }
  const auto confirmed = send_all(port_, std::move(requests), {});
  return confirmed ? tl::expected<std::uint32_t, failure>{sold} : tl::unexpected{confirmed.error()};
}

auto server_under_test::metric(const std::string& name) const -> double {
  const auto answer = api().ask("GET", "/metrics");
  double sum = 0;
  std::istringstream lines{answer ? answer->body : std::string{}};
  std::string line;
  while (std::getline(lines, line)) {
    const auto value_at = line.rfind(' ');
    if (value_at != std::string::npos && line.starts_with(name) &&
        (line[name.size()] == ' ' || line[name.size()] == '{')) {
      double value = 0;
      std::from_chars(line.data() + value_at + 1, line.data() + line.size(), value);
      sum += value;
    }
  }
  return sum;
}

} // namespace holdfast::tools::bench
