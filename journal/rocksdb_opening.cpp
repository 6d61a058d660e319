#include "journal/rocksdb_opening.hpp"

#include "journal/failpoint.hpp"
#include "journal/tail_doctor.hpp"

#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace holdfast::journal::store {
namespace {

namespace fs = std::filesystem;

/// Commits that are read record by record: the newest ones, and those before the log's first, which are in tables.
constexpr std::uint64_t commits_checked_closely = 64;
/// A group commit holds fewer batches than this: two that follow each other are more than a batch's limit together.
constexpr std::uint64_t batches_of_commit_max = 2 * group_commit_bytes_max / batch_bytes_max + 2;

/// `from` less `by`, but not less than `least`.
constexpr auto down_from(std::uint64_t from, std::uint64_t by, std::uint64_t least) -> std::uint64_t {
  return from > least + by ? from - by : least;
}

constexpr std::string_view how_to_accept =
    "; restore a backup (holdfast restore), or start once with `holdfast serve --accept-journal-loss` to go on with what is there";

auto trouble(failure_kind kind, std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{kind, std::move(detail)}};
}

auto new_journal_id() -> journal_id {
  journal_id id{};
  RAND_bytes(id.data(), static_cast<int>(id.size()));
  return id;
}

/// One opening, step by step. Until `take_over` nothing on disk is changed.
class opening {
 public:
  opening(const rocksdb_journal_options& options, const background_error_handler& on_error) : options_{options} {
    choices_.env = options.env;
    choices_.on_background_error = on_error;
  }

  auto run() -> tl::expected<opened_journal, failure> {
    if (auto read = read_marks(); !read)
      return tl::unexpected{read.error()};
    std::error_code error;
    if (!fs::exists(options_.directory / "CURRENT", error))
      return create();
    if (auto examined = examine(); !examined)
      return tl::unexpected{examined.error()};
    const auto families = database::list_families(options_.directory, choices_);
    if (!families)
      return tl::unexpected{damaged(families.error())};
    if (families->size() < family_names.size())
      return finish_creation();
    if (auto inspected = log_meets_mark() ? inspect_tables() : inspect(); !inspected)
      return tl::unexpected{inspected.error()};
    return options_.access == journal_access::serve ? take_over() : std::move(result_);
  }

 private:
  [[nodiscard]] auto acknowledged() const noexcept -> std::uint64_t {
    return marks_.newest ? marks_.newest->position : 0;
  }

  [[nodiscard]] auto damaged(const failure& why) const -> failure {
    return {why.kind, why.detail + "; restore a backup (holdfast restore)"};
  }

  auto read_marks() -> tl::expected<void, failure> {
    if (options_.marks_directory.empty())
      return {};
    auto found = mark_file::read(options_.marks_directory);
    if (!found)
      return tl::unexpected{found.error()};
    marks_ = *found;
    if (marks_.file_exists && marks_.slots_good == 1)
      result_.report.repairs.push_back((options_.marks_directory / "high-water").string() +
                                       ": one of two slots was damaged; the other is good");
    return {};
  }

  /// There is no CURRENT: a new journal, if nothing says that there was an old one.
  auto create() -> tl::expected<opened_journal, failure> {
    if (options_.access != journal_access::serve)
      return trouble(failure_kind::not_found, options_.directory.string() + ": there is no journal here");
    std::error_code error;
    for (fs::directory_iterator at{options_.directory, error}, end; !error && at != end; at.increment(error))
      if (at->path().extension() == ".log" || at->path().extension() == ".sst")
        return trouble(failure_kind::corrupt, options_.directory.string() + ": CURRENT is missing beside " +
                                                  at->path().filename().string() +
                                                  "; restore a backup (holdfast restore)");
    const auto why = options_.directory.string() + ": there is no journal, but " + std::to_string(acknowledged()) +
                     " commits were acknowledged";
    if (acknowledged() > 0 && !options_.accept_journal_loss)
      return trouble(failure_kind::behind_mark, why + std::string{how_to_accept});
    if (acknowledged() > 0)
      result_.report.repairs.push_back("loss accepted: " + why);
    return finish_creation();
  }

