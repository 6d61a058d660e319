#include "tools/offline_data.hpp"

#include "domain/public_id.hpp"
#include "tools/data_directory.hpp"
#include "tools/marks_location.hpp"

#include <future>
#include <system_error>
#include <utility>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

auto is_journal(const fs::path& directory) -> bool {
  std::error_code trouble;
  return fs::exists(directory / "CURRENT", trouble);
}

/// Turns an asynchronous read into one that is waited for.
template <class Start>
auto wait_for(Start start) -> tl::expected<void, failure> {
  std::promise<tl::expected<journal::cursor, failure>> ended;
  start([&ended](tl::expected<journal::cursor, failure> how) { ended.set_value(std::move(how)); });
  auto how = ended.get_future().get();
  return how ? tl::expected<void, failure>{} : tl::unexpected{std::move(how.error())};
}

} // namespace

auto open_offline(const fs::path& directory, const fs::path& marks) -> tl::expected<offline_data, failure> {
  std::error_code trouble;
  offline_data data;
  data.root = directory;
  data.journal = is_journal(directory / "journal") || !is_journal(directory) ? directory / "journal" : directory;
  if (!is_journal(data.journal)) {
    return tl::unexpected{
        failure{failure_kind::not_found, "there is no journal in " + directory.string() +
                                             "; name the directory that `serve --data` was given, or a backup"}};
  }
  // A server leaves its lock file behind; a backup has none, and nobody writes it.
  if (const auto file = directory / "LOCK"; data.journal != directory && fs::exists(file, trouble)) {
    auto lock = journal::data_lock::take(file, journal::data_lock::mode::shared);
    if (!lock) {
      return tl::unexpected{std::move(lock.error())};
    }
    data.lock.emplace(*std::move(lock));
    data.snapshots = data_paths{directory}.snapshots;
    if (marks.empty()) {
      const auto noted = marks_of(data_paths{directory});
      if (!noted) {
        return tl::unexpected{noted.error()};
      }
      data.marks = *noted;
    }
  }
  if (!marks.empty()) {
    data.marks = marks;
  }
  return data;
}

auto open_journal(const offline_data& from) -> tl::expected<std::unique_ptr<journal::rocksdb_journal>, failure> {
  journal::rocksdb_journal_options options;
  options.directory = from.journal;
  options.marks_directory = from.marks;
  options.access = journal::journal_access::read_only;
  return journal::rocksdb_journal::open(std::move(options));
}

auto read_stream(journal::journal& from, journal::stream_id stream, std::uint64_t from_seq,
                 const journal::record_sink& sink) -> tl::expected<void, failure> {
  return wait_for([&](journal::read_done done) { from.read(stream, from_seq, sink, std::move(done)); });
}

auto read_all(journal::journal& from, const journal::record_sink& sink) -> tl::expected<void, failure> {
  return wait_for([&](journal::read_done done) { from.tail({}, sink, std::move(done)); });
}

auto parse_event_option(const std::string& text) -> tl::expected<domain::event_id, failure> {
  if (const auto event = domain::public_ids::parse_event(text)) {
    return *event;
  }
  return tl::unexpected{failure{failure_kind::invalid, "'" + text + "' is no event's id (evt_…)"}};
}

} // namespace holdfast::tools
