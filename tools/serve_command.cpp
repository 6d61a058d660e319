#include "tools/commands.hpp"
#include "tools/log_setup.hpp"
#include "tools/server_process.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::tools {

namespace {

struct serve_arguments {
  std::string config_file;
  std::string data;
  std::string listen;
  bool accept_clock = false;
  bool accept_journal_loss = false;
};

constexpr int wrong_usage = 2;

/// The file, with flags over it; nothing, with the reasons on standard error, when it is not sound.
auto effective_config(const serve_arguments& from) -> std::optional<server_config> {
  server_config config;
  if (!from.config_file.empty()) {
    auto read = read_config(from.config_file);
    if (!read) {
      for (const auto& fault : read.error()) {
        std::fprintf(stderr, "%s: %s\n", from.config_file.c_str(), fault.c_str());
      }
      return std::nullopt;
    }
    config = std::move(*read);
  }
  if (!from.data.empty()) {
    config.data_directory = from.data;
  }
  if (!from.listen.empty() && !set_listen(from.listen, config.http)) {
    std::fprintf(stderr, "--listen must be ADDRESS:PORT, such as 127.0.0.1:8080\n");
    return std::nullopt;
  }
  config.engine.accept_clock = from.accept_clock;
  config.accept_journal_loss = from.accept_journal_loss;
  return config;
}

/// Serves until SIGTERM or SIGINT. Signals are blocked before any thread exists, so that every thread inherits that and only this one waits for them.
auto serve(const serve_arguments& arguments) -> int {
  auto config = effective_config(arguments);
  if (!config) {
    return wrong_usage;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  log_json(config->log_level);
  spdlog::info("configuration: {}", describe(*config));
  auto server = server_process::start(std::move(*config));
  if (!server) {
    spdlog::critical("{}", server.error());
    std::fprintf(stderr, "holdfast: %s\n", server.error().c_str());
    return 1;
  }
  int received = 0;
  sigwait(&signals, &received);
  spdlog::info("draining");
  // A second signal ends the process at once: everything acknowledged is durable anyway.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*server)->stop();
  spdlog::info("stopped");
  return 0;
}

} // namespace

void register_serve_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<serve_arguments>();
  auto* command = app.add_subcommand("serve", "Run the server");
  command->add_option("--config", arguments->config_file, "JSON file; configs/holdfast.json shows every key");
  command->add_option("--data", arguments->data, "Data directory; made when missing");
  command->add_option("--listen", arguments->listen, "ADDRESS:PORT");
  command->add_flag("--accept-clock", arguments->accept_clock,
                    "The clock is right although it is far ahead of the newest fact");
  command->add_flag("--accept-journal-loss", arguments->accept_journal_loss,
                    "Start although acknowledged commits are missing from the journal");
  command->callback([arguments, &exit_code] { exit_code = serve(*arguments); });
}

} // namespace holdfast::tools
