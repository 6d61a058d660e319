#include "tools/commands.hpp"
#include "tools/log_setup.hpp"
#include "tools/server_process.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::tools {

namespace {

struct serve_arguments {
  std::string config_file;
  std::string data;
  std::string listen;
  std::string payments_url;
  std::string payments_key_file;
  std::string payments_webhook_secret_file;
  bool accept_clock = false;
  bool accept_journal_loss = false;
  bool as_json = false;
};

constexpr int wrong_usage = 2;

/// Where cards are paid, as the flags say it.
auto adopt_payments(const serve_arguments& from, server_config& to) -> bool {
  if (!from.payments_url.empty()) {
    auto checked = payments::stripe::check_url(from.payments_url);
    if (!checked) {
      std::fprintf(stderr, "--payments-url %s\n", checked.error().c_str());
      return false;
    }
    to.gateway.url = std::move(*checked);
  }
  if (!from.payments_key_file.empty()) {
    to.gateway.key_file = from.payments_key_file;
  }
  if (!from.payments_webhook_secret_file.empty()) {
    to.notification_secret_file = from.payments_webhook_secret_file;
  }
  return true;
}

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
  if (!adopt_payments(from, config)) {
    return std::nullopt;
  }
  config.engine.accept_clock = from.accept_clock;
  config.accept_journal_loss = from.accept_journal_loss;
  return config;
}

/// What a person, or a program that started the server, wants to know of it.
struct introduction {
  std::string url;
  std::string data;
  bool as_json = false;
};

auto introduce(const server_config& config, bool as_json) -> introduction {
  const auto& http = config.http;
  const auto address = http.address.find(':') == std::string::npos ? http.address : "[" + http.address + "]";
  return {(http.tls.certificate_file.empty() ? "http://" : "https://") + address, config.data_directory.string(),
          as_json};
}

void print_ready(const introduction& who, const server_process& server) {
  const auto url = who.url + ":" + std::to_string(server.port());
  const auto& key = server.first_key_file();
  if (who.as_json) {
    nlohmann::ordered_json line{{"ready", true}, {"url", url}, {"data", who.data}, {"process", ::getpid()}};
    line["first_admin_key_file"] = key.empty() ? nlohmann::ordered_json{} : nlohmann::ordered_json(key.string());
    line["warnings"] = std::vector<std::string>(server.warnings().begin(), server.warnings().end());
    std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  } else {
    std::printf("holdfast serves %s with the data in %s; SIGTERM or Ctrl-C ends it\n", url.c_str(), who.data.c_str());
    if (!key.empty()) {
      std::printf("the first admin API key is in %s\n", key.c_str());
    }
    for (const auto& warning : server.warnings()) {
      std::printf("warning: %s\n", warning.c_str());
    }
  }
  std::fflush(stdout);
}

/// Waits for one of the signals; meanwhile says, once, that requests are welcome, or what they have to wait for.
void wait_for_end(const introduction& who, server_process& server, const sigset_t& signals) {
  constexpr timespec between_looks{0, 20'000'000};
  constexpr int looks_in_silence = 100; // 2 s: the most that a start should take
  int looks = 0;
  for (;;) {
    const auto state = server.engine().ready();
    if (state.ready) {
      print_ready(who, server);
      int received = 0;
      sigwait(&signals, &received);
      return;
    }
    if (++looks == looks_in_silence) {
      for (const auto& reason : state.reasons) {
        std::fprintf(stderr, "holdfast: not ready yet: %s\n", reason.c_str());
      }
    }
    if (sigtimedwait(&signals, nullptr, &between_looks) > 0) {
      return;
    }
  }
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
  const auto who = introduce(*config, arguments.as_json);
  auto server = server_process::start(std::move(*config));
  if (!server) {
    spdlog::critical("{}", server.error());
    std::fprintf(stderr, "holdfast: %s\n", server.error().c_str());
    return 1;
  }
  wait_for_end(who, **server, signals);
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
  command->add_option("--payments-url", arguments->payments_url,
                      "Who takes cards: Stripe when a key file is given and nobody is named, or `holdfast gateway`");
  command->add_option("--payments-key-file", arguments->payments_key_file, "File with the gateway's API key")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--payments-webhook-secret-file", arguments->payments_webhook_secret_file,
                   "File with the secret of the gateway's notifications")
      ->check(CLI::ExistingFile);
  command->add_flag("--accept-clock", arguments->accept_clock,
                    "The clock is right although it is far ahead of the newest fact");
  command->add_flag("--accept-journal-loss", arguments->accept_journal_loss,
                    "Start although acknowledged commits are missing from the journal");
  command->add_flag("--json", arguments->as_json, "Say in one JSON line, on standard output, when it is ready");
  command->callback([arguments, &exit_code] { exit_code = serve(*arguments); });
}

} // namespace holdfast::tools
