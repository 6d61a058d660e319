#include "actors/checkout_failpoints.hpp"
#include "journal/failpoint.hpp"
#include "tools/chaos/campaign.hpp"
#include "tools/commands.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::tools {

namespace {

using nlohmann::json;

constexpr int wrong_usage = 2;
/// What test runners take for "skipped".
constexpr int not_possible_here = 77;

struct chaos_arguments {
  std::uint32_t cycles = 30;
  std::uint64_t seed = 1;
  std::size_t clients = 100;
  std::string directory;
  std::string program;
  bool keep = false;
  bool power_cuts = false;
  bool skip_syncs = false;
  bool list_failpoints = false;
  bool as_json = false;
};

struct totals {
  std::uint32_t counted = 0;
  std::uint32_t run = 0;
  std::uint64_t operations = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t findings = 0;
  std::vector<std::int64_t> recovery_ms;
  std::map<std::string, std::uint32_t> deaths;
};

/// Every place that a server under load passes through; each exists only in a build made for the crash test.
auto failpoints() -> std::vector<std::string> {
  if (!journal::failpoints_built) {
    return {};
  }
  return {"before-append",           "after-wal-append", "after-sync-before-mark",
          "after-sync-before-reply", "during-snapshot",  "during-recovery"};
}

/// For tests that arm them one by one: those of the campaign, then those of payments.
void print_failpoints() {
  auto all = failpoints();
  if (journal::failpoints_built) {
    const auto of_payments = actors::checkout_failpoints();
    all.insert(all.end(), of_payments.begin(), of_payments.end());
  }
  for (const auto& name : all) {
    std::printf("%s\n", name.c_str());
  }
}

void add(totals& sum, const chaos::cycle_result& cycle) {
  ++sum.run;
  sum.counted += cycle.counts ? 1 : 0;
  sum.operations += cycle.operations;
  sum.acknowledged += cycle.acknowledged;
  sum.findings += cycle.findings.size();
  sum.recovery_ms.push_back(cycle.recovery.count());
  ++sum.deaths[cycle.how];
}

void print_cycle(std::uint32_t number, const chaos::cycle_result& cycle) {
  std::printf("cycle %3u  %-24s %5llu operations, %5llu acknowledged, %3lld in flight, back after %4lld ms%s\n", number,
              cycle.how.c_str(), static_cast<unsigned long long>(cycle.operations),
              static_cast<unsigned long long>(cycle.acknowledged), static_cast<long long>(cycle.in_flight),
              static_cast<long long>(cycle.recovery.count()), cycle.counts ? "" : "  (does not count)");
  for (const auto& finding : cycle.findings) {
    std::printf("    %s: %s\n", finding.rule.c_str(), finding.detail.c_str());
  }
  std::fflush(stdout);
}

auto print_totals(totals sum, const chaos_arguments& arguments) -> void {
  std::sort(sum.recovery_ms.begin(), sum.recovery_ms.end());
  const auto median = sum.recovery_ms.empty() ? 0 : sum.recovery_ms[sum.recovery_ms.size() / 2];
  const auto longest = sum.recovery_ms.empty() ? 0 : sum.recovery_ms.back();
  if (arguments.as_json) {
    std::printf("%s\n", json{{"seed", arguments.seed},
                             {"cycles", sum.run},
                             {"cycles_counted", sum.counted},
                             {"operations", sum.operations},
                             {"acknowledged", sum.acknowledged},
                             {"findings", sum.findings},
                             {"recovery_ms", {{"median", median}, {"max", longest}}},
                             {"deaths", sum.deaths}}
                            .dump()
                            .c_str());
    return;
  }
  std::printf(
      "%u cycles (%u count), %llu operations, %llu acknowledged, recovery median %lld ms, longest %lld ms: %llu findings\n",
      sum.run, sum.counted, static_cast<unsigned long long>(sum.operations),
      static_cast<unsigned long long>(sum.acknowledged), static_cast<long long>(median),
      static_cast<long long>(longest), static_cast<unsigned long long>(sum.findings));
  if (sum.findings != 0) {
    std::printf("again: holdfast chaos --seed %llu --cycles %u --clients %zu\n",
                static_cast<unsigned long long>(arguments.seed), arguments.cycles, arguments.clients);
  }
}

auto scratch() -> std::string {
  auto name = (std::filesystem::temp_directory_path() / "holdfast-chaos-XXXXXX").string();
  return ::mkdtemp(name.data()) == nullptr ? std::string{} : name;
}

auto run_chaos(const chaos_arguments& arguments) -> int {
  chaos::campaign_options options;
  options.seed = arguments.seed;
  options.clients = arguments.clients;
  options.program =
      arguments.program.empty() ? std::filesystem::read_symlink("/proc/self/exe").string() : arguments.program;
  options.directory = arguments.directory.empty() ? scratch() : arguments.directory;
  options.power_cuts = arguments.power_cuts;
  options.skip_syncs = arguments.skip_syncs;
  if (arguments.skip_syncs && !journal::failpoints_built) {
    std::fprintf(stderr, "holdfast chaos: this build always syncs; --skip-syncs needs one with failpoints\n");
    return wrong_usage;
  }
  // A disk without power has no use for other deaths.
  options.failpoints = arguments.power_cuts ? std::vector<std::string>{} : failpoints();
  if (!arguments.as_json) {
    std::printf("seed %llu, in %s%s\n", static_cast<unsigned long long>(arguments.seed), options.directory.c_str(),
                journal::failpoints_built ? "" : " (this build has no failpoints: random kills only)");
  }
  totals sum;
  bool sound = true;
  {
    chaos::campaign campaign{options};
    if (const auto ready = campaign.prepare_disk(); !ready) {
      std::fprintf(stderr, "holdfast chaos: no power can be cut here: %s\n", ready.error().c_str());
      return not_possible_here;
    }
    for (std::uint32_t number = 0; number < arguments.cycles && sum.findings == 0; ++number) {
      const auto cycle = campaign.run_cycle(number);
      if (!cycle) {
        std::fprintf(stderr, "holdfast chaos: %s\n", cycle.error().c_str());
        return 1;
      }
      add(sum, *cycle);
      if (!arguments.as_json) {
        print_cycle(number, *cycle);
      }
    }
    sound = campaign.finish();
    if (!sound) {
      std::fprintf(stderr, "holdfast chaos: the last server did not end in good order\n");
    }
  }
  print_totals(sum, arguments);
  const bool passed = sound && sum.findings == 0 && sum.counted > 0;
  if (passed && arguments.directory.empty() && !arguments.keep) {
    std::filesystem::remove_all(options.directory);
  }
  return passed ? 0 : 1;
}

} // namespace

