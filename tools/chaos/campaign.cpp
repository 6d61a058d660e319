#include "tools/chaos/campaign.hpp"

#include "tools/http_client.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>
#include <utility>

namespace holdfast::tools::chaos {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr auto start_patience = std::chrono::seconds{60};
constexpr auto death_patience = std::chrono::seconds{60};
constexpr std::uint64_t acknowledged_min = 50;
constexpr std::size_t repeated_max = 100;
constexpr unsigned created = 201;
constexpr unsigned ok = 200;

auto state_of(const std::string& text) -> seat_state {
  return text == "held" ? seat_state::held : text == "sold" ? seat_state::sold : seat_state::available;
}

/// Load on loopback: nothing may be refused for its rate.
constexpr auto server_config = R"({"http":{"connections_per_address_max":4096},
"rates":{"address_view_per_second":0,"address_act_per_second":0,"address_session_per_second":0,"buyer_per_second":0,"key_per_second":0},
"log":{"level":"warn","sample_one_in":0,"sample_client_errors_one_in":0},
"engine":{"snapshot_every_records":1000,"passivate_after_seconds":2},
"journal":{"ballast_bytes":0,"no_new_holds_below_free_ratio":0.01,"settle_only_below_free_ratio":0.005}})";

} // namespace

campaign::campaign(campaign_options options) : options_{std::move(options)} {
  std::filesystem::create_directories(options_.directory);
  std::ofstream{options_.directory / "serve.json"} << server_config;
}

auto campaign::prepare_disk() -> tl::expected<void, std::string> {
  if (!options_.power_cuts) {
    return {};
  }
  auto made = loop_disk::make(options_.directory);
  if (!made) {
    return tl::unexpected{made.error()};
  }
  disk_.emplace(std::move(*made));
  return {};
}

auto campaign::end_server() -> bool {
  const bool cut = disk_ && disk_->cut();
  server_->kill();
  return !disk_ || (cut && disk_->power_on());
}

auto campaign::start_server(const std::string& failpoint) -> tl::expected<void, std::string> {
  port_ = bench::free_port();
  bench::launch what;
  what.command = {options_.program.string(),
                  "serve",
                  "--config",
                  (options_.directory / "serve.json").string(),
                  "--data",
                  data().string(),
                  "--listen",
                  "127.0.0.1:" + std::to_string(port_)};
  what.log = options_.directory / "server.log";
  if (options_.skip_syncs) {
    what.environment.emplace_back("HOLDFAST_FAILPOINT", "skip-syncs");
  } else if (!failpoint.empty()) {
    what.environment.emplace_back("HOLDFAST_FAILPOINT", failpoint);
  }
  auto started = bench::child_process::start(std::move(what));
  if (!started) {
    return tl::unexpected{"the server cannot be started: " + started.error().what};
  }
  server_.emplace(std::move(*started));
  return {};
}

auto campaign::key_prefix() const -> std::string {
  return "chaos-" + std::to_string(options_.seed) + "-";
}

auto campaign::call(const std::string& method, const std::string& target, const std::string& body,
                    const std::string& key) -> std::optional<chaos_reply> {
  connection link{port_};
  return link.ask({.method = method, .target = target, .bearer = admin_key_, .idempotency_key = key, .body = body});
}

auto campaign::wait_until_serving() -> bool {
  return bench::wait_until(*server_, start_patience, [this] {
    const auto reply = call("GET", "/readyz", {}, {});
    return reply && reply->status == ok;
  });
}

