#pragma once

#include "journal/journal.hpp"
#include "tests/journal/store_harness.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace holdfast::testing {

/// What was acknowledged, kept outside the journal: chain hashes of records by stream, seq 1 first.
using acknowledged_log = std::map<std::uint64_t, std::vector<journal::chain_hash>>;

/// A small real journal as a crash left it: tables of several ages, two live logs, a mark; and an older copy of the same.
class journal_image {
 public:
  journal_image();

  [[nodiscard]] auto now() const -> std::filesystem::path { return home_.path() / "now"; }
  [[nodiscard]] auto older() const -> std::filesystem::path { return home_.path() / "older"; }
  [[nodiscard]] auto acknowledged() const -> const acknowledged_log& { return acknowledged_; }
  [[nodiscard]] auto acknowledged_file() const -> std::filesystem::path { return home_.path() / "acknowledged"; }

 private:
  void append(journal::journal& in, std::uint64_t rounds);
  void append_with_two_logs(const std::filesystem::path& root);
  void note(journal::journal& from);

  scratch_directory home_;
  acknowledged_log acknowledged_;
  std::map<std::uint64_t, std::uint64_t> next_seq_;
};

void write_acknowledged(const acknowledged_log& log, const std::filesystem::path& file);
[[nodiscard]] auto read_acknowledged(const std::filesystem::path& file) -> acknowledged_log;

/// The answer that record `seq` of a stream was acknowledged with.
[[nodiscard]] auto answer_of(std::uint64_t stream, std::uint64_t seq) -> journal::remembered_answer;

/// Opens the journal in `root` and compares it with what was acknowledged. The verdict's first word:
/// `refused` (and why), `whole`, `halted` (some streams or answers say that they are damaged, all others are whole), or `lost`.
[[nodiscard]] auto judge_journal(const std::filesystem::path& root, const acknowledged_log& log) -> std::string;

/// Every file below a directory with its content, but for locks.
[[nodiscard]] auto contents_of(const std::filesystem::path& root) -> std::map<std::string, std::string>;
[[nodiscard]] auto read_file(const std::filesystem::path& file) -> std::string;
void write_file(const std::filesystem::path& file, std::string_view bytes);

} // namespace holdfast::testing
