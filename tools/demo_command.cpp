#include "tools/commands.hpp"
#include "tools/data_options.hpp"
#include "tools/demo_venues.hpp"
#include "tools/http_client.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools {

namespace {

using nlohmann::json;

constexpr long first_failure = 300;

struct demo_arguments {
  server_address server;
  std::string key_file;
  int events = 8;
  std::uint64_t seed = 1;
  bool as_json = false;
};

/// What plays: by category of the venue.
constexpr std::array<std::string_view, 12> titles{
    "Tosca",          "Winter Journey",  "The Cherry Orchard", "Night of the Organs", "Harbour Lights",
    "Northern Choir", "A Summer's Tale", "Brass and Reed",     "The Long Goodbye",    "Electric Fields",
    "City Derby",     "Closing Night"};

/// Evening of the day `days` after 1 March 2027, as RFC 3339: the same in every run, so that a repeated request is the same request.
auto evening(int days) -> std::string {
  constexpr std::time_t first_day = 1'803'859'200;
  constexpr std::time_t day = 24 * 3600;
  constexpr std::time_t hour = 19 * 3600;
  const std::time_t at = first_day + days * day + hour;
  std::tm parts{};
  gmtime_r(&at, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.000Z", &parts);
  return {text.data(), size};
}

/// Creates through the API, with keys that depend on the seed alone: a second run finds everything there and changes nothing.
class demo_loader {
 public:
  explicit demo_loader(const demo_arguments& arguments, std::string key)
      : arguments_{arguments}, client_{arguments.server, std::move(key)}, random_{arguments.seed} {}

  auto run() -> bool {
    const auto venues = demo_venues();
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < venues.size(); ++i) {
      const auto made = post("/v1/venues", venues[i].body, "venue-" + std::to_string(i));
      if (!made) {
        return false;
      }
      ids.push_back(made->at("venue_id").get<std::string>());
      say(venues[i].name + ": " + std::to_string(made->at("seats").get<int>()) + " seats");
    }
    for (int i = 0; i < arguments_.events; ++i) {
      const auto at = static_cast<std::size_t>(i) % venues.size();
      if (!add_event(i, venues[at], ids[at])) {
        return false;
      }
    }
    if (arguments_.as_json) {
      std::printf("%s\n", json{{"venues", ids}, {"events", made_}}.dump().c_str());
    }
    return true;
  }

 private:
  auto add_event(int number, const demo_venue& venue, const std::string& venue_id) -> bool {
    const auto title = std::string{titles[random_() % titles.size()]};
    const auto days = static_cast<int>(random_() % 200);
    const json body{{"name", title},
                    {"slug", "demo-" + std::to_string(arguments_.seed) + "-" + std::to_string(number + 1)},
                    {"venue_id", venue_id},
                    {"starts_at", evening(days)},
                    {"category", venue.category},
                    {"currency", "EUR"},
                    {"tiers", json::parse(venue.tiers)},
                    {"hold_seconds", 600},
                    {"max_per_order", 8},
                    {"max_per_buyer", 8}};
    const auto made = post("/v1/events", body.dump(), "event-" + std::to_string(number));
    if (!made) {
      return false;
    }
    const auto id = made->at("event_id").get<std::string>();
    if (!post("/v1/events/" + id + "/publish", "{}", "publish-" + std::to_string(number))) {
      return false;
    }
    say(title + " at " + venue.name + ": " + id);
    made_.push_back(id);
    return true;
  }

  auto post(const std::string& path, const std::string& body, const std::string& key) -> std::optional<json> {
    const auto reply = client_.post(path, body, "demo-" + std::to_string(arguments_.seed) + "-" + key);
    if (!reply) {
      std::fprintf(stderr, "holdfast demo: %s\n", reply.error().c_str());
      return std::nullopt;
    }
    if (reply->status >= first_failure) {
      std::fprintf(stderr, "holdfast demo: POST %s answered %ld: %s\n", path.c_str(), reply->status,
                   reply->body.c_str());
      return std::nullopt;
    }
    return json::parse(reply->body, nullptr, false);
  }

  void say(const std::string& line) const {
    if (!arguments_.as_json) {
      std::printf("  %s\n", line.c_str());
    }
  }

  const demo_arguments& arguments_;
  http_client client_;
  std::mt19937_64 random_;
  std::vector<std::string> made_;
};

auto run_demo(const demo_arguments& arguments) -> int {
  auto key = read_key_file(arguments.key_file);
  if (!key) {
    std::fprintf(stderr, "holdfast demo: %s\n", key.error().c_str());
    return 1;
  }
  return demo_loader{arguments, std::move(*key)}.run() ? 0 : 1;
}

} // namespace

void register_demo_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<demo_arguments>();
  auto* command = app.add_subcommand("demo", "Create sample venues and events through the API");
  add_server_options(*command, arguments->server);
  command->add_option("--key-file", arguments->key_file, "File with an API key of scope organise")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--events", arguments->events, "How many events")->check(CLI::Range(1, 10'000));
  command->add_option("--seed", arguments->seed, "Another seed, other events; the same seed changes nothing");
  command->add_flag("--json", arguments->as_json, "One JSON document");
  command->callback([arguments, &exit_code] { exit_code = run_demo(*arguments); });
}

} // namespace holdfast::tools