/// The venue, and a session for each client.
auto campaign::prepare_once() -> tl::expected<void, std::string> {
  auto key = read_key_file((data() / "admin.key").string());
  if (!key) {
    return tl::unexpected{key.error()};
  }
  admin_key_ = *key;
  const json row{{"name", "1"}, {"first", 1}, {"count", options_.seats}, {"x", 0}, {"y", 0},
                 {"pitch", 5},  {"angle", 0}};
  const json section{{"name", "A"}, {"tier", "one"}, {"rows", json::array({row})}};
  const json venue{{"name", "Hall"},
                   {"city", "Graz"},
                   {"country", "AT"},
                   {"timezone", "Europe/Vienna"},
                   {"layout", {{"sections", json::array({section})}, {"areas", json::array()}}}};
  const auto made = call("POST", "/v1/venues", venue.dump(), key_prefix() + "venue");
  if (!made || made->status != created) {
    return tl::unexpected{"the venue could not be made: " + (made ? made->body : "no answer")};
  }
  for (std::size_t seat = 1; seat <= options_.seats; ++seat) {
    labels_.push_back("A/1/" + std::to_string(seat));
  }
  connection link{port_};
  while (tokens_.size() < options_.clients) {
    const auto session =
        link.ask({.method = "POST", .target = "/v1/sessions", .bearer = {}, .idempotency_key = {}, .body = "{}"});
    if (!session || session->status != created) {
      return tl::unexpected{"no session: " + (session ? session->body : "no answer")};
    }
    tokens_.push_back(json::parse(session->body).at("token").get<std::string>());
  }
  venue_ = json::parse(made->body).at("venue_id").get<std::string>();
  return {};
}

/// A new event for the cycle.
auto campaign::prepare(std::uint32_t number) -> tl::expected<arena, std::string> {
  if (venue_.empty()) {
    if (auto once = prepare_once(); !once) {
      return tl::unexpected{once.error()};
    }
  }
  const json tier{{"id", "one"}, {"name", "One"}, {"price", 1000}};
  const json event{{"name", "Fight"},      {"venue_id", venue_},
                   {"category", "test"},   {"starts_at", "2030-01-01T19:00:00.000Z"},
                   {"currency", "EUR"},    {"tiers", json::array({tier})},
                   {"hold_seconds", 3600}, {"max_per_order", 8},
                   {"max_per_buyer", 1000}};
  const auto key = key_prefix() + "event-" + std::to_string(number);
  const auto made = call("POST", "/v1/events", event.dump(), key);
  if (!made || made->status != created) {
    return tl::unexpected{"the event could not be made: " + (made ? made->body : "no answer")};
  }
  const auto id = json::parse(made->body).at("event_id").get<std::string>();
  const auto published = call("POST", "/v1/events/" + id + "/publish", "{}", key + "-publish");
  if (!published || published->status != ok) {
    return tl::unexpected{"the event could not be published: " + (published ? published->body : "no answer")};
  }
  return arena{.port = port_, .event = id, .office_key = admin_key_, .tokens = tokens_, .seats = labels_};
}

