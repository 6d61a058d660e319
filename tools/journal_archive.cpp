#include "domain/public_id.hpp"
#include "journal/archive.hpp"
#include "journal/rocksdb_import.hpp"
#include "tools/console.hpp"
#include "tools/data_directory.hpp"
#include "tools/journal_command.hpp"
#include "tools/marks_location.hpp"
#include "tools/offline_data.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <system_error>
#include <utility>

namespace holdfast::tools {
namespace {

using journal::failure;
using journal::failure_kind;
using nlohmann::ordered_json;

/// What to export: the events that were named, or everything, organisations first.
auto streams_to_export(journal::journal& from, const std::vector<std::string>& events)
    -> tl::expected<std::vector<journal::stream_id>, failure> {
  std::vector<journal::stream_id> streams;
  for (const auto& text : events) {
    const auto event = parse_event_option(text);
    if (!event) {
      return tl::unexpected{event.error()};
    }
    auto found = journal::streams_of_event(from, *event);
    if (!found) {
      return tl::unexpected{found.error().kind == failure_kind::not_found
                                ? failure{failure_kind::not_found, text + " is not in this journal"}
                                : std::move(found.error())};
    }
    streams.insert(streams.end(), found->begin(), found->end());
  }
  if (!events.empty()) {
    return streams;
  }
  for (const auto kind : {journal::stream_kind::organisation, journal::stream_kind::event, journal::stream_kind::queue,
                          journal::stream_kind::payment, journal::stream_kind::system}) {
    const auto heads = from.heads(kind);
    if (!heads) {
      return tl::unexpected{heads.error()};
    }
    for (const auto& [stream, head] : *heads) {
      streams.push_back(stream);
    }
  }
  return streams;
}

auto export_stream(journal::journal& from, journal::stream_id stream, journal::archive_writer& to,
                   progress_line& progress) -> tl::expected<void, failure> {
  tl::expected<void, failure> written;
  to.begin(stream);
  auto read = read_stream(from, stream, 1, [&](std::span<const journal::record_view> records) {
    for (const auto& record : records) {
      if (written = to.add(record); !written) {
        return false;
      }
    }
    progress.show(to.records());
    return true;
  });
  if (!read || !written) {
    return read ? written : read;
  }
  to.end();
  return {};
}

auto export_all(const export_arguments& arguments) -> tl::expected<ordered_json, failure> {
  auto data = open_offline(arguments.data, arguments.marks);
  if (!data) {
    return tl::unexpected{std::move(data.error())};
  }
  auto opened = open_journal(*data);
  if (!opened) {
    return tl::unexpected{std::move(opened.error())};
  }
  const auto streams = streams_to_export(**opened, arguments.events);
  if (!streams) {
    return tl::unexpected{streams.error()};
  }
  auto archive = journal::archive_writer::create(arguments.out);
  if (!archive) {
    return tl::unexpected{std::move(archive.error())};
  }
  progress_line progress{"exporting", "facts"};
  for (const auto stream : *streams) {
    if (auto written = export_stream(**opened, stream, *archive, progress); !written) {
      return tl::unexpected{std::move(written.error())};
    }
  }
  if (auto finished = archive->finish(); !finished) {
    return tl::unexpected{std::move(finished.error())};
  }
  std::error_code trouble;
  return ordered_json{{"file", arguments.out.string()},
                      {"streams", archive->streams()},
                      {"facts", archive->records()},
                      {"bytes", std::filesystem::file_size(arguments.out, trouble)}};
}

auto import_all(const import_arguments& arguments) -> tl::expected<ordered_json, failure> {
  std::error_code trouble;
  std::filesystem::create_directories(arguments.data, trouble);
  auto lock = journal::data_lock::take(arguments.data / "LOCK", journal::data_lock::mode::exclusive);
  if (!lock) {
    return tl::unexpected{std::move(lock.error())};
  }
  tl::expected<journal::archive_reader, failure> archive = tl::unexpected{failure{}};
  {
    progress_line progress{"verifying", "bytes"};
    archive = journal::archive_reader::open(arguments.file,
                                            [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); });
  }
  if (!archive) {
    return tl::unexpected{std::move(archive.error())};
  }
  const data_paths paths{arguments.data};
  const auto marks = choose_marks(paths, arguments.marks, false);
  if (!marks) {
    return tl::unexpected{marks.error()};
  }
  progress_line progress{"importing", "facts", archive->records()};
  auto done = journal::import_archive(*archive, {paths.journal, *marks},
                                      [&](std::uint64_t records) { progress.show(records); });
  if (done) {
    done = remember_marks(paths, *marks);
  }
  std::filesystem::remove_all(paths.projections, trouble); // views of another past
  if (!done) {
    return tl::unexpected{std::move(done.error())};
  }
  return ordered_json{
      {"data", arguments.data.string()}, {"streams", archive->streams().size()}, {"facts", archive->records()}};
}

/// Prints what was done, or complains.
auto tell(const char* command, const char* done, const tl::expected<ordered_json, failure>& result, bool as_json)
    -> int {
  if (!result) {
    return complain(command, result.error().detail, exit_does_not_hold);
  }
  if (as_json) {
    std::printf("%s\n", result->dump(2).c_str());
  } else {
    std::printf("%s %s facts of %s streams\n", done, grouped((*result)["facts"].get<std::uint64_t>()).c_str(),
                grouped((*result)["streams"].get<std::uint64_t>()).c_str());
  }
  return exit_ok;
}

} // namespace

auto run_journal_export(const export_arguments& arguments) -> int {
  for (const auto& text : arguments.events) {
    if (const auto event = parse_event_option(text); !event) {
      return complain("journal export", event.error().detail, exit_wrong_usage);
    }
  }
  return tell("journal export", "exported", export_all(arguments), arguments.as_json);
}

auto run_journal_import(const import_arguments& arguments) -> int {
  return tell("journal import", "imported", import_all(arguments), arguments.as_json);
}

} // namespace holdfast::tools
