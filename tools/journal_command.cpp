#include "tools/journal_command.hpp"

#include "tools/commands.hpp"
#include "tools/data_options.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace holdfast::tools {
namespace {

void add_show(CLI::App& journal, int& exit_code) {
  auto& command = *journal.add_subcommand("show", "Prints facts, one JSON line each");
  auto arguments = std::make_shared<show_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  auto* event =
      command.add_option("--event", arguments->event, "Only this event (evt_…); otherwise everything in commit order");
  command.add_option("--from", arguments->from, "First seq to print")->needs(event);
  auto* payments =
      command.add_flag("--payments", arguments->payments, "The event's payments instead of the event")->needs(event);
  command.add_flag("--queue", arguments->queue, "The event's waiting room instead of the event")
      ->needs(event)
      ->excludes(payments);
  command.add_option("--limit", arguments->limit, "How many facts at most");
  command.add_flag("--json", arguments->as_json, "One JSON document instead of a line a fact");
  command.callback([arguments, &exit_code] { exit_code = run_journal_show(*arguments); });
}

void add_replay(CLI::App& journal, int& exit_code) {
  auto& command = *journal.add_subcommand("replay", "Folds the journal and prints the state it gives, and its hash");
  auto arguments = std::make_shared<replay_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  auto* event = command.add_option("--event", arguments->event, "Only this event (evt_…)");
  auto* at_seq = command.add_option("--at-seq", arguments->at_seq, "The state after this fact")->needs(event);
  command.add_option("--at", arguments->at, "The state at this time (RFC 3339, UTC)")->excludes(at_seq);
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_journal_replay(*arguments); });
}

void add_export(CLI::App& journal, int& exit_code) {
  auto& command =
      *journal.add_subcommand("export", "Writes whole streams into a portable archive that verifies itself");
  auto arguments = std::make_shared<export_arguments>();
  add_data_options(command, arguments->data, arguments->marks);
  command.add_option("--out", arguments->out, "The archive to write")->required();
  command.add_option("--event", arguments->events,
                     "Only these events with their payments, without their organisations; otherwise everything");
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_journal_export(*arguments); });
}

void add_import(CLI::App& journal, int& exit_code) {
  auto& command = *journal.add_subcommand("import", "Puts the streams of an archive into a journal, all or none");
  auto arguments = std::make_shared<import_arguments>();
  command.add_option("file", arguments->file, "The archive")->required()->check(CLI::ExistingFile);
  add_new_data_options(command, arguments->data, arguments->marks);
  command.add_flag("--json", arguments->as_json, "One JSON document");
  command.callback([arguments, &exit_code] { exit_code = run_journal_import(*arguments); });
}

} // namespace

void register_journal_command(CLI::App& app, int& exit_code) {
  auto& journal = *app.add_subcommand("journal", "Looks into a journal that no server has open");
  journal.require_subcommand(1);
  add_show(journal, exit_code);
  add_replay(journal, exit_code);
  add_export(journal, exit_code);
  add_import(journal, exit_code);
}

} // namespace holdfast::tools