void register_chaos_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<chaos_arguments>();
  auto* command =
      app.add_subcommand("chaos", "Start, load, kill and restart the real server; check histories and audit");
  command->add_option("--cycles", arguments->cycles, "How often it is killed")->check(CLI::Range(1U, 100'000U));
  command->add_option("--seed", arguments->seed, "Repeats a campaign");
  command->add_option("--clients", arguments->clients, "Concurrent clients")->check(CLI::Range(1, 1'000));
  command->add_option("--directory", arguments->directory, "Where to work; a temporary one, removed on success");
  command->add_option("--program", arguments->program, "The holdfast to run; this one");
  command->add_flag(
      "--power-cuts", arguments->power_cuts,
      "Cut the power of a disk of its own instead of killing the process (root, loop devices); exit status 77 where "
      "that cannot be done");
  command->add_flag("--skip-syncs", arguments->skip_syncs, "Negative control: let the server skip its syncs");
  command->add_flag("--keep", arguments->keep, "Leave the directory");
  command->add_flag("--list-failpoints", arguments->list_failpoints,
                    "Print where HOLDFAST_FAILPOINT can let this program die, a name a line, and do nothing else");
  command->add_flag("--json", arguments->as_json, "One JSON document");
  command->callback([arguments, &exit_code] {
    if (arguments->list_failpoints) {
      print_failpoints();
      return;
    }
    exit_code = run_chaos(*arguments);
  });
}

} // namespace holdfast::tools
