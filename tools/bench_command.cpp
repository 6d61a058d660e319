#include "tools/bench/chart.hpp"
#include "tools/bench/context.hpp"
#include "tools/bench/interrupt.hpp"
#include "tools/bench/machine.hpp"
#include "tools/bench/peers.hpp"
#include "tools/bench/worker.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace holdfast::tools {

namespace {

namespace fs = std::filesystem;
using namespace bench;

constexpr int exit_unmet = 1;
constexpr int exit_usage = 2;

struct bench_arguments {
  std::vector<std::string> workloads;
  std::string peers = "echo,seed-design,row-lock,wal-limit";
  bool quick = false;
  fs::path json;
  fs::path plots;
  fs::path from;
  fs::path config;
  fs::path room;
  std::optional<std::size_t> connections;
  std::optional<std::size_t> rounds;
  std::optional<double> seconds;
  std::optional<std::uint32_t> seats;
  std::optional<std::uint32_t> events;
  std::optional<std::uint64_t> records;
  std::optional<std::uint64_t> facts;
  std::optional<std::uint32_t> searched;
  std::optional<std::size_t> viewers;
  std::optional<std::size_t> waiting;
  std::optional<std::uint64_t> people;
  std::optional<std::size_t> io_threads;
  std::uint64_t seed = 1;
};

auto complain(const std::string& what) -> int {
  std::fprintf(stderr, "holdfast bench: %s\n", what.c_str());
  return exit_usage;
}

[[nodiscard]] auto parse_peers(const std::string& list) -> tl::expected<std::vector<peer_kind>, failure> {
  std::vector<peer_kind> kinds;
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    const auto kind = find_peer(std::string_view{list}.substr(at, end - at));
    if (!kind) {
      return tl::unexpected{failure{"unknown peer '" + list.substr(at, end - at) +
                                    "'; there are echo, seed-design, row-lock and wal-limit"}};
    }
    kinds.push_back(*kind);
    at = end + 1;
  }
  return kinds;
}