  /// Also for a directory whose creation a crash interrupted: then it holds no commit and no acknowledged one is missing.
  auto finish_creation() -> tl::expected<opened_journal, failure> {
    std::error_code error;
    if (acknowledged() > 0 && fs::exists(options_.directory / "CURRENT", error))
      return trouble(failure_kind::corrupt,
                     options_.directory.string() +
                         ": the manifest lacks families of this journal, but commits were acknowledged"
                         "; restore a backup (holdfast restore)");
    if (options_.access != journal_access::serve)
      return trouble(failure_kind::not_found,
                     options_.directory.string() + ": the journal was never finished being made");
    fs::create_directories(options_.directory, error);
    choices_.create = true;
    auto data = database::open(options_.directory, choices_);
    if (!data)
      return tl::unexpected{damaged(data.error())};
    const auto newest = (*data)->newest_commit();
    if (!newest)
      return tl::unexpected{damaged(newest.error())};
    if (newest->last_position > 0)
      return trouble(failure_kind::corrupt,
                     options_.directory.string() +
                         ": families of this journal were missing; restore a backup (holdfast restore)");
    result_.report.mark = mark_verdict::fresh;
    result_.data = std::move(*data);
    return settle_identity(std::nullopt);
  }

  auto examine() -> tl::expected<void, failure> {
    auto findings = examine_logs(options_.directory);
    if (!findings)
      return tl::unexpected{findings.error()};
    findings_ = std::move(*findings);
    result_.report.log_bytes = findings_.bytes;
    const auto manifest = examine_manifests(options_.directory);
    if (!manifest)
      return tl::unexpected{manifest.error()};
    if (*manifest)
      return trouble(failure_kind::corrupt, "damage in the journal's manifest: " + describe(**manifest) +
                                                "; restore a backup (holdfast restore)");
    if (!findings_.damage)
      return {};
    if (findings_.damage->more_follows && !options_.accept_journal_loss)
      return trouble(failure_kind::corrupt,
                     "damage in the middle of the journal's log: " + describe(*findings_.damage) +
                         ", first bad commit " + first_bad_commit() + ", and whole writes follow it" +
                         std::string{how_to_accept});
    choices_.stop_at_torn_tail = true;
    return {};
  }

  [[nodiscard]] auto first_bad_commit() const -> std::string {
    return findings_.commits.empty() ? std::string{"unknown (the first of this log)"}
                                     : std::to_string(findings_.commits.back().last_position + 1);
  }

  /// The usual start after a crash: the log is whole and holds the acknowledged commit itself. Then the journal is not behind, and the log need
  /// not be replayed twice.
  [[nodiscard]] auto log_meets_mark() const -> bool {
    return options_.access == journal_access::serve && !findings_.damage && marks_.newest &&
           std::ranges::any_of(findings_.commits, [this](const layout::commit_note& commit) {
             return commit.last_position == marks_.newest->position && commit.batch_hash == marks_.newest->batch_hash;
           });
  }

  /// Checks that the tables reach to where the log begins: an older manifest would let RocksDB delete the tables it does not know.
  auto inspect_tables() -> tl::expected<void, failure> {
    auto choices = choices_;
    choices.without_log = true;
    auto data = database::open_read_only(options_.directory, choices);
    if (!data)
      return tl::unexpected{damaged(data.error())};
    const auto id = (*data)->id();
    if (!id)
      return tl::unexpected{damaged(id.error())};
    // Two journals may begin with the same commits: only the id tells them apart.
    if (*id != marks_.newest->journal) {
      data->reset();
      return inspect();
    }
    const auto in_tables = (*data)->newest_commit();
    if (!in_tables)
      return tl::unexpected{damaged(in_tables.error())};
    // Commits before this one are not in the log, so all of them must be in tables, whatever family was flushed when.
    const auto log_from = down_from(findings_.commits.front().last_position, batches_of_commit_max - 1, 1);
    if (in_tables->last_position + 1 < log_from)
      return trouble(failure_kind::corrupt, options_.directory.string() + ": commits " +
                                                std::to_string(in_tables->last_position + 1) + " to " +
                                                std::to_string(log_from - 1) +
                                                " are in no table and no log; restore a backup (holdfast restore)");
    const auto from = down_from(log_from, commits_checked_closely, 1);
    if (auto verified = verify_commits(**data, {from, log_from - 1, from, true}); !verified)
      return tl::unexpected{damaged(verified.error())};
    result_.last = findings_.commits.back();
    result_.report.mark = mark_verdict::met;
    return {};
  }

