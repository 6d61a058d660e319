#include "tools/bench/stores.hpp"

#include "tools/bench/postgres_link.hpp"
#include "tools/bench/redis_link.hpp"
#include "tools/bench/scratch.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <vector>

namespace holdfast::tools::bench {

namespace {

namespace fs = std::filesystem;

constexpr auto store_start_patience = std::chrono::seconds{30};
/// 48 workers, the one that makes the tables, and PostgreSQL's own reserve.
constexpr const char* connections_max = "120";

[[nodiscard]] auto find_program(const std::string& name, const std::vector<fs::path>& directories)
    -> std::optional<fs::path> {
  for (const auto& directory : directories) {
    if (::access((directory / name).c_str(), X_OK) == 0) {
      return directory / name;
    }
  }
  return std::nullopt;
}

/// Debian keeps PostgreSQL's own programs by version; the newest that is installed.
[[nodiscard]] auto postgres_programs() -> std::optional<fs::path> {
  std::error_code error;
  std::vector<fs::path> found;
  for (const auto& version : fs::directory_iterator{"/usr/lib/postgresql", error}) {
    if (find_program("initdb", {version.path() / "bin"})) {
      found.push_back(version.path() / "bin");
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  return *std::max_element(found.begin(), found.end());
}

[[nodiscard]] auto give_to_postgres(const fs::path& path) -> bool {
  if (::geteuid() != 0) {
    return true;
  }
  std::vector<char> room(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  return ::getpwnam_r("postgres", &entry, room.data(), room.size(), &found) == 0 && found != nullptr &&
         ::chown(path.c_str(), entry.pw_uid, entry.pw_gid) == 0;
}

[[nodiscard]] auto make_cluster(const fs::path& programs, const fs::path& directory, const std::string& secret)
    -> tl::expected<void, failure> {
  const auto password_file = directory / "password";
  const auto written = write_private_file(password_file, secret + "\n");
  if (!written) {
    return written;
  }
  if (!give_to_postgres(directory) || !give_to_postgres(password_file)) {
    return tl::unexpected{
        failure{"cannot give " + directory.string() + " to the user postgres; is PostgreSQL installed?"}};
  }
  return run_to_end({.command = {programs / "initdb", "--pgdata=" + (directory / "data").string(),
                                 "--username=postgres", "--auth=scram-sha-256", "--pwfile=" + password_file.string(),
                                 "--encoding=UTF8", "--locale=C", "--no-sync"},
                     .user = "postgres",
                     .log = directory.string() + ".initdb.log",
                     .environment = {},
                     .directory = directory},
                    store_start_patience);
}

} // namespace

auto start_postgres(const fs::path& directory) -> tl::expected<running_store, failure> {
  const auto programs = postgres_programs();
  if (!programs) {
    return tl::unexpected{
        failure{"PostgreSQL is not installed (package postgresql); leave its peers out with --peers echo"}};
  }
  std::error_code error;
  fs::create_directory(directory, error);
  fs::permissions(directory, fs::perms::owner_all, error);
  const auto secret = random_secret();
  if (const auto made = make_cluster(*programs, directory, secret); !made) {
    return tl::unexpected{made.error()};
  }
  const auto port = free_port();
  const std::array settings{
      "listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=256MB",  "fsync=on",
      "synchronous_commit=on",      "max_wal_size=4GB",         "logging_collector=off", "log_checkpoints=off"};
  launch what{
      .command = {*programs / "postgres", "-D", directory / "data", "-p", std::to_string(port), "-N", connections_max},
      .user = "postgres",
      .log = directory.string() + ".log",
      .environment = {},
      .directory = directory,
      .stop_signal = SIGINT}; // "fast": ends sessions, writes a checkpoint
  for (const auto* setting : settings) {
    what.command.insert(what.command.end(), {"-c", setting});
  }
  auto process = child_process::start(std::move(what));
  if (!process) {
    return tl::unexpected{process.error()};
  }
  ::setenv("PGPASSWORD", secret.c_str(), 1);
  if (!wait_until(*process, store_start_patience,
                  [port] { return postgres_link::connect(port, "postgres").has_value(); })) {
    return tl::unexpected{failure{"PostgreSQL did not start: " + process->last_words()}};
  }
  return running_store{std::move(*process), port, secret};
}

auto start_redis(const fs::path& directory) -> tl::expected<running_store, failure> {
  const auto program = find_program("redis-server", {"/usr/bin", "/usr/local/bin"});
  if (!program) {
    return tl::unexpected{
        failure{"Redis is not installed (package redis-server); leave seed-design out with --peers echo"}};
  }
  std::error_code error;
  fs::create_directory(directory, error);
  fs::permissions(directory, fs::perms::owner_all, error);
  const auto secret = random_secret();
  const auto port = free_port();
  const auto settings = directory / "redis.conf";
  const auto written = write_private_file(
      settings, "bind 127.0.0.1\nport " + std::to_string(port) + "\nrequirepass " + secret + "\ndir " +
                    directory.string() + "\nappendonly yes\nappendfsync everysec\nsave \"\"\ndaemonize no\n");
  if (!written) {
    return tl::unexpected{written.error()};
  }
  auto process = child_process::start({.command = {*program, settings},
                                       .user = std::nullopt,
                                       .log = directory.string() + ".log",
                                       .environment = {},
                                       .directory = directory});
  if (!process) {
    return tl::unexpected{process.error()};
  }
  if (!wait_until(*process, store_start_patience, [&] { return redis_link::connect(port, secret).has_value(); })) {
    return tl::unexpected{failure{"Redis did not start: " + process->last_words()}};
  }
  return running_store{std::move(*process), port, secret};
}

} // namespace holdfast::tools::bench
