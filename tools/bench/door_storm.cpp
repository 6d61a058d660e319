#include "tools/bench/door_storm.hpp"

#include "tools/bench/waiting_crowd.hpp"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

constexpr std::size_t storm_connections = 64;
/// What is answered at the end of a run is answered with everything else still there.
constexpr auto beyond = std::chrono::milliseconds{250};
/// A storm without an end of its own comes in pieces.
constexpr auto piece = std::chrono::milliseconds{500};

} // namespace

auto door_storm::set_up(const server_under_test& server, const std::string& event, const storm_options& options)
    -> tl::expected<std::unique_ptr<door_storm>, failure> {
  const auto there = server.make_buyers(options.waiting);
  const auto tickets = there ? join_all(server, event, *there) : tl::unexpected{there.error()};
  auto joining = tickets ? server.make_buyers(options.joining) : tl::unexpected{tickets.error()};
  if (!joining) {
    return tl::unexpected{joining.error()};
  }
  storm_traffic::options traffic{.event = event,
                                 .joining = std::move(*joining),
                                 .looks = looks_of(event, *there, *tickets),
                                 .requests_a_join = options.requests_a_join,
                                 .connections = storm_connections};
  return std::unique_ptr<door_storm>{new door_storm{server.port(), options, std::move(traffic)}};
}

auto door_storm::during(std::chrono::nanoseconds lasting,
                        const std::function<tl::expected<run_result, failure>()>& main)
    -> tl::expected<run_result, failure> {
  load_options how;
  how.port = port_;
  how.connections = storm_connections;
  how.pace = pacing::poisson;
  how.rate_per_s = options_.requests_per_s;
  how.seed = options_.seed;
  const bool bounded = lasting.count() > 0;
  how.duration = bounded ? lasting + beyond : std::chrono::nanoseconds{piece};
  std::atomic<bool> over{false};
  std::string broke;
  auto result = [&] {
    const std::jthread storming{[&] {
      do {
        const auto came = run_load(how, traffic_);
        if (!came) {
          broke = came.error().what;
          return;
        }
        latency_.add(came->success_latency);
        failures_ += came->failures;
      } while (!bounded && !over.load());
    }};
    auto done = main();
    over.store(true);
    return done;
  }();
  if (!broke.empty()) {
    return tl::unexpected{failure{"the storm at the door: " + broke}};
  }
  return result;
}

auto door_storm::facts() const -> report_json {
  return {{"requests a second", options_.requests_per_s},
          {"joined", traffic_.joined()},
          {"looked", traffic_.looked()},
          {"latency_us of both", latency_json(latency_)}};
}

auto door_storm::trouble() const -> std::string {
  return failures_ == 0
             ? std::string{}
             : std::to_string(failures_) + " requests of the storm failed; the first: " + traffic_.first_failure();
}

} // namespace holdfast::tools::bench
