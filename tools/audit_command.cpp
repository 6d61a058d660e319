#include "domain/public_id.hpp"
#include "journal/audit/auditor.hpp"
#include "journal/audit/record.hpp"
#include "journal/rocksdb_audit_source.hpp"
#include "tools/audit_certificate.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_options.hpp"
#include "tools/gateway/ledger_view.hpp"
#include "tools/gateway_books.hpp"
#include "tools/offline_data.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::tools {
namespace {

namespace audit = journal::audit;
using nlohmann::ordered_json;

struct audit_arguments {
  std::filesystem::path data;
  std::filesystem::path marks;
  std::string event;
  std::filesystem::path certificate;
  std::filesystem::path against;
  bool at_rest = false;
  bool as_json = false;
};

auto stream_text(audit::stream_name stream) -> std::string {
  std::string text;
  if (stream.kind == 1) {
    domain::public_ids::append(text, domain::event_id{stream.id});
  } else if (stream.kind == 4) {
    domain::public_ids::append(text, domain::organisation_id{stream.id});
  } else if (stream.kind == 3) {
    text = "pay/";
    domain::public_ids::append(text, domain::event_id{stream.id});
  } else if (stream.kind == 0) {
    text = "the journal";
  } else {
    text = "stream " + std::to_string(stream.kind) + "/" + hex64(stream.id);
  }
  return text;
}

auto event_json(const audit::event_summary& event) -> ordered_json {
  return {{"event_id", stream_text({1, event.event})},
          {"name", event.name},
          {"status", audit::name_of(event.status)},
          {"seq", event.seq},
          {"held", event.held},
          {"sold", event.sold},
          {"places", event.places},
          {"holds", event.holds},
          {"orders", event.orders},
          {"complimentary", event.complimentary},
          {"currency", event.currency},
          {"taken", event.taken},
          {"payments", event.payments},
          {"payments_open", event.payments_open},
          {"captures", event.captures},
          {"captured", event.captured},
          {"state_hash", hex64(event.state_hash)},
          {"chain_hash", audit::hex_of(event.chain)}};
}

auto books_json(const audit::books_report& books) -> ordered_json {
  ordered_json document{{"compared", books.compared}, {"open", books.open}, {"foreign", books.foreign}};
  auto& all = document["differences"] = ordered_json::array();
  for (const auto& one : books.differences) {
    all.push_back(json_of(one));
  }
  return document;
}

void print_json(const audit::report& report, const std::optional<audit::books_report>& books, double seconds) {
  ordered_json document{{"violations", report.found.count()},
                        {"streams", report.streams},
                        {"facts", report.records},
                        {"snapshots_compared", report.snapshots_compared},
                        {"seconds", seconds}};
  auto& found = document["found"] = ordered_json::array();
  for (const auto& [kind, first] : report.found.by_kind()) {
    found.push_back({{"kind", audit::name_of(kind)},
                     {"promise", std::string(1, audit::family_of(kind))},
                     {"count", first.count},
                     {"first", {{"stream", stream_text(first.stream)}, {"seq", first.seq}, {"detail", first.detail}}}});
  }
  auto& events = document["events"] = ordered_json::array();
  for (const auto& event : report.events) {
    events.push_back(event_json(event));
  }
  auto& totals = document["totals"] = ordered_json::array();
  for (const auto& [currency, total] : report.by_currency) {
    totals.push_back({{"currency", currency},
                      {"orders", total.orders},
                      {"sold", total.places},
                      {"taken", total.taken},
                      {"captures", total.captures},
                      {"captured", total.captured},
                      {"payments_open", total.payments_open}});
  }
  if (books) {
    document["against"] = books_json(*books);
  }
  std::printf("%s\n", document.dump(2, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

void print_books(const audit::books_report& books) {
  for (const auto& one : books.differences) {
    std::printf("%s\n", text_of(one).c_str());
  }
  std::printf(
      "%s differences between the journal and the gateway; %s payments compared, %s of the journal still going on, "
      "%s of the gateway's not from here\n",
      grouped(std::uint64_t{books.differences.size()}).c_str(), grouped(std::uint64_t{books.compared}).c_str(),
      grouped(std::uint64_t{books.open}).c_str(), grouped(std::uint64_t{books.foreign}).c_str());
}

void print_text(const audit::report& report, double seconds) {
  for (const auto& [kind, first] : report.found.by_kind()) {
    std::printf("%.*s (%s): first in %s", static_cast<int>(audit::name_of(kind).size()), audit::name_of(kind).data(),
                grouped(first.count).c_str(), stream_text(first.stream).c_str());
    if (first.seq != 0) {
      std::printf(" at seq %s", grouped(first.seq).c_str());
    }
    std::printf("\n  %s\n", first.detail.c_str());
  }
  std::printf("%s violations; %s facts of %s streams and %s snapshots in %.2f s\n",
              grouped(report.found.count()).c_str(), grouped(report.records).c_str(), grouped(report.streams).c_str(),
              grouped(report.snapshots_compared).c_str(), seconds);
  for (const auto& [currency, total] : report.by_currency) {
    std::printf("sold: %s places in %s orders for %s %s in minor units\n", grouped(total.places).c_str(),
                grouped(total.orders).c_str(), currency.c_str(), grouped(total.taken).c_str());
    if (total.captures + total.payments_open != 0) {
      std::printf("of this by card: %s payments captured for %s %s; %s payments are still going on\n",
                  grouped(total.captures).c_str(), currency.c_str(), grouped(total.captured).c_str(),
                  grouped(total.payments_open).c_str());
    }
  }
}

/// Refuses to certify what does not hold.
auto certify(const audit::report& report, bool sound, const audit_arguments& arguments) -> int {
  if (!sound) {
    return complain("audit", "no certificate is written for a journal with violations", exit_does_not_hold);
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto text = make_certificate(report, now.count(), arguments.data / "secrets" / "receipt.key");
  if (!text) {
    return complain("audit", text.error(), exit_does_not_hold);
  }
  std::ofstream out{arguments.certificate, std::ios::binary | std::ios::trunc};
  out << *text;
  out.close();
  if (!out) {
    return complain("audit", "cannot write " + arguments.certificate.string(), exit_does_not_hold);
  }
  return exit_ok;
}

auto run_audit_command(const audit_arguments& arguments) -> int {
  audit::audit_options options;
  if (!arguments.event.empty()) {
    const auto event = parse_event_option(arguments.event);
    if (!event) {
      return complain("audit", event.error().detail, exit_wrong_usage);
    }
    options.event = event->value();
  }
  std::optional<gateway::ledger_state> ledger;
  if (!arguments.against.empty()) {
    auto read = gateway::read_ledger_state(arguments.against);
    if (!read) {
      return complain("audit", read.error(), exit_does_not_hold);
    }
    ledger = *std::move(read);
  }
  const auto data = open_offline(arguments.data, arguments.marks);
  if (!data) {
    return complain("audit", data.error().detail, exit_does_not_hold);
  }
  const auto source = journal::open_audit_source({data->journal, data->marks, data->snapshots});
  if (!source) {
    return complain("audit", source.error().detail, exit_does_not_hold);
  }
  audit::report report;
  const auto started = std::chrono::steady_clock::now();
  {
    progress_line progress{"auditing", "facts"};
    options.progress = [&progress](std::uint64_t records) { progress.show(records); };
    report = audit::run_audit(**source, options);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  if (options.event && report.events.empty() && report.sound()) {
    return complain("audit", arguments.event + " is not in this journal", exit_does_not_hold);
  }
  std::optional<audit::books_report> books;
  if (ledger) {
    books = audit::compare_books(report.payments, gateway_book(ledger->payments, ledger->refunds),
                                 {.event = options.event, .at_rest = arguments.at_rest});
  }
  if (arguments.as_json) {
    print_json(report, books, took.count());
  } else {
    print_text(report, took.count());
    if (books) {
      print_books(*books);
    }
  }
  const bool sound = report.sound() && (!books || books->differences.empty());
  if (!arguments.certificate.empty()) {
    return certify(report, sound, arguments);
  }
  return sound ? exit_ok : exit_does_not_hold;
}

} // namespace

void register_audit_command(CLI::App& app, int& exit_code) {
  auto& command = *app.add_subcommand(
      "audit", "Checks every promise that a journal can show, with a reading and a fold of its own");
  auto arguments = std::make_shared<audit_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  command.add_option("--event", arguments->event, "Only this event (evt_…), and the keys it needs");
  command.add_option("--certificate", arguments->certificate, "Write a signed statement of what was sold to this file");
  auto* against =
      command.add_option("--against", arguments->against,
                         "Hold every payment against this ledger of `holdfast gateway` (its folder or file)");
  command.add_flag("--at-rest", arguments->at_rest, "With --against: no payment may still be going on")->needs(against);
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_audit_command(*arguments); });
}

} // namespace holdfast::tools
