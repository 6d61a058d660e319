#include "journal/rocksdb_restore.hpp"

#include "journal/rocksdb_import.hpp"
#include "journal/rocksdb_journal.hpp"
#include "journal/rocksdb_store.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

namespace fs = std::filesystem;

/// Where a journal ends and who it is.
struct identity {
  journal_id id{};
  layout::commit_note newest;
  std::uint64_t epoch = 0;
  std::unique_ptr<store::database> data;
};

auto identify(const fs::path& directory) -> tl::expected<identity, failure> {
  rocksdb_journal_options options;
  options.directory = directory;
  options.access = journal_access::read_only;
  // An ordinary opening first: it checks logs, manifest and the newest streams.
  if (auto opened = rocksdb_journal::open(std::move(options)); !opened) {
    return tl::unexpected{std::move(opened.error())};
  }
  store::option_choices choices;
  choices.stop_at_torn_tail = true;
  auto data = store::database::open_read_only(directory, choices);
  if (!data) {
    return tl::unexpected{std::move(data.error())};
  }
  const auto id = (*data)->id();
  const auto newest = (*data)->newest_commit();
  const auto epoch = (*data)->epoch(cell_id{});
  if (!id || !*id || !newest || !epoch) {
    return tl::unexpected{
        failure{failure_kind::corrupt, directory.string() + ": the journal's id, end or epoch is missing"}};
  }
  return identity{**id, *newest, *epoch, *std::move(data)};
}

/// What this directory knows to have been acknowledged: its mark's word, and its own journal's where that can be read.
struct acknowledged {
  bool known = false;
  journal_id id{};
  std::uint64_t position = 0;
  chain_hash hash{};
  std::uint64_t epoch = 0;
  std::string trouble; ///< why something that is here cannot be read
};

void add(acknowledged& to, const journal_id& id, std::uint64_t position, const chain_hash& hash, std::uint64_t epoch) {
  to.epoch = std::max(to.epoch, epoch);
  if (!to.known || position > to.position) {
    to.known = true;
    to.id = id;
    to.position = position;
    to.hash = hash;
  }
}

auto what_was_acknowledged(const restore_directories& at) -> acknowledged {
  acknowledged sum;
  const auto marks = mark_file::read(at.marks);
  if (marks && marks->newest) {
    add(sum, marks->newest->journal, marks->newest->position, marks->newest->batch_hash, marks->newest->epoch);
  } else if (!marks || marks->file_exists) {
    sum.trouble = "the high-water mark in " + at.marks.string() + " cannot be read";
  }
  std::error_code error;
  if (fs::exists(at.journal, error)) {
    if (const auto here = identify(at.journal)) {
      add(sum, here->id, here->newest.last_position, here->newest.batch_hash, here->epoch);
    } else if (!sum.known) {
      sum.trouble = here.error().detail;
    }
  }
  return sum;
}

/// What the copy lacks; empty when it has everything that was acknowledged here.
auto shortfall(const identity& copy, const acknowledged& before) -> std::string {
  if (!before.known) {
    return before.trouble.empty() ? std::string{} : before.trouble + ", so nothing shows what was acknowledged";
  }
  if (before.id != copy.id) {
    return before.position == 0 ? std::string{} : "the backup is of another journal than the one that is here";
  }
  if (before.position > copy.newest.last_position) {
    return "the backup ends at commit " + std::to_string(copy.newest.last_position) + ", and commits up to " +
           std::to_string(before.position) + " were acknowledged here";
  }
  if (before.position == 0) {
    return {};
  }
  const auto there = copy.data->position(before.position);
  return there && *there && (*there)->batch_hash == before.hash
             ? std::string{}
             : "commit " + std::to_string(before.position) + " of the backup is not the one that was acknowledged here";
}

} // namespace

auto restore_journal(const restore_directories& at, bool new_epoch) -> tl::expected<restore_summary, failure> {
  auto copy = identify(at.copy);
  if (!copy) {
    return tl::unexpected{std::move(copy.error())};
  }
  const auto before = what_was_acknowledged(at);
  if (const auto why = shortfall(*copy, before); !why.empty() && !new_epoch) {
    return tl::unexpected{
        failure{failure_kind::behind_mark, why + "; to go back in time all the same, say so with --new-epoch"}};
  }
  const mark now{copy->id, copy->newest.last_position, std::max(copy->epoch, before.epoch), copy->newest.batch_hash};
  restore_summary summary{now.position, 0, before.known, false};
  if (before.known && before.id == copy->id && before.position > now.position) {
    summary.lost = before.position - now.position;
  }
  copy->data.reset();
  std::error_code error;
  summary.replaced = fs::exists(at.journal, error);
  // In two steps, so that what was here is never under a name that a second attempt would clear away. In between there is no journal,
  // which a server refuses while the mark says that there was one.
  if (summary.replaced) {
    if (auto moved = exchange_directories(at.journal, at.former); !moved) {
      return tl::unexpected{std::move(moved.error())};
    }
  }
  if (auto moved = exchange_directories(at.copy, at.journal); !moved) {
    if (summary.replaced) {
      fs::rename(at.former, at.journal, error);
    }
    return tl::unexpected{std::move(moved.error())};
  }
  // The mark moves last: until then an interrupted restore is refused by the server, and done again by this command.
  auto marks = mark_file::create(at.marks, now);
  if (!marks) {
    return tl::unexpected{std::move(marks.error())};
  }
  return summary;
}

} // namespace holdfast::journal
