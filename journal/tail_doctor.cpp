#include "journal/tail_doctor.hpp"

#include "journal/tail_doctor_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

namespace fs = std::filesystem;

auto io_failure(const fs::path& file, std::string_view doing) -> tl::unexpected<failure> {
  return tl::unexpected{
      failure{failure_kind::io, file.string() + ": cannot " + std::string{doing} + ": " + std::strerror(errno)}};
}

/// A descriptor that closes itself.
class open_file {
 public:
  open_file(const fs::path& file, int flags) : descriptor_{::open(file.c_str(), flags | O_CLOEXEC, 0644)} {}
  open_file(const open_file&) = delete;
  auto operator=(const open_file&) -> open_file& = delete;
  ~open_file() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  [[nodiscard]] auto get() const noexcept -> int { return descriptor_; }
  [[nodiscard]] auto good() const noexcept -> bool { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

auto read_whole(const fs::path& file) -> tl::expected<std::string, failure> {
  const open_file source{file, O_RDONLY};
  struct stat status {};
  if (!source.good() || ::fstat(source.get(), &status) != 0)
    return io_failure(file, "open");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const auto n = ::pread(source.get(), bytes.data() + got, bytes.size() - got, static_cast<off_t>(got));
    if (n < 0)
      return io_failure(file, "read");
    if (n == 0)
      break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

auto write_whole(const fs::path& file, std::string_view bytes) -> tl::expected<void, failure> {
  const open_file target{file, O_WRONLY | O_CREAT | O_TRUNC};
  if (!target.good())
    return io_failure(file, "create");
  while (!bytes.empty()) {
    const auto n = ::write(target.get(), bytes.data(), bytes.size());
    if (n < 0)
      return io_failure(file, "write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(target.get()) != 0)
    return io_failure(file, "sync");
  return {};
}

auto sync_directory(const fs::path& directory) -> tl::expected<void, failure> {
  const open_file source{directory, O_RDONLY | O_DIRECTORY};
  if (!source.good() || ::fsync(source.get()) != 0)
    return io_failure(directory, "sync");
  return {};
}

/// The number in "000012.log" or "MANIFEST-000004"; nothing for other names.
auto number_in(std::string_view name, std::string_view prefix, std::string_view suffix)
    -> std::optional<std::uint64_t> {
  if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
    return std::nullopt;
  const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size())
    return std::nullopt;
  return number;
}

auto numbered_files(const fs::path& directory, std::string_view prefix, std::string_view suffix)
    -> tl::expected<std::vector<fs::path>, failure> {
  std::vector<std::pair<std::uint64_t, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error))
    if (const auto number = number_in(at->path().filename().string(), prefix, suffix))
      found.emplace_back(*number, at->path());
  if (error)
    return tl::unexpected{failure{failure_kind::io, directory.string() + ": cannot list: " + error.message()}};
  std::ranges::sort(found);
  std::vector<fs::path> files;
  for (auto& [number, file] : found)
    files.push_back(std::move(file));
  return files;
}

/// Goes through the logs as one sequence of writes.
class examination {
 public:
  /// Reads one log; returns false when it is damaged and nothing after it counts.
  auto read(const fs::path& file, std::string_view log) -> bool {
    log_format::reader reader{log};
    for (;;) {
      switch (reader.next()) {
      case log_format::reader::result::end: return true;
      case log_format::reader::result::damaged: {
        // Whatever is left of the damaged write itself says nothing; a write that starts later was begun after this one was synced.
        note_damage(file, reader.record_start(), log.size(), reader.trouble(),
                    log_format::a_write_starts_after(log, reader.damage_offset()));
        return false;
      }
      case log_format::reader::result::record:
        if (const auto* trouble = take(reader.record())) {
          note_damage(file, reader.record_start(), log.size(), trouble, true);
          return false;
        }
      }
    }
  }

  /// A log behind the damaged one: does it hold anything?
  void read_behind_damage(std::string_view log) {
    if (log_format::a_write_starts_after(log, 0))
      findings_.damage->more_follows = true;
  }

  [[nodiscard]] auto findings() noexcept -> log_findings& { return findings_; }

 private:
  /// What is wrong with a write whose bytes are whole, or null.
  auto take(std::string_view bytes) -> const char* {
    const auto batch = log_format::summarise_batch(bytes);
    if (!batch)
      return "a whole record is not a write of this journal";
    if (next_sequence_ && batch->count > 0 && batch->sequence != *next_sequence_)
      return "writes between this record and the one before it are missing";
    if (batch->count > 0)
      next_sequence_ = batch->sequence + batch->count;
    ++findings_.records;
    if (const auto note = batch->note ? layout::decode_note(*batch->note) : std::nullopt)
      findings_.commits.push_back(*note);
    return nullptr;
  }

  void note_damage(const fs::path& file, std::size_t offset, std::size_t size, std::string what, bool more_follows) {
    findings_.damage = log_damage{file, offset, size, std::move(what), more_follows};
  }

  log_findings findings_;
  std::optional<std::uint64_t> next_sequence_;
};

} // namespace

auto examine_logs(const fs::path& directory) -> tl::expected<log_findings, failure> {
  const auto logs = numbered_files(directory, "", ".log");
  if (!logs)
    return tl::unexpected{logs.error()};
  examination looking;
  for (const auto& file : *logs) {
    const auto log = read_whole(file);
    if (!log)
      return tl::unexpected{log.error()};
    looking.findings().bytes += log->size();
    looking.findings().logs.push_back(file);
    if (looking.findings().damage)
      looking.read_behind_damage(*log);
    else
      looking.read(file, *log);
  }
  return std::move(looking.findings());
}

auto examine_manifests(const fs::path& directory) -> tl::expected<std::optional<log_damage>, failure> {
  const auto manifests = numbered_files(directory, "MANIFEST-", "");
  if (!manifests)
    return tl::unexpected{manifests.error()};
  for (const auto& file : *manifests) {
    const auto log = read_whole(file);
    if (!log)
      return tl::unexpected{log.error()};
    log_format::reader reader{*log};
    auto found = reader.next();
    while (found == log_format::reader::result::record)
      found = reader.next();
    if (found == log_format::reader::result::damaged && log_format::a_write_starts_after(*log, reader.damage_offset()))
      return log_damage{file, reader.record_start(), log->size(), reader.trouble(), true};
  }
  return std::nullopt;
}

auto cut_tail(const log_findings& findings, const fs::path& keep_directory) -> tl::expected<std::string, failure> {
  const auto& damage = *findings.damage;
  std::error_code error;
  fs::create_directories(keep_directory, error);
  auto cut_from = std::ranges::find(findings.logs, damage.file);
  std::string kept;
  for (auto at = cut_from; at != findings.logs.end(); ++at) {
    const auto bytes = read_whole(*at);
    if (!bytes)
      return tl::unexpected{bytes.error()};
    const auto start = at == cut_from ? static_cast<std::size_t>(damage.offset) : std::size_t{0};
    if (bytes->size() <= start)
      continue;
    const auto keep = keep_directory / (at->filename().string() + ".from-" + std::to_string(start));
    if (auto written = write_whole(keep, std::string_view{*bytes}.substr(start)); !written)
      return tl::unexpected{written.error()};
    kept += (kept.empty() ? "" : ", ") + keep.string();
  }
  if (auto synced = sync_directory(keep_directory); !synced)
    return tl::unexpected{synced.error()};
  // Only now that a copy is safe: the newest first, so that a crash here leaves no gap in the middle.
  for (auto at = findings.logs.end(); at-- != cut_from;) {
    const open_file log{*at, O_WRONLY};
    const auto size = at == cut_from ? static_cast<off_t>(damage.offset) : off_t{0};
    if (!log.good() || ::ftruncate(log.get(), size) != 0 || ::fsync(log.get()) != 0)
      return io_failure(*at, "cut");
  }
  return describe(damage) + ": cut off" + (kept.empty() ? "" : ", kept in " + kept);
}

auto describe(const log_damage& damage) -> std::string {
  return damage.file.string() + " at byte " + std::to_string(damage.offset) + " of " +
         std::to_string(damage.file_bytes) + " (" + damage.what + ")";
}

} // namespace holdfast::journal
