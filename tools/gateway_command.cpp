#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/gateway/ledger.hpp"
#include "tools/gateway/ledger_view.hpp"
#include "tools/gateway/simulator.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::tools {

namespace {

using nlohmann::ordered_json;

struct gateway_arguments {
  std::string data;
  std::string listen = "127.0.0.1:0";
  std::string webhook_url;
  std::string faults_file;
  bool as_json = false;
};

struct ledger_arguments {
  std::string data;
  bool records = false;
  bool as_json = false;
};

void print_line(const ordered_json& line) {
  std::printf("%s\n", line.dump(-1, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

auto set_listen(std::string_view text, gateway::simulator_options& to) -> bool {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  auto address = text.substr(0, colon);
  if (address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  const auto digits = text.substr(colon + 1);
  const auto* last = digits.data() + digits.size();
  const auto [end, failed] = std::from_chars(digits.data(), last, to.port);
  to.address = std::string{address};
  return failed == std::errc{} && end == last && !digits.empty();
}

auto options_from(const gateway_arguments& from) -> tl::expected<gateway::simulator_options, std::string> {
  gateway::simulator_options options;
  options.data = from.data;
  options.webhook_url = from.webhook_url;
  if (!set_listen(from.listen, options)) {
    return tl::unexpected{std::string{"--listen must be ADDRESS:PORT, such as 127.0.0.1:12111"}};
  }
  if (from.data.empty()) {
    return tl::unexpected{std::string{"--data DIR is needed: where the ledger is kept"}};
  }
  if (!from.webhook_url.empty() && !from.webhook_url.starts_with("http://") &&
      !from.webhook_url.starts_with("https://")) {
    return tl::unexpected{std::string{"--webhook-url must begin with http:// or https://"}};
  }
  if (from.faults_file.empty()) {
    return options;
  }
  std::ifstream stream{from.faults_file};
  const auto document = nlohmann::json::parse(stream, nullptr, false, true);
  if (!stream || document.is_discarded()) {
    return tl::unexpected{from.faults_file + " is no JSON file that can be read"};
  }
  auto script = gateway::read_faults(document);
  if (!script) {
    return tl::unexpected{from.faults_file + ": " + script.error()};
  }
  options.faults = std::move(*script);
  return options;
}

void print_ready(const gateway::simulator& simulator, bool as_json) {
  if (as_json) {
    print_line({{"ready", true},
                {"url", simulator.url()},
                {"key_file", simulator.key_file().string()},
                {"webhook_secret_file", simulator.webhook_secret_file().string()},
                {"cut_bytes", simulator.cut_bytes()},
                {"process", ::getpid()}});
  } else {
    std::printf("the gateway simulator serves %s; SIGTERM or Ctrl-C ends it\n", simulator.url().c_str());
    std::printf("its API key is in %s, its webhook secret in %s\n", simulator.key_file().c_str(),
                simulator.webhook_secret_file().c_str());
    if (simulator.cut_bytes() > 0) {
      std::printf("%s bytes of a record that was never answered were cut off the ledger\n",
                  grouped(simulator.cut_bytes()).c_str());
    }
  }
  std::fflush(stdout);
}

auto run_gateway(const gateway_arguments& arguments) -> int {
  auto options = options_from(arguments);
  if (!options) {
    return complain("gateway", options.error(), exit_wrong_usage);
  }
  // Blocked before any thread exists, so that every thread inherits that and only this one waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const auto simulator = gateway::simulator::start(*options);
  if (!simulator) {
    return complain("gateway", simulator.error(), exit_does_not_hold);
  }
  print_ready(**simulator, arguments.as_json);
  constexpr timespec between_looks{0, 100'000'000};
  while (sigtimedwait(&signals, nullptr, &between_looks) < 0) {
    if (const auto why = (*simulator)->failure(); !why.empty()) {
      return complain("gateway", why, exit_does_not_hold);
    }
  }
  return exit_ok;
}

auto line_of(const payments::payment& of) -> ordered_json {
  ordered_json line{{"object", "payment"},
                    {"id", of.id},
                    {"status", name_of(of.status)},
                    {"currency", of.currency.text()},
                    {"amount", of.amount},
                    {"capturable", of.amount_capturable},
                    {"captured", of.amount_received},
                    {"refunded", of.amount_refunded},
                    {"created_s", of.created_s},
                    {"metadata", ordered_json::object()}};
  for (const auto& [name, value] : of.about) {
    line["metadata"][name] = value;
  }
  return line;
}

auto line_of(const payments::refund& of) -> ordered_json {
  ordered_json line{{"object", "refund"},        {"id", of.id},
                    {"payment", of.payment_id},  {"status", name_of(of.status)},
                    {"amount", of.amount},       {"currency", of.currency.text()},
                    {"created_s", of.created_s}, {"metadata", ordered_json::object()}};
  for (const auto& [name, value] : of.about) {
    line["metadata"][name] = value;
  }
  return line;
}

auto print_records(const ledger_arguments& arguments) -> int {
  const auto read = gateway::ledger::read(std::filesystem::path{arguments.data} / "ledger.log",
                                          [](const nlohmann::json& record) { print_line(ordered_json(record)); });
  return read ? exit_ok : complain("gateway ledger", read.error(), exit_does_not_hold);
}

auto print_ledger(const ledger_arguments& arguments) -> int {
  if (arguments.records) {
    return print_records(arguments);
  }
  const auto state = gateway::read_ledger_state(arguments.data);
  if (!state) {
    return complain("gateway ledger", state.error(), exit_does_not_hold);
  }
  auto payments = ordered_json::array();
  auto refunds = ordered_json::array();
  for (const auto& each : state->payments) {
    payments.push_back(line_of(each));
  }
  for (const auto& each : state->refunds) {
    refunds.push_back(line_of(each));
  }
  if (arguments.as_json) {
    print_line({{"records", state->records}, {"payments", std::move(payments)}, {"refunds", std::move(refunds)}});
    return exit_ok;
  }
  for (const auto* lines : {&payments, &refunds}) {
    for (const auto& line : *lines) {
      print_line(line);
    }
  }
  return exit_ok;
}

void register_ledger(CLI::App& gateway, int& exit_code) {
  auto arguments = std::make_shared<ledger_arguments>();
  auto* command =
      gateway.add_subcommand("ledger", "Print what the ledger comes to: payments and refunds, a JSON line each");
  command->add_option("data", arguments->data, "The simulator's folder; it may be in use")->required();
  command->add_flag("--records", arguments->records, "Print every record instead, as it was written");
  command->add_flag("--json", arguments->as_json, "One JSON document");
  command->callback([arguments, &exit_code] { exit_code = print_ledger(*arguments); });
}

} // namespace

void register_gateway_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<gateway_arguments>();
  auto* command = app.add_subcommand(
      "gateway", "Run a payment gateway that speaks as Stripe does, with a ledger of its own, and fails as it is told");
  command->add_option("--data", arguments->data, "Folder of the ledger and the keys; made when missing");
  command->add_option("--listen", arguments->listen, "ADDRESS:PORT on this machine")->capture_default_str();
  command->add_option("--webhook-url", arguments->webhook_url, "Where events are sent to, signed");
  command->add_option("--faults", arguments->faults_file, "JSON file with what is to go wrong; docs/payments.md");
  command->add_flag("--json", arguments->as_json, "Say in one JSON line, on standard output, when it is ready");
  register_ledger(*command, exit_code);
  command->callback([command, arguments, &exit_code] {
    if (command->get_subcommands().empty()) {
      exit_code = run_gateway(*arguments);
    }
  });
}

} // namespace holdfast::tools
