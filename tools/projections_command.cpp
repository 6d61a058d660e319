#include "projections/store/offline_fold.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_directory.hpp"
#include "tools/data_options.hpp"
#include "tools/offline_data.hpp"
#include "tools/projections_verify.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::tools {
namespace {

using journal::failure;
using nlohmann::ordered_json;
using projections::folded_projection;

constexpr const char* rebuild_name = "projections rebuild";

/// The first name that is none of these; empty when all are known.
auto unknown_name(const projections_arguments& arguments, const std::vector<std::string_view>& known) -> std::string {
  const auto found = std::ranges::find_if(
      arguments.only, [&](const std::string& name) { return std::ranges::find(known, name) == known.end(); });
  return found == arguments.only.end() ? std::string{} : *found;
}

/// From the beginning, kept where a server keeps it.
auto rebuild(const std::string& name, journal::rocksdb_journal& from, projections::projection_store& store,
             const projections_arguments& arguments) -> tl::expected<folded_projection, failure> {
  progress_line progress{"rebuilding " + name, "commands"};
  const auto show = [&](std::uint64_t commands) { progress.show(commands); };
  if (name == "search_text") {
    return projections::rebuild_texts_offline(from, from.identity(), data_paths{arguments.data}.projections / "search",
                                              show);
  }
  return projections::fold_offline(name, from, nullptr, &store, show);
}

auto run_rebuild(const projections_arguments& arguments) -> int {
  offline_data data;
  data.root = arguments.data;
  data.journal = arguments.data / "journal";
  data.marks = arguments.marks;
  auto lock = journal::data_lock::take(arguments.data / "LOCK", journal::data_lock::mode::exclusive);
  if (!lock) {
    return complain(rebuild_name, lock.error().detail, exit_does_not_hold);
  }
  const auto journal = open_journal(data);
  if (!journal) {
    return complain(rebuild_name, journal.error().detail, exit_does_not_hold);
  }
  const auto opened =
      projections::open_projection_store(data_paths{arguments.data}.projections / "store", (*journal)->identity());
  if (!opened) {
    return complain(rebuild_name, opened.error().detail, exit_does_not_hold);
  }
  ordered_json document = ordered_json::array();
  for (const auto& name : chosen_projections(arguments, projections::kept_projections())) {
    const auto started = std::chrono::steady_clock::now();
    const auto folded = rebuild(name, **journal, *opened->store, arguments);
    if (!folded) {
      return complain(rebuild_name, name + ": " + folded.error().detail, exit_does_not_hold);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    document.push_back({{"projection", name},
                        {"commands", folded->commands},
                        {"rows", folded->rows},
                        {"checksum", folded->checksum},
                        {"seconds", took.count()}});
    if (!arguments.as_json) {
      std::printf("%s: %s rows of %s commands in %.2f s\n", name.c_str(), grouped(folded->rows).c_str(),
                  grouped(folded->commands).c_str(), took.count());
    }
  }
  if (arguments.as_json) {
    std::printf("%s\n", ordered_json{{"rebuilt", document}}.dump(2).c_str());
  }
  return exit_ok;
}

auto listed(const std::vector<std::string_view>& names) -> std::string {
  std::string all;
  for (const auto name : names) {
    all.append(all.empty() ? "" : ", ").append(name);
  }
  return all;
}

void add_verb(CLI::App& group, const std::string& name, const std::string& help,
              int (*run)(const projections_arguments&), const char* full_name,
              const std::vector<std::string_view>& known, int& exit_code) {
  auto& command = *group.add_subcommand(name, help);
  auto arguments = std::make_shared<projections_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  command.add_option("--only", arguments->only, "Only this projection; may be given several times");
  if (run == verify_projections) {
    command
        .add_option("--temporary", arguments->temporary,
                    "Where a directory is made for the indexes that are compared, removed at the end")
        ->check(CLI::ExistingDirectory);
  }
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, run, full_name, &known, &exit_code] {
    const auto unknown = unknown_name(*arguments, known);
    exit_code = unknown.empty()
                    ? run(*arguments)
                    : complain(full_name, "'" + unknown + "' is none of " + listed(known), exit_wrong_usage);
  });
}

} // namespace

void register_projections_command(CLI::App& app, int& exit_code) {
  auto& group = *app.add_subcommand("projections", "The views' own store: made anew, or compared with the journal");
  group.require_subcommand(1);
  add_verb(group, "rebuild",
           "Folds projections from the journal's beginning and keeps the result (the server must be off; while it "
           "serves: POST /v1/admin/projections/{name}/rebuild)",
           run_rebuild, rebuild_name, projections::kept_projections(), exit_code);
  add_verb(
      group, "verify",
      "Compares what projections have kept, folded on to the journal's end, with a fold of the whole journal, also while "
      "a server runs",
      verify_projections, verify_name, projections::all_projections(), exit_code);
}

} // namespace holdfast::tools