  /// Reads what is there without changing it, and decides.
  auto inspect() -> tl::expected<void, failure> {
    auto data = database::open_read_only(options_.directory, choices_);
    if (!data)
      return tl::unexpected{damaged(data.error())};
    const auto id = (*data)->id();
    if (!id)
      return tl::unexpected{damaged(id.error())};
    const auto newest = (*data)->newest_commit();
    if (!newest)
      return tl::unexpected{damaged(newest.error())};
    known_id_ = *id;
    result_.last = *newest;
    if (auto judged = judge_mark(**data); !judged)
      return judged;
    if (auto verified = verify_newest(**data, commits_checked_closely); !verified)
      return verified;
    if (!known_id_ && newest->last_position > 0)
      return trouble(failure_kind::corrupt, options_.directory.string() + ": the journal's id is missing");
    if (options_.access == journal_access::read_only) {
      result_.data = std::move(*data);
      result_.id = known_id_.value_or(journal_id{});
      if (findings_.damage)
        result_.report.repairs.push_back("a torn last write is not shown: " + describe(*findings_.damage));
    }
    return {};
  }

  /// Every stream that the log holds ends where its head says, and the newest commits are whole, as well as some before the log.
  auto verify_newest(const database& data, std::uint64_t closely) -> tl::expected<void, failure> {
    if (options_.access == journal_access::read_only && options_.accept_journal_loss)
      return {};
    const auto newest = result_.last.last_position;
    const auto log_from = findings_.commits.empty() ? newest + 1 : findings_.commits.front().last_position;
    const auto from = down_from(log_from, commits_checked_closely, 1);
    const commit_check_range range{from, newest, down_from(newest + 1, closely, from), false};
    if (auto verified = verify_commits(data, range); !verified)
      return tl::unexpected{damaged(verified.error())};
    return {};
  }

  auto judge_mark(const database& data) -> tl::expected<void, failure> {
    auto& verdict = result_.report.mark;
    if (options_.marks_directory.empty())
      return {};
    std::string why;
    if (!marks_.newest) {
      verdict = result_.last.last_position == 0 ? mark_verdict::fresh : mark_verdict::unreadable;
      why = "no slot of the high-water mark in " + options_.marks_directory.string() +
            " can be read, so nothing shows that all " + std::to_string(result_.last.last_position) +
            " commits of the journal are there";
    } else if (auto behind = shortfall(data, *marks_.newest); !behind) {
      return tl::unexpected{damaged(behind.error())};
    } else {
      verdict = behind->empty() ? mark_verdict::met : mark_verdict::behind;
      why = std::move(*behind);
    }
    if (verdict == mark_verdict::met || verdict == mark_verdict::fresh)
      return {};
    if (options_.access == journal_access::serve && !options_.accept_journal_loss) {
      const auto where = findings_.damage ? "; the log ends in damage: " + describe(*findings_.damage) +
                                                ", first bad commit " + first_bad_commit()
                                          : std::string{};
      return trouble(failure_kind::behind_mark, why + where + std::string{how_to_accept});
    }
    result_.report.repairs.push_back((options_.access == journal_access::serve ? "loss accepted: " : "") + why);
    return {};
  }

