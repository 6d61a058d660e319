#include "projections/store/offline_fold.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_options.hpp"
#include "tools/offline_data.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools {
namespace {

using journal::failure;
using nlohmann::ordered_json;
using projections::folded_projection;

struct projections_arguments {
  std::filesystem::path data;
  std::filesystem::path marks;
  std::vector<std::string> only;
  bool as_json = false;
};

constexpr const char* rebuild_name = "projections rebuild";
constexpr const char* verify_name = "projections verify";

auto chosen(const projections_arguments& arguments) -> std::vector<std::string> {
  const auto& all = projections::kept_projections();
  return arguments.only.empty() ? std::vector<std::string>{all.begin(), all.end()} : arguments.only;
}

/// The first name that no projection has; empty when all are known.
auto unknown_name(const projections_arguments& arguments) -> std::string {
  const auto& all = projections::kept_projections();
  const auto found = std::ranges::find_if(
      arguments.only, [&](const std::string& name) { return std::ranges::find(all, name) == all.end(); });
  return found == arguments.only.end() ? std::string{} : *found;
}

auto store_directory(const projections_arguments& arguments) -> std::filesystem::path {
  return arguments.data / "projections" / "store";
}

auto fold(const std::string& name, const char* doing, journal::journal& from, projections::projection_store* from_store,
          projections::projection_store* keep_in) -> tl::expected<folded_projection, failure> {
  progress_line progress{doing + (" " + name), "commands"};
  return projections::fold_offline(name, from, from_store, keep_in,
                                   [&](std::uint64_t commands) { progress.show(commands); });
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
  const auto opened = projections::open_projection_store(store_directory(arguments), (*journal)->identity());
  if (!opened) {
    return complain(rebuild_name, opened.error().detail, exit_does_not_hold);
  }
  ordered_json document = ordered_json::array();
  for (const auto& name : chosen(arguments)) {
    const auto started = std::chrono::steady_clock::now();
    const auto folded = fold(name, "rebuilding", **journal, nullptr, opened->store.get());
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

/// What a projection kept, folded on to the journal's end, beside what the journal alone gives.
struct comparison {
  std::string projection;
  folded_projection kept;
  folded_projection rebuilt;

  [[nodiscard]] auto equal() const -> bool { return kept.checksum == rebuilt.checksum && kept.rows == rebuilt.rows; }
};

auto compare(const std::string& name, journal::journal& from, projections::projection_store& kept)
    -> tl::expected<comparison, failure> {
  auto live = fold(name, "reading", from, &kept, nullptr);
  if (!live) {
    return tl::unexpected{std::move(live.error())};
  }
  auto rebuilt = fold(name, "folding", from, nullptr, nullptr);
  if (!rebuilt) {
    return tl::unexpected{std::move(rebuilt.error())};
  }
  return comparison{name, *std::move(live), *std::move(rebuilt)};
}

void print_text(const std::vector<comparison>& all) {
  for (const auto& each : all) {
    std::printf("%s: %s, %s rows (%s kept, %s commands folded since), checksum %s\n", each.projection.c_str(),
                each.equal() ? "equal to the journal's fold" : "DIFFERS from the journal's fold",
                grouped(each.kept.rows).c_str(), grouped(each.kept.from_store).c_str(),
                grouped(each.kept.commands).c_str(), each.kept.checksum.substr(0, 16).c_str());
  }
}

void print_json(const std::vector<comparison>& all) {
  ordered_json list = ordered_json::array();
  for (const auto& each : all) {
    list.push_back({{"projection", each.projection},
                    {"equal", each.equal()},
                    {"rows", each.kept.rows},
                    {"rows_kept", each.kept.from_store},
                    {"commands_since", each.kept.commands},
                    {"checksum", each.kept.checksum},
                    {"rebuilt_rows", each.rebuilt.rows},
                    {"rebuilt_checksum", each.rebuilt.checksum}});
  }
  std::printf("%s\n", ordered_json{{"projections", list}}.dump(2).c_str());
}

auto run_verify(const projections_arguments& arguments) -> int {
  const auto data = open_offline(arguments.data, arguments.marks);
  if (!data) {
    return complain(verify_name, data.error().detail, exit_does_not_hold);
  }
  const auto journal = open_journal(*data);
  if (!journal) {
    return complain(verify_name, journal.error().detail, exit_does_not_hold);
  }
  const auto kept = projections::open_projection_store_read_only(store_directory(arguments));
  if (!kept) {
    return complain(verify_name, kept.error().detail, exit_does_not_hold);
  }
  std::vector<comparison> all;
  for (const auto& name : chosen(arguments)) {
    auto one = compare(name, **journal, **kept);
    if (!one) {
      return complain(verify_name, name + ": " + one.error().detail, exit_does_not_hold);
    }
    all.push_back(*std::move(one));
  }
  arguments.as_json ? print_json(all) : print_text(all);
  return std::ranges::all_of(all, &comparison::equal) ? exit_ok : exit_does_not_hold;
}

void add_verb(CLI::App& group, const std::string& name, const std::string& help,
              int (*run)(const projections_arguments&), const char* full_name, int& exit_code) {
  auto& command = *group.add_subcommand(name, help);
  auto arguments = std::make_shared<projections_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  command.add_option("--only", arguments->only, "Only this projection; may be given several times");
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, run, full_name, &exit_code] {
    const auto unknown = unknown_name(*arguments);
    exit_code = unknown.empty() ? run(*arguments)
                                : complain(full_name, "there is no projection '" + unknown + "' that keeps anything",
                                           exit_wrong_usage);
  });
}

} // namespace

void register_projections_command(CLI::App& app, int& exit_code) {
  auto& group = *app.add_subcommand("projections", "The views' own store: made anew, or compared with the journal");
  group.require_subcommand(1);
  add_verb(group, "rebuild",
           "Folds projections from the journal's beginning and keeps the result (the server must be off; while it "
           "serves: POST /v1/admin/projections/{name}/rebuild)",
           run_rebuild, rebuild_name, exit_code);
  add_verb(group, "verify",
           "Compares what projections have kept, folded on to the journal's end, with a fold of the whole journal",
           run_verify, verify_name, exit_code);
}

} // namespace holdfast::tools