/// Kills the server at a moment that depends on what it acknowledged, or waits until its failpoint does.
auto campaign::let_die(const crowd& crowd, const std::string& failpoint, std::uint32_t number, cycle_result& result)
    -> bool {
  std::mt19937_64 random{options_.seed * 7'919 + number};
  const auto enough = acknowledged_min + random() % 400;
  const auto deadline = std::chrono::steady_clock::now() + death_patience;
  while (server_->running() && std::chrono::steady_clock::now() < deadline) {
    result.in_flight = crowd.in_flight();
    if (failpoint.empty() && crowd.acknowledged() >= enough && result.in_flight > 0) {
      break;
    }
    std::this_thread::sleep_for(milliseconds{1});
  }
  return end_server();
}

void campaign::audit(cycle_result& result) {
  bench::launch what;
  what.command = {options_.program.string(), "audit", "--data", data().string(), "--json"};
  what.log = options_.directory / "audit.log";
  if (const auto sound = bench::run_to_end(std::move(what), start_patience); !sound) {
    result.findings.push_back({"audit", sound.error().what});
  }
}

auto campaign::read_seats(const arena& where, std::uint64_t& seq) -> std::optional<std::map<std::string, seat_state>> {
  const auto reply = call("GET", "/v1/events/" + where.event + "/seats?min_seq=" + std::to_string(seq), {}, {});
  if (!reply || reply->status != ok) {
    return std::nullopt;
  }
  const auto body = json::parse(reply->body);
  seq = body.at("seq").get<std::uint64_t>();
  std::map<std::string, seat_state> seats;
  for (const auto& seat : body.at("seats")) {
    seats[seat.at("seat").get<std::string>()] = state_of(seat.at("status").get<std::string>());
  }
  return seats;
}

void campaign::verify(crowd& crowd, const arena& where, cycle_result& result) {
  auto wrong = crowd.repeat(port_, repeated_max);
  result.findings.insert(result.findings.end(), wrong.begin(), wrong.end());
  std::uint64_t seq = 0;
  for (const auto& op : crowd.history()) {
    seq = std::max(seq, op.seq);
  }
  const auto seats = read_seats(where, seq);
  if (!seats) {
    result.findings.push_back({"lost", "the event and its seats cannot be read after the restart"});
    return;
  }
  auto found = check_history(crowd.history(), *seats, seq);
  result.findings.insert(result.findings.end(), found.begin(), found.end());
}

/// Which death the cycle has: random kills and failpoints in turn, each at another time of its being reached.
auto campaign::plan(std::uint32_t number) const -> death {
  if (options_.failpoints.empty() || number % 2 == 0) {
    return {};
  }
  std::mt19937_64 random{options_.seed * 31 + number};
  const auto& name = options_.failpoints[number / 2 % options_.failpoints.size()];
  const bool at_start = name == "during-recovery";
  // A server recovers once, and makes a snapshot once in a thousand facts; the other places it passes through with every commit.
  const bool rare = at_start || name == "during-snapshot";
  return {.how = name, .failpoint = name + ":" + std::to_string(rare ? 1 : 20 + random() % 60), .at_start = at_start};
}

/// The server comes back without a failpoint; the time until it acknowledges a write is the recovery.
auto campaign::revive(const std::string& event, std::uint32_t number, cycle_result& result) -> bool {
  const auto began = std::chrono::steady_clock::now();
  if (!start_server({})) {
    return false;
  }
  // A hold that is given back at once: it proves that the event sells, and leaves the fight as it was.
  const auto key = key_prefix() + "first-write-" + std::to_string(number);
  std::optional<chaos_reply> write;
  const bool serving =
      event.empty() || bench::wait_until(*server_, start_patience, [&] {
        write = call("POST", "/v1/events/" + event + "/holds", R"({"best_available":{"quantity":1}})", key);
        return write && write->status < fault_from;
      });
  result.recovery = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  if (write && write->status == created) {
    const auto hold = json::parse(write->body).at("hold_id").get<std::string>();
    static_cast<void>(call("DELETE", "/v1/holds/" + hold, {}, {}));
  }
  return serving && wait_until_serving();
}

auto campaign::run_cycle(std::uint32_t number) -> tl::expected<cycle_result, std::string> {
  const auto planned = plan(number);
  cycle_result result;
  result.how = planned.how;
  if (server_ && server_->running()) {
    server_->stop();
  }
  if (auto started = start_server(planned.at_start ? std::string{} : planned.failpoint); !started) {
    return tl::unexpected{started.error()};
  }
  auto where = wait_until_serving() ? prepare(number) : tl::unexpected{server_->last_words()};
  if (!where) {
    if (planned.failpoint.empty()) {
      return tl::unexpected{where.error()};
    }
    // It died at its failpoint while the event was made: a death like any other, but one that does not count.
    server_->kill();
    audit(result);
    return revive({}, number, result) ? tl::expected<cycle_result, std::string>{result}
                                      : tl::unexpected{"the server did not come back: " + server_->last_words()};
  }
  crowd fight{*where, options_.seed * 100'000 + number, (options_.directory / "acknowledged.log").string()};
  fight.start();
  const bool ended = let_die(fight, planned.at_start ? std::string{} : planned.failpoint, number, result);
  fight.stop();
  if (!ended) {
    return tl::unexpected{std::string{"the disk did not come back after its power was cut"}};
  }
  result.acknowledged = fight.acknowledged();
  result.operations = fight.history().size();
  result.counts = result.acknowledged >= acknowledged_min && result.in_flight > 0;
  audit(result);
  if (planned.at_start && start_server(planned.failpoint)) {
    static_cast<void>(server_->wait(start_patience));
    audit(result);
  }
  if (!revive(where->event, number, result)) {
    result.findings.push_back({"unavailable", "the server did not come back: " + server_->last_words()});
    return result;
  }
  verify(fight, *where, result);
  return result;
}

auto campaign::finish() -> bool {
  if (!server_ || !server_->running()) {
    return false;
  }
  ::kill(server_->pid(), SIGTERM);
  return server_->wait(death_patience) == 0;
}

} // namespace holdfast::tools::chaos