  /// In what way the journal is behind its mark; empty when it is not.
  auto shortfall(const database& data, const mark& acknowledged) const -> tl::expected<std::string, failure> {
    if (!known_id_ || acknowledged.journal != *known_id_)
      return "the journal in " + options_.directory.string() + " is not the one that the high-water mark is about";
    if (acknowledged.position > result_.last.last_position)
      return "the journal ends at commit " + std::to_string(result_.last.last_position) + ", but commit " +
             std::to_string(acknowledged.position) +
             " was acknowledged: the end of a log is missing, or this is an older copy";
    if (acknowledged.position == 0)
      return std::string{};
    const auto at_mark = data.position(acknowledged.position);
    if (!at_mark)
      return tl::unexpected{at_mark.error()};
    if (!*at_mark || (*at_mark)->batch_hash != acknowledged.batch_hash)
      return "commit " + std::to_string(acknowledged.position) + " of the journal is not the one that was acknowledged";
    return std::string{};
  }

  /// Everything is as it should be, or an operator said so: from here on the disk is changed.
  auto take_over() -> tl::expected<opened_journal, failure> {
    HF_FAILPOINT("during-recovery");
    if (findings_.damage) {
      auto done = cut_tail(findings_, options_.marks_directory / "torn");
      if (!done)
        return tl::unexpected{done.error()};
      result_.report.repairs.push_back((findings_.damage->more_follows
                                            ? "loss accepted: the log's end from its damage on: "
                                            : "a torn write at the end of the log: ") +
                                       *done);
      choices_.stop_at_torn_tail = false;
    }
    auto data = database::open(options_.directory, choices_);
    if (!data)
      return tl::unexpected{damaged(data.error())};
    HF_FAILPOINT("during-recovery");
    const auto newest = (*data)->newest_commit();
    if (!newest)
      return tl::unexpected{damaged(newest.error())};
    if (newest->last_position != result_.last.last_position || newest->batch_hash != result_.last.batch_hash)
      return trouble(failure_kind::corrupt, options_.directory.string() + ": recovery ended at commit " +
                                                std::to_string(newest->last_position) + ", reading before it at " +
                                                std::to_string(result_.last.last_position));
    const auto id = (*data)->id();
    if (!id)
      return tl::unexpected{damaged(id.error())};
    if (marks_.newest && *id != marks_.newest->journal && !options_.accept_journal_loss)
      return trouble(failure_kind::behind_mark, "the journal in " + options_.directory.string() +
                                                    " is not the one that the high-water mark is about" +
                                                    std::string{how_to_accept});
    if (auto verified = verify_newest(**data, commits_checked_closely); !verified)
      return tl::unexpected{verified.error()};
    result_.data = std::move(*data);
    return settle_identity(*id);
  }

  auto settle_identity(std::optional<journal_id> known) -> tl::expected<opened_journal, failure> {
    result_.id = known ? *known : new_journal_id();
    const auto epoch = result_.data->epoch(cell_id{});
    if (!epoch)
      return tl::unexpected{damaged(epoch.error())};
    result_.epoch_floor = std::max(*epoch, marks_.newest ? marks_.newest->epoch : std::uint64_t{0});
    if (!known) {
      if (auto put = result_.data->put_id(result_.id); !put)
        return tl::unexpected{put.error()};
      // Into a table at once, where the next start looks for it.
      if (auto flushed = result_.data->flush(); !flushed)
        return tl::unexpected{flushed.error()};
    }
    return std::move(result_);
  }

  const rocksdb_journal_options& options_;
  option_choices choices_;
  mark_file::found marks_;
  log_findings findings_;
  std::optional<journal_id> known_id_;
  opened_journal result_;
};

} // namespace

auto open_checked(const rocksdb_journal_options& options, const background_error_handler& on_error)
    -> tl::expected<opened_journal, failure> {
  opening steps{options, on_error};
  auto result = steps.run();
  if (result)
    for (const auto& repair : result->report.repairs)
      spdlog::log(options.accept_journal_loss ? spdlog::level::critical : spdlog::level::warn, "journal: {}", repair);
  return result;
}

} // namespace holdfast::journal::store
