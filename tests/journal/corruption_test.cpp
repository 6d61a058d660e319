#include "journal/tail_doctor_log.hpp"
#include "tests/journal/journal_image.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>

/// Damages a small real journal in many places. Each must be repaired, refused, or harmless; none may silently lose what was acknowledged.
/// HOLDFAST_CORRUPTION_SEED and HOLDFAST_CORRUPTION_POSITIONS repeat or lengthen a run.
namespace {

using namespace holdfast;
using namespace holdfast::testing;
namespace fs = std::filesystem;

auto number_from_environment(const char* name, std::uint64_t otherwise) -> std::uint64_t {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

enum class target { log, table, manifest, current, mark, options, identity };
constexpr std::array target_names{"log", "table", "manifest", "CURRENT", "mark", "OPTIONS", "IDENTITY"};

enum class harm {
  flip,
  zeros,
  noise,
  cut,
  cut_between_records,
  remove,
  older_copy,
  another_file,
  grow,
  older_directory,
  older_marks
};
constexpr std::array harm_names{"flipped",
                                "zeroed",
                                "overwritten",
                                "cut",
                                "cut between",
                                "deleted",
                                "swapped with an older copy",
                                "swapped with another",
                                "grown",
                                "older directory",
                                "older marks"};

auto files_of(const fs::path& root, target what) -> std::vector<fs::path> {
  std::vector<fs::path> files;
  const auto matches = [what](const fs::path& file) {
    const auto name = file.filename().string();
    switch (what) {
    case target::log: return file.extension() == ".log";
    case target::table: return file.extension() == ".sst";
    case target::manifest: return name.starts_with("MANIFEST-");
    case target::current: return name == "CURRENT";
    case target::mark: return name == "high-water";
    case target::options: return name.starts_with("OPTIONS-");
    case target::identity: return name == "IDENTITY";
    }
    return false;
  };
  for (const auto& entry : fs::recursive_directory_iterator{root})
    if (entry.is_regular_file() && matches(entry.path()))
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// One position: what is done to which file, chosen by the seed.
class damage {
 public:
  damage(const journal_image& image, const fs::path& root, std::mt19937_64& dice)
      : image_{image}, root_{root}, dice_{dice} {
    static constexpr std::array weights{30.0, 30.0, 14.0, 5.0, 11.0, 3.0, 2.0};
    std::discrete_distribution<int> pick{weights.begin(), weights.end()};
    what = static_cast<target>(pick(dice_));
    const auto files = files_of(root_, what);
    REQUIRE_FALSE(files.empty());
    file = files[below(files.size())];
    bytes_ = read_file(file);
    inflict(static_cast<harm>(below(harm_names.size())));
  }

  target what{};
  harm how{};
  fs::path file;
  bool changed = false; ///< whether anything is different at all

  [[nodiscard]] auto describe() const -> std::string {
    return std::string{target_names[static_cast<std::size_t>(what)]} + " " + file.filename().string() + " " +
           harm_names[static_cast<std::size_t>(how)] + place_;
  }

 private:
  auto below(std::size_t limit) -> std::size_t {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(dice_);
  }

  void inflict(harm wanted) {
    how = wanted;
    const auto before = contents_of(root_);
    if (bytes_.empty() && how != harm::grow && how != harm::remove)
      how = harm::older_directory;
    switch (how) {
    case harm::flip:
    case harm::zeros:
    case harm::noise: overwrite(); break;
    case harm::cut: resize_to(below(bytes_.size())); break;
    case harm::cut_between_records: cut_between_records(); break;
    case harm::remove: fs::remove(file); break;
    case harm::older_copy: swap_with(image_.older() / fs::relative(file, root_)); break;
    case harm::another_file: swap_with_another(); break;
    case harm::grow: grow(); break;
    case harm::older_directory: copy_over(image_.older() / "journal", root_ / "journal"); break;
    case harm::older_marks: copy_over(image_.older() / "marks", root_ / "marks"); break;
    }
    changed = contents_of(root_) != before;
  }

  void overwrite() {
    const auto at = below(bytes_.size());
    const auto size = how == harm::flip ? 1 : std::min(bytes_.size() - at, 1 + below(how == harm::zeros ? 4096 : 64));
    for (auto i = at; i < at + size; ++i)
      bytes_[i] = how == harm::flip    ? static_cast<char>(bytes_[i] ^ (1 << below(8)))
                  : how == harm::zeros ? '\0'
                                       : static_cast<char>(below(256));
    write_file(file, bytes_);
    place_ = " at byte " + std::to_string(at) + ", " + std::to_string(size) + " of " + std::to_string(bytes_.size());
  }

  void resize_to(std::size_t size) {
    fs::resize_file(file, size);
    place_ = " to " + std::to_string(size) + " of " + std::to_string(bytes_.size());
  }

  void cut_between_records() {
    std::vector<std::size_t> starts;
    journal::log_format::reader reader{bytes_};
    while (reader.next() == journal::log_format::reader::result::record)
      starts.push_back(reader.record_start());
    resize_to(starts.empty() ? below(bytes_.size()) : starts[below(starts.size())]);
  }

  void swap_with(const fs::path& other) {
    if (fs::exists(other))
      fs::copy_file(other, file, fs::copy_options::overwrite_existing);
    else
      fs::remove(file);
    place_ = fs::exists(other) ? "" : " (there was none: deleted)";
  }

  void swap_with_another() {
    const auto peers = files_of(root_, what);
    const auto& other = peers[below(peers.size())];
    place_ = " " + other.filename().string();
    const auto theirs = read_file(other);
    write_file(other, bytes_);
    write_file(file, theirs);
  }

  void grow() {
    const bool zeros = below(2) == 0;
    const auto size = 1 + below(5000);
    for (std::size_t i = 0; i < size; ++i)
      bytes_ += zeros ? '\0' : static_cast<char>(below(256));
    write_file(file, bytes_);
    place_ = " by " + std::to_string(size) + (zeros ? " zeros" : " random bytes");
  }

  static void copy_over(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }

  const journal_image& image_;
  const fs::path& root_;
  std::mt19937_64& dice_;
  std::string bytes_;
  std::string place_;
};

/// Judges in a process of its own: a damaged file may also end in an assertion of RocksDB's.
auto judge_in_a_process(const fs::path& root, const fs::path& acknowledged, const fs::path& verdict_file)
    -> std::string {
  ::setenv("HOLDFAST_CORRUPTION_ROOT", root.c_str(), 1);
  ::setenv("HOLDFAST_CORRUPTION_ACKNOWLEDGED", acknowledged.c_str(), 1);
  ::setenv("HOLDFAST_CORRUPTION_VERDICT", verdict_file.c_str(), 1);
  std::string program = fs::read_symlink("/proc/self/exe").string();
  std::string only = "--test-case=the corruption test's worker*";
  std::string unskip = "--no-skip";
  std::array<char*, 4> arguments{program.data(), only.data(), unskip.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, (verdict_file.string() + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0644);
  pid_t child = 0;
  const auto spawned = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(spawned == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status))
    return "died of signal " + std::to_string(WTERMSIG(status)) + ": " + read_file(verdict_file.string() + ".err");
  return read_file(verdict_file);
}

auto is(const std::string& verdict, std::string_view word) -> bool {
  return verdict.starts_with(word);
}

/// Whether the table of faults allows this verdict for this damage.
auto is_allowed(const damage& done, const std::string& verdict) -> bool {
  if (is(verdict, "whole") || is(verdict, "refused"))
    return true;
  // One damaged table halts what it holds; a damaged log, manifest or mark never gives half a journal.
  return is(verdict, "halted") && done.what == target::table;
}

} // namespace

TEST_CASE("the corruption test's worker: judges one damaged journal" * doctest::skip()) {
  const char* root = std::getenv("HOLDFAST_CORRUPTION_ROOT");
  const char* acknowledged = std::getenv("HOLDFAST_CORRUPTION_ACKNOWLEDGED");
  const char* verdict = std::getenv("HOLDFAST_CORRUPTION_VERDICT");
  if (root == nullptr || acknowledged == nullptr || verdict == nullptr)
    return; // run by hand, without a journal to judge
  write_file(verdict, judge_journal(root, read_acknowledged(acknowledged)));
}

TEST_CASE("no damage to a journal's files silently loses what was acknowledged") {
  const auto seed = number_from_environment("HOLDFAST_CORRUPTION_SEED", 20260411);
  const auto positions = number_from_environment("HOLDFAST_CORRUPTION_POSITIONS", 200);
  const journal_image image;
  scratch_directory scratch;
  const auto logs = files_of(image.now(), target::log);
  REQUIRE(std::ranges::count_if(logs, [](const fs::path& log) { return fs::file_size(log) > 0; }) >= 2);
  REQUIRE(files_of(image.now(), target::table).size() >= 8);

  std::map<std::string, std::map<std::string, int>> counts;
  for (std::uint64_t position = 0; position < positions; ++position) {
    std::mt19937_64 dice{seed + position};
    const auto root = scratch.path() / "case";
    fs::remove_all(root);
    fs::copy(image.now(), root, fs::copy_options::recursive);
    const damage done{image, root, dice};
    const auto before = contents_of(root);
    const auto verdict = judge_in_a_process(root, image.acknowledged_file(), scratch.path() / "verdict");
    INFO("repeat with HOLDFAST_CORRUPTION_SEED=" << seed + position
                                                 << " HOLDFAST_CORRUPTION_POSITIONS=1: " << done.describe());
    INFO(verdict);
    CHECK(is_allowed(done, verdict));
    if (!done.changed)
      CHECK(is(verdict, "whole"));
    if (is(verdict, "refused"))
      CHECK(contents_of(root) == before);
    const auto word = verdict.substr(0, verdict.find(' '));
    ++counts[target_names[static_cast<std::size_t>(done.what)]][word];
  }
  std::cout << "corruption: " << positions << " positions from seed " << seed << "\n";
  for (const auto& [what, verdicts] : counts) {
    std::cout << "  " << what << ":";
    for (const auto& [verdict, count] : verdicts)
      std::cout << " " << verdict << " " << count;
    std::cout << "\n";
  }
}

TEST_CASE("the judge of damaged journals can tell a loss: an older copy with the mark that belongs to it") {
  const journal_image image;
  scratch_directory scratch;
  const auto root = scratch.path() / "case";
  fs::copy(image.older(), root, fs::copy_options::recursive);
  CHECK(is(judge_journal(root, image.acknowledged()), "lost"));
  // The same copy beside the mark of the present is refused before anybody reads from it.
  fs::remove_all(root);
  fs::copy(image.older(), root, fs::copy_options::recursive);
  fs::copy(image.now() / "marks", root / "marks", fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  CHECK(is(judge_journal(root, image.acknowledged()), "refused"));
}