/// The given file, or the one of the repository that the program was built in or is started in.
[[nodiscard]] auto find_config(const fs::path& given, const fs::path& program) -> std::optional<fs::path> {
  std::error_code error;
  const auto repository = program.parent_path().parent_path().parent_path();
  for (const auto& candidate : {given, fs::path{"configs/bench.json"}, repository / "configs/bench.json"}) {
    if (!candidate.empty() && fs::is_regular_file(candidate, error)) {
      return fs::absolute(candidate);
    }
    if (!given.empty()) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

[[nodiscard]] auto settings_from(const bench_arguments& arguments) -> tl::expected<bench_settings, failure> {
  bench_settings settings;
  if (arguments.quick) {
    settings.shrink();
  }
  auto peers = parse_peers(arguments.peers);
  if (!peers) {
    return tl::unexpected{peers.error()};
  }
  settings.peers = std::move(*peers);
  settings.workloads = arguments.workloads;
  for (const auto& name : settings.workloads) {
    if (find_workload(name) == nullptr) {
      return tl::unexpected{failure{"unknown workload '" + name + "'; there are P1 to P11, P1s, P7s, and peers"}};
    }
  }
  if (settings.workloads.empty()) {
    settings.workloads = {"P1", "P1s", "P2", "P3", "P4", "P5", "P6", "P7", "P7s", "P8", "P9", "P10", "P11"};
  }
  std::error_code error;
  settings.program = fs::read_symlink("/proc/self/exe", error);
  settings.seed = arguments.seed;
  settings.connections = arguments.connections.value_or(settings.connections);
  settings.rounds = arguments.rounds.value_or(settings.rounds);
  settings.seats = arguments.seats.value_or(settings.seats);
  settings.events = arguments.events.value_or(settings.events);
  settings.records_large = arguments.records.value_or(settings.records_large);
  settings.replay_facts = arguments.facts.value_or(settings.replay_facts);
  settings.search_events = arguments.searched.value_or(settings.search_events);
  settings.viewers = arguments.viewers.value_or(settings.viewers);
  settings.payments_waiting = arguments.waiting.value_or(settings.payments_waiting);
  settings.people_waiting = arguments.people.value_or(settings.people_waiting);
  if (arguments.people) {
    settings.storm_waiting = static_cast<std::size_t>(*arguments.people);
  }
  if (arguments.seconds) {
    settings.duration = std::chrono::milliseconds{static_cast<std::int64_t>(*arguments.seconds * 1000)};
  }
  const bool needs_server = std::any_of(settings.workloads.begin(), settings.workloads.end(),
                                        [](const auto& name) { return find_workload(name)->run != run_peers; });
  const auto config = find_config(arguments.config, settings.program);
  if (needs_server && !config) {
    return tl::unexpected{failure{
        "there is no configuration for the server; name one with --config (configs/bench.json of the repository)"}};
  }
  settings.config = config.value_or(fs::path{});
  return settings;
}

[[nodiscard]] auto run_all(const bench_settings& settings, const bench_arguments& arguments, report_json& report)
    -> tl::expected<bool, failure> {
  bool all_met = true;
  for (const auto& name : settings.workloads) {
    auto room = scratch::make(arguments.room);
    if (!room) {
      return tl::unexpected{room.error()};
    }
    if (report["machine"].is_null()) {
      report["machine"] = describe_machine(room->path());
    }
    if (is_in_memory(room->path())) {
      say("holdfast bench: the scratch directory is in memory, where a sync costs nothing; name one on a disk with --scratch");
    }
    const auto* what = find_workload(name);
    std::printf("%.*s  %.*s\n", static_cast<int>(what->name.size()), what->name.data(),
                static_cast<int>(what->title.size()), what->title.data());
    std::fflush(stdout);
    bench_context context{settings, std::move(*room)};
    if (arguments.io_threads) {
      context.io_threads = *arguments.io_threads;
    }
    if (!settings.config.empty()) {
      if (const auto adopted = adopt_config(context, arguments.io_threads.value_or(0)); !adopted) {
        return tl::unexpected{adopted.error()};
      }
    }
    auto entry = what->run(context);
    if (!entry) {
      return tl::unexpected{failure{std::string{what->name} + ": " + entry.error().what}};
    }
    std::fputs(summary_of(*entry).c_str(), stdout);
    std::fflush(stdout);
    for (const auto& target : (*entry)["targets"]) {
      all_met = all_met && target["met"].get<bool>();
    }
    if (entry->contains("trouble")) {
      all_met = false;
      std::printf("  TROUBLE: %s\n", (*entry)["trouble"].get_ref<const std::string&>().c_str());
    }
    report["workloads"].push_back(std::move(*entry));
  }
  return all_met;
}

[[nodiscard]] auto draw_plots(const report_json& report, const fs::path& directory) -> int {
  const auto drawn = draw_all(report, directory);
  if (!drawn) {
    return complain(drawn.error().what);
  }
  for (const auto& file : *drawn) {
    say("drew " + file);
  }
  return 0;
}

[[nodiscard]] auto redraw(const bench_arguments& arguments) -> int {
  if (arguments.plots.empty()) {
    return complain("--from draws the plots of an earlier report; say where with --plots DIR");
  }
  std::ifstream in{arguments.from};
  const auto report = report_json::parse(in, nullptr, false);
  return report.is_discarded() ? complain("cannot read a report from " + arguments.from.string())
                               : draw_plots(report, arguments.plots);
}

auto run_bench(const bench_arguments& arguments) -> int {
  if (!arguments.from.empty()) {
    return redraw(arguments);
  }
  const auto settings = settings_from(arguments);
  if (!settings) {
    return complain(settings.error().what);
  }
  watch_interrupts();
  report_json report{{"machine", nullptr}, {"quick", settings->quick}, {"workloads", report_json::array()}};
  const auto met = run_all(*settings, arguments, report);
  // What was measured is kept, also when a later workload could not be.
  if (!arguments.json.empty()) {
    std::ofstream out{arguments.json, std::ios::trunc};
    out << report.dump(2) << '\n';
    if (!out.flush()) {
      return complain("cannot write " + arguments.json.string());
    }
  }
  if (!met) {
    std::fprintf(stderr, "holdfast bench: %s\n", met.error().what.c_str());
    return exit_unmet;
  }
  if (!arguments.plots.empty()) {
    if (const int drawn = draw_plots(report, arguments.plots); drawn != 0) {
      return drawn;
    }
  }
  return *met ? 0 : exit_unmet;
}

/// Prints a worker's document as the last line of its output, where the bench looks for it.
auto print_document(const tl::expected<report_json, failure>& document) -> int {
  if (!document) {
    std::fprintf(stderr, "%s\n", document.error().what.c_str());
    return exit_unmet;
  }
  std::printf("%s\n", document->dump().c_str());
  return 0;
}

void register_worker(CLI::App& app, int& exit_code) {
  auto* worker = app.add_subcommand("bench-worker", "What holdfast bench runs in processes of its own")->group("");
  worker->require_subcommand(1);

  const auto peer = std::make_shared<peer_options>();
  auto* peer_command = worker->add_subcommand("peer", "One HTTP peer, until SIGTERM");
  peer_command->add_option("--kind", peer->kind)->required();
  peer_command->add_option("--port", peer->port)->required();
  peer_command->add_option("--io-threads", peer->io_threads);
  peer_command->add_option("--seats", peer->seats);
  peer_command->add_option("--body-file", peer->body_file);
  peer_command->add_option("--postgres-port", peer->postgres_port);
  peer_command->add_option("--redis-port", peer->redis_port);
  peer_command->callback([peer, &exit_code] {
    const auto ended = run_peer(*peer);
    if (!ended) {
      std::fprintf(stderr, "%s\n", ended.error().what.c_str());
    }
    exit_code = ended ? 0 : exit_unmet;
  });

  const auto wal = std::make_shared<wal_limit_work>();
  const auto milliseconds = std::make_shared<std::int64_t>(1'000);
  auto* wal_command = worker->add_subcommand("wal-limit", "Synced batches and nothing else");
  wal_command->add_option("--data", wal->data)->required();
  wal_command->add_option("--batch", wal->batch);
  wal_command->add_option("--milliseconds", *milliseconds);
  wal_command->callback([wal, milliseconds, &exit_code] {
    wal->duration = std::chrono::milliseconds{*milliseconds};
    exit_code = print_document(measure_wal(*wal));
  });

  const auto fill = std::make_shared<prefill_work>();
  auto* fill_command = worker->add_subcommand("prefill", "Holds and releases, straight into a journal");
  fill_command->add_option("--data", fill->data)->required();
  fill_command->add_option("--records", fill->records)->required();
  fill_command->add_option("--tail", fill->tail);
  fill_command->callback([fill, &exit_code] { exit_code = print_document(prefill(*fill)); });

  const auto crowd = std::make_shared<fill_room_work>();
  auto* crowd_command = worker->add_subcommand("fill-room", "Joins, straight into a journal");
  crowd_command->add_option("--data", crowd->data)->required();
  crowd_command->add_option("--people", crowd->people)->required();
  crowd_command->callback([crowd, &exit_code] { exit_code = print_document(fill_room(*crowd)); });

  const auto replay = std::make_shared<replay_work>();
  auto* replay_command = worker->add_subcommand("replay", "Folds the longest event");
  replay_command->add_option("--data", replay->data)->required();
  replay_command->add_flag("--one-core", replay->one_core);
  replay_command->callback([replay, &exit_code] { exit_code = print_document(measure_replay(*replay)); });

  worker->add_subcommand("rejections", "Time of a refused hold by the event's size")->callback([&exit_code] {
    exit_code = print_document(measure_rejections());
  });
}

} // namespace

void register_bench_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<bench_arguments>();
  auto* command = app.add_subcommand("bench", "Measures the workloads of docs/performance.md beside their peers");
  command->add_option("workload", arguments->workloads,
                      "P1 to P11, P1s, P7s, or peers; all but the peers when none is named");
  command->add_option("--peers", arguments->peers, "Whom to compare with, by commas")->capture_default_str();
  command->add_flag("--quick", arguments->quick, "Smaller numbers: each workload ends within a minute");
  command->add_option("--json", arguments->json, "Writes the report to this file");
  command->add_option("--plots", arguments->plots, "Draws the report's charts into this directory (SVG)");
  command->add_option("--from", arguments->from, "Measures nothing: draws the charts of this report");
  command->add_option("--config", arguments->config,
                      "The server's configuration; default: the repository's configs/bench.json");
  command->add_option("--scratch", arguments->room, "Where temporary directories go; on a disk, not in memory");
  command->add_option("--connections", arguments->connections, "Connections of the closed loops; default 256")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--rounds", arguments->rounds, "Rounds of every comparison")->check(CLI::Range(1, 100));
  command->add_option("--seconds", arguments->seconds, "Measured seconds of each run")->check(CLI::Range(0.1, 600.0));
  command->add_option("--seats", arguments->seats, "Seats of the hot event")->check(CLI::Range(100, 100'000));
  command->add_option("--events", arguments->events, "P4: events on sale at once")->check(CLI::Range(1, 100'000));
  command->add_option("--records", arguments->records, "P5: records of the old journal");
  command->add_option("--facts", arguments->facts, "P6: facts of the event that is replayed");
  command->add_option("--searched", arguments->searched, "P9: events that are searched");
  command->add_option("--viewers", arguments->viewers, "P10: viewers of the event; P1s has at most 1,000 of them")
      ->check(CLI::Range(2, 19'000));
  command->add_option("--waiting", arguments->waiting, "P11: payments that wait for the gateway")
      ->check(CLI::Range(1, 5'000));
  command
      ->add_option("--people", arguments->people,
                   "P7: people in the full waiting room; P7s: people who are in the room before the storm")
      ->check(CLI::Range(1, 30'000'000));
  command
      ->add_option("--io-threads", arguments->io_threads,
                   "I/O threads of the server and of its peers; default: as the configuration says")
      ->check(CLI::Range(1, 64));
  command->add_option("--seed", arguments->seed, "Of the load");
  command->callback([arguments, &exit_code] { exit_code = run_bench(*arguments); });
  register_worker(app, exit_code);
}

} // namespace holdfast::tools
