#include "journal/rocksdb_journal.hpp"
#include "tools/backup_manifest.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_options.hpp"
#include "tools/http_client.hpp"
#include "tools/server_copy.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* backup_name = "backup";

struct backup_arguments {
  server_address server;
  std::string key_file;
  fs::path out;
  bool as_json = false;
};

/// Opens the copy as a reader: whether it is a whole journal, and where it ends.
auto newest_commit(const fs::path& journal) -> tl::expected<std::uint64_t, std::string> {
  journal::rocksdb_journal_options options;
  options.directory = journal;
  options.access = journal::journal_access::read_only;
  const auto opened = journal::rocksdb_journal::open(std::move(options));
  if (!opened) {
    return tl::unexpected{opened.error().detail};
  }
  return (*opened)->report().position;
}

/// Copies what the server made to where the operator wants it, and gives the server's disk back.
auto fetch(const server_copy& from, const fs::path& out) -> tl::expected<backup_manifest, std::string> {
  backup_manifest manifest{from.id, from.created_at, 0, {}};
  {
    progress_line progress{"copying", "bytes"};
    auto files = copy_files(from.path, out / "journal",
                            [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); });
    if (!files) {
      return tl::unexpected{std::move(files.error().detail)};
    }
    manifest.files = *std::move(files);
  }
  const auto position = newest_commit(out / "journal");
  if (!position) {
    return tl::unexpected{"the copy cannot be opened: " + position.error()};
  }
  manifest.position = *position;
  if (auto written = write_manifest(out, manifest); !written) {
    return tl::unexpected{std::move(written.error().detail)};
  }
  std::error_code trouble;
  fs::remove_all(from.path, trouble);
  return manifest;
}

auto run_backup(const backup_arguments& arguments) -> int {
  std::error_code trouble;
  if (fs::exists(arguments.out, trouble) && !fs::is_empty(arguments.out, trouble)) {
    return complain(backup_name, arguments.out.string() + " is not empty", exit_wrong_usage);
  }
  const auto made = ask_for_copy(arguments.server, arguments.key_file);
  if (!made) {
    return complain(backup_name, made.error(), exit_does_not_hold);
  }
  const bool new_directory = !fs::exists(arguments.out, trouble);
  const auto manifest = fetch(*made, arguments.out);
  if (!manifest) {
    // What is there now is no backup; a second attempt wants the place empty.
    fs::remove_all(arguments.out / "journal", trouble);
    if (new_directory) {
      fs::remove(arguments.out, trouble);
    }
    return complain(backup_name, manifest.error(), exit_does_not_hold);
  }
  std::uint64_t bytes = 0;
  for (const auto& file : manifest->files) {
    bytes += file.bytes;
  }
  if (arguments.as_json) {
    const ordered_json document{{"backup_id", manifest->backup_id},   {"out", arguments.out.string()},
                                {"created_at", manifest->created_at}, {"position", manifest->position},
                                {"files", manifest->files.size()},    {"bytes", bytes}};
    std::printf("%s\n", document.dump(2).c_str());
  } else {
    std::printf("backed up %s commits (%s bytes in %s files) to %s\n", grouped(manifest->position).c_str(),
                grouped(bytes).c_str(), grouped(std::uint64_t{manifest->files.size()}).c_str(), arguments.out.c_str());
    std::printf("it has no secrets: keep the server's secrets/ elsewhere\n");
  }
  return exit_ok;
}

} // namespace

void register_backup_command(CLI::App& app, int& exit_code) {
  auto& command = *app.add_subcommand(
      "backup", "Copies the journal of a running server, as of one moment; the server's own copy is removed once it "
                "is fetched, and after an interruption when newer ones follow");
  auto arguments = std::make_shared<backup_arguments>();
  add_server_options(command, arguments->server);
  command.add_option("--key-file", arguments->key_file, "File with an API key of scope admin")
      ->required()
      ->check(CLI::ExistingFile);
  command.add_option("--out", arguments->out, "Directory to make, or an empty one")->required();
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_backup(*arguments); });
}

} // namespace holdfast::tools
