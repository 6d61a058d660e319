#include "journal/data_lock.hpp"
#include "journal/rocksdb_restore.hpp"
#include "tools/backup_manifest.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_directory.hpp"
#include "tools/data_options.hpp"
#include "tools/marks_location.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

constexpr const char* restore_name = "restore";

struct restore_arguments {
  fs::path backup;
  fs::path data;
  fs::path marks;
  bool new_epoch = false;
  bool as_json = false;
};

struct restored {
  journal::restore_summary summary;
  std::string created_at;                   ///< of the backup; empty for a server's own copy, which has no manifest
  fs::path former_journal;                  ///< empty when there was none
  std::vector<std::string> secrets_missing; ///< by file name
};

/// Copies the backup's journal beside the present one, and checks what was copied against the manifest.
auto copy_backup(const restore_arguments& arguments, const fs::path& to) -> tl::expected<std::string, failure> {
  std::error_code trouble;
  const bool bare = fs::exists(arguments.backup / "CURRENT", trouble);
  tl::expected<backup_manifest, failure> manifest{backup_manifest{}};
  if (!bare) {
    manifest = read_manifest(arguments.backup);
  }
  if (!manifest) {
    return tl::unexpected{std::move(manifest.error())};
  }
  fs::remove_all(to, trouble);
  progress_line progress{"copying", "bytes"};
  const auto copied = copy_files(bare ? arguments.backup : arguments.backup / "journal", to,
                                 [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); });
  if (!copied) {
    return tl::unexpected{copied.error()};
  }
  if (!bare) {
    if (auto same = same_files(manifest->files, *copied); !same) {
      return tl::unexpected{std::move(same.error())};
    }
  }
  return manifest->created_at;
}

auto restore(const restore_arguments& arguments) -> tl::expected<restored, failure> {
  std::error_code trouble;
  fs::create_directories(arguments.data, trouble);
  const data_paths paths{arguments.data};
  auto lock = journal::data_lock::take(paths.lock, journal::data_lock::mode::exclusive);
  if (!lock) {
    return tl::unexpected{std::move(lock.error())};
  }
  const auto marks = choose_marks(paths, arguments.marks, arguments.new_epoch);
  if (!marks) {
    return tl::unexpected{marks.error()};
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto copy = arguments.data / "journal.restore";
  const auto former = arguments.data / ("journal.replaced-" + std::to_string(now.count()));
  auto created_at = copy_backup(arguments, copy);
  tl::expected<journal::restore_summary, failure> summary = tl::unexpected{failure{}};
  if (created_at) {
    summary = journal::restore_journal({copy, paths.journal, *marks, former}, arguments.new_epoch);
  }
  if (!created_at || !summary) {
    fs::remove_all(copy, trouble);
    return tl::unexpected{created_at ? std::move(summary.error()) : std::move(created_at.error())};
  }
  if (const auto noted = remember_marks(paths, *marks); !noted) {
    return tl::unexpected{noted.error()};
  }
  restored done{*summary, *std::move(created_at), summary->replaced ? former : fs::path{},
                missing_secrets(paths.secrets)};
  // Views and snapshots of another past are made again from this journal.
  fs::remove_all(paths.snapshots, trouble);
  fs::remove_all(arguments.data / "projections", trouble);
  return done;
}

/// A backup has no secrets: what is lost unless somebody brings them before the server starts.
void print_missing_secrets(const restored& done, const fs::path& folder) {
  if (done.secrets_missing.empty()) {
    return;
  }
  std::printf(
      "a backup has no secrets: copy those of the former server to %s before you start one here. Lost without\n",
      folder.c_str());
  for (const auto& name : done.secrets_missing) {
    const auto loss = loss_of_secret(name);
    std::printf("  %-12s %.*s\n", name.c_str(), static_cast<int>(loss.size()), loss.data());
  }
}

auto run_restore(const restore_arguments& arguments) -> int {
  const auto done = restore(arguments);
  if (!done) {
    return complain(restore_name, done.error().detail, exit_does_not_hold);
  }
  const auto& summary = done->summary;
  if (arguments.as_json) {
    const nlohmann::ordered_json document{{"data", arguments.data.string()},
                                          {"position", summary.position},
                                          {"created_at", done->created_at},
                                          {"commits_lost", summary.lost},
                                          {"former_journal", done->former_journal.string()},
                                          {"secrets_missing", done->secrets_missing}};
    std::printf("%s\n", document.dump(2).c_str());
    return exit_ok;
  }
  std::printf("restored %s commits to %s\n", grouped(summary.position).c_str(), arguments.data.c_str());
  if (summary.lost != 0) {
    std::printf("%s acknowledged commits are not in this backup\n", grouped(summary.lost).c_str());
  } else if (!summary.was_known) {
    std::printf("nothing here says what was acknowledged elsewhere%s%s: make sure that the former server is off\n",
                done->created_at.empty() ? "" : " after ", done->created_at.c_str());
  }
  if (!done->former_journal.empty()) {
    std::printf("the former journal is in %s\n", done->former_journal.c_str());
  }
  print_missing_secrets(*done, arguments.data / "secrets");
  return exit_ok;
}

} // namespace

void register_restore_command(CLI::App& app, int& exit_code) {
  auto& command =
      *app.add_subcommand("restore", "Puts a backup's journal into a data directory that no server has open");
  auto arguments = std::make_shared<restore_arguments>();
  command.add_option("backup", arguments->backup, "What `holdfast backup` made")
      ->required()
      ->check(CLI::ExistingDirectory);
  add_new_data_options(command, arguments->data, arguments->marks);
  command.add_flag("--new-epoch", arguments->new_epoch,
                   "Go back in time: acknowledged commits that the backup lacks are lost");
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_restore(*arguments); });
}

} // namespace holdfast::tools
