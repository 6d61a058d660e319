#include "tools/bench/stalled_gateway.hpp"

#include <string>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr auto gateway_start_patience = std::chrono::seconds{20};
/// So that what waits longest is still waited for.
constexpr auto longer_than_the_stall = std::chrono::seconds{30};
constexpr double no_limit_per_s = 100'000;

} // namespace

auto stalled_gateway::start(const bench_context& context, std::chrono::milliseconds stall)
    -> tl::expected<stalled_gateway, failure> {
  auto data = context.room.below("gateway");
  const auto script = context.room.below("gateway-faults.json");
  const nlohmann::json rule = {{"name", "stalled"}, {"on", "confirm"}, {"do", "wait"}, {"ms", stall.count()}};
  const nlohmann::json faults = {{"seed", 1}, {"rules", {rule}}};
  if (auto written = write_private_file(script, faults.dump()); !written) {
    return tl::unexpected{written.error()};
  }
  const auto port = free_port();
  auto process = child_process::start({.command = {context.settings.program, "gateway", "--data", data, "--listen",
                                                   "127.0.0.1:" + std::to_string(port), "--faults", script},
                                       .user = std::nullopt,
                                       .log = data.string() + ".log",
                                       .environment = {},
                                       .directory = {}});
  if (!process) {
    return tl::unexpected{process.error()};
  }
  if (!wait_until(*process, gateway_start_patience, [port] { return accepts_connections(port); })) {
    return tl::unexpected{failure{"holdfast gateway did not become ready: " + process->last_words()}};
  }
  return stalled_gateway{std::move(*process), port, std::move(data), stall};
}

auto stalled_gateway::server_settings(std::size_t payments) const -> nlohmann::json {
  const auto patience = (stall_ + longer_than_the_stall).count();
  return {{"url", "http://127.0.0.1:" + std::to_string(port_)},
          {"key_file", (data_ / "secret.key").string()},
          {"calls_max", payments},
          {"requests_per_second_max", no_limit_per_s},
          {"request_timeout_ms", patience},
          {"call_deadline_ms", patience}};
}

} // namespace holdfast::tools::bench
