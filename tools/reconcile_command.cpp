#include "domain/public_id.hpp"
#include "journal/audit/auditor.hpp"
#include "journal/rocksdb_audit_source.hpp"
#include "payments/stripe/client.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_options.hpp"
#include "tools/gateway_books.hpp"
#include "tools/offline_data.hpp"
#include "tools/reconciliation.hpp"
#include "tools/server_copy.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace holdfast::tools {
namespace {

namespace audit = journal::audit;
namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* reconcile_name = "reconcile";

struct reconcile_arguments {
  fs::path data;
  fs::path marks;
  server_address server;
  std::string key_file;
  std::string event;
  payments::stripe::client_options gateway;
  bool apply = false;
  bool as_json = false;
};

/// A copy that a running server made for this command; gone with it.
class borrowed_copy {
 public:
  explicit borrowed_copy(fs::path at) : at_{std::move(at)} {}
  ~borrowed_copy() {
    std::error_code trouble;
    fs::remove_all(at_, trouble);
  }
  borrowed_copy(const borrowed_copy&) = delete;
  auto operator=(const borrowed_copy&) -> borrowed_copy& = delete;

 private:
  fs::path at_;
};

/// What was done about one difference.
struct repair {
  audit::difference what;
  std::optional<std::string> trouble;
};

/// What the command found and did.
struct outcome {
  std::size_t payments = 0; ///< of the gateway
  audit::books_report books;
  settled_differences settled;
  std::vector<repair> repairs;
  std::size_t under_way = 0; ///< of the repairs: asked for, and not done yet
  std::size_t remaining = 0; ///< differences, when all that was to be done is done
};

/// The journal's book; a journal with violations is no ground to move money on.
auto read_journal(const fs::path& place, const reconcile_arguments& arguments,
                  const std::optional<std::uint64_t>& event)
    -> tl::expected<std::vector<audit::journal_payment>, std::string> {
  const auto data = open_offline(place, arguments.marks);
  if (!data) {
    return tl::unexpected{data.error().detail};
  }
  const auto source = journal::open_audit_source({data->journal, data->marks, data->snapshots});
  if (!source) {
    return tl::unexpected{source.error().detail};
  }
  audit::audit_options options;
  options.event = event;
  progress_line progress{"reading the journal", "facts"};
  options.progress = [&progress](std::uint64_t records) { progress.show(records); };
  auto report = audit::run_audit(**source, options);
  if (!report.sound()) {
    return tl::unexpected{"the journal has " + grouped(report.found.count()) +
                          " violations: `holdfast audit` says which, and nothing is compared with such a journal"};
  }
  return std::move(report.payments);
}

auto values_of(const gateway_lines& lines) -> std::vector<audit::gateway_payment> {
  std::vector<audit::gateway_payment> all;
  all.reserve(lines.size());
  for (const auto& [id, line] : lines) {
    all.push_back(line);
  }
  return all;
}

/// Sets right what can be, then compares again with what the gateway has now.
auto repair_all(payments::gateway& gateway, const std::vector<audit::journal_payment>& journal,
                const audit::books_options& options, gateway_lines& lines, outcome& to)
    -> tl::expected<void, std::string> {
  for (const auto& one : to.settled.found) {
    if (one.cure == audit::remedy::none) {
      continue;
    }
    const auto how = cure(gateway, one, lines.at(one.gateway_payment));
    auto trouble = how ? std::optional<std::string>{} : std::optional{how.error()};
    if (how == cured::under_way) {
      trouble = "asked for; the gateway has not done it yet";
      ++to.under_way;
    }
    to.repairs.push_back({one, std::move(trouble)});
  }
  const auto after = look_again(gateway, to.settled.found, lines);
  if (!after) {
    return tl::unexpected{after.error()};
  }
  to.remaining = audit::compare_books(journal, values_of(lines), options).differences.size() + to.under_way;
  return {};
}

auto reconcile(payments::gateway& gateway, const reconcile_arguments& arguments,
               const std::optional<std::uint64_t>& event) -> tl::expected<outcome, std::string> {
  // The gateway first: a payment that is there was intended in the journal before, so that one which a later journal does not have is unknown.
  auto lines = [&] {
    progress_line progress{"reading the gateway", "payments and refunds"};
    return read_gateway(gateway, [&progress](std::uint64_t count) { progress.show(count); });
  }();
  if (!lines) {
    return tl::unexpected{std::move(lines.error())};
  }
  std::optional<borrowed_copy> copy;
  auto place = arguments.data;
  if (place.empty()) {
    const auto made = ask_for_copy(arguments.server, arguments.key_file);
    if (!made) {
      return tl::unexpected{made.error()};
    }
    place = made->path;
    copy.emplace(made->path);
  }
  const auto journal = read_journal(place, arguments, event);
  if (!journal) {
    return tl::unexpected{journal.error()};
  }
  outcome found;
  found.payments = lines->size();
  const audit::books_options options{.event = event, .at_rest = false};
  found.books = audit::compare_books(*journal, values_of(*lines), options);
  auto settled = look_again(gateway, found.books.differences, *lines);
  if (!settled) {
    return tl::unexpected{std::move(settled.error())};
  }
  found.settled = *std::move(settled);
  found.remaining = found.settled.found.size();
  if (arguments.apply && found.remaining != 0) {
    if (auto repaired = repair_all(gateway, *journal, options, *lines, found); !repaired) {
      return tl::unexpected{std::move(repaired.error())};
    }
  }
  return found;
}

void print_json(const outcome& found) {
  ordered_json document{{"payments_at_gateway", found.payments},
                        {"compared", found.books.compared},
                        {"open", found.books.open},
                        {"foreign", found.books.foreign},
                        {"moving", found.settled.moving}};
  auto& differences = document["differences"] = ordered_json::array();
  for (const auto& one : found.settled.found) {
    differences.push_back(json_of(one));
  }
  auto& repairs = document["repairs"] = ordered_json::array();
  for (const auto& [what, trouble] : found.repairs) {
    auto line = json_of(what);
    line["done"] = !trouble;
    if (trouble) {
      line["trouble"] = *trouble;
    }
    repairs.push_back(std::move(line));
  }
  document["remaining"] = found.remaining;
  std::printf("%s\n", document.dump(2, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

void print_text(const outcome& found, bool applied) {
  for (const auto& one : found.settled.found) {
    std::printf("%s\n", text_of(one).c_str());
    if (one.cure == audit::remedy::none) {
      continue;
    }
    const auto amount = one.cure == audit::remedy::cancel ? std::string{} : " " + grouped(one.amount);
    std::printf("  %s: %s%s at the gateway\n", applied ? "asked for" : "--apply would ask for",
                std::string{audit::name_of(one.cure)}.c_str(), amount.c_str());
  }
  for (const auto& [what, trouble] : found.repairs) {
    if (trouble) {
      std::printf("not set right yet: %s\n  %s\n", text_of(what).c_str(), trouble->c_str());
    }
  }
  std::printf("%s differences, %s of them remain; %s payments compared, %s still going on, %s changed meanwhile, "
              "%s of the gateway's not from here\n",
              grouped(std::uint64_t{found.settled.found.size()}).c_str(),
              grouped(std::uint64_t{found.remaining}).c_str(), grouped(std::uint64_t{found.books.compared}).c_str(),
              grouped(std::uint64_t{found.books.open}).c_str(), grouped(std::uint64_t{found.settled.moving}).c_str(),
              grouped(std::uint64_t{found.books.foreign}).c_str());
}

auto run_reconcile_command(const reconcile_arguments& arguments) -> int {
  if (arguments.data.empty() == arguments.server.url.empty()) {
    return complain(reconcile_name,
                    "say where the journal is: either --data, or --url and --key-file of a running server",
                    exit_wrong_usage);
  }
  if (!arguments.server.url.empty() && arguments.key_file.empty()) {
    return complain(reconcile_name, "--url needs --key-file", exit_wrong_usage);
  }
  std::optional<std::uint64_t> event;
  if (!arguments.event.empty()) {
    const auto parsed = parse_event_option(arguments.event);
    if (!parsed) {
      return complain(reconcile_name, parsed.error().detail, exit_wrong_usage);
    }
    event = parsed->value();
  }
  const auto gateway = payments::stripe::make_client(arguments.gateway);
  if (!gateway) {
    return complain(reconcile_name, gateway.error(), exit_wrong_usage);
  }
  const auto found = reconcile(**gateway, arguments, event);
  if (!found) {
    return complain(reconcile_name, found.error(), exit_does_not_hold);
  }
  arguments.as_json ? print_json(*found) : print_text(*found, arguments.apply);
  return found->remaining == 0 ? exit_ok : exit_does_not_hold;
}

} // namespace

void register_reconcile_command(CLI::App& app, int& exit_code) {
  auto& command =
      *app.add_subcommand("reconcile", "Compares what the gateway has with the journal, payment by payment, "
                                       "and sets right at the gateway what is beyond doubt");
  auto arguments = std::make_shared<reconcile_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  command.get_option("--data")->required(false);
  add_server_options(command, arguments->server);
  command.get_option("--url")->required(false);
  command.add_option("--key-file", arguments->key_file, "File with an API key of scope admin, for --url")
      ->check(CLI::ExistingFile);
  command.add_option("--event", arguments->event, "Only this event (evt_…)");
  command.add_option("--payments-url", arguments->gateway.url, "The gateway")->capture_default_str();
  command.add_option("--payments-key-file", arguments->gateway.key_file, "File with the gateway's API key")
      ->required()
      ->check(CLI::ExistingFile);
  command.add_flag("--apply", arguments->apply,
                   "Cancel, refund or capture at the gateway what the journal leaves no doubt about");
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_reconcile_command(*arguments); });
}

} // namespace holdfast::tools
