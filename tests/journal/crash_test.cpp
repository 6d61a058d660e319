#include "journal/failpoint.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <thread>

/// kill -9 at random moments, and in builds with failpoints at each of them: whatever was acknowledged is there after the restart.
namespace holdfast::crashes {
namespace {

using namespace holdfast;
using namespace holdfast::testing;
namespace fs = std::filesystem;

constexpr std::uint64_t streams = 4;
constexpr std::uint64_t in_flight = 8; ///< appends of a stream that wait for their outcome

/// One line a durable append, written before the next is begun by whoever waits for it: the log outside the system.
class acknowledging final : public journal::append_done {
 public:
  acknowledging(int file, std::shared_ptr<outcome_log> log, std::uint64_t stream, std::uint64_t seq)
      : file_{file}, done_{log->expect(stream)}, stream_{stream}, seq_{seq} {}

  void complete(journal::append_outcome outcome) noexcept override {
    if (outcome == journal::append_outcome::durable) {
      const auto line = std::to_string(stream_) + " " + std::to_string(seq_) + "\n";
      if (::write(file_, line.data(), line.size()) < 0)
        std::abort();
    }
    done_->complete(outcome);
  }

 private:
  int file_;
  std::shared_ptr<journal::append_done> done_;
  std::uint64_t stream_;
  std::uint64_t seq_;
};

/// Appends without end, from where the journal's heads are.
void append_for_ever(const fs::path& root, const fs::path& acknowledged) {
  const auto file = ::open(acknowledged.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(root));
  if (file < 0 || !opened || !(*opened)->acquire({}))
    std::_Exit(3);
  auto& store = **opened;
  const auto log = std::make_shared<outcome_log>();
  std::map<std::uint64_t, std::uint64_t> next;
  for (std::uint64_t stream = 1; stream <= streams; ++stream)
    next[stream] = store.head(event_stream(stream))->seq + 1;
  for (std::uint64_t begun = 0;; ++begun) {
    const auto stream = begun % streams + 1;
    const auto seq = next[stream]++;
    store.append(hold_group(event_stream(stream), seq), std::make_shared<acknowledging>(file, log, stream, seq));
    // Flushes and checkpoints run beside the appends, so that a death can hit them too.
    if (begun % 500 == 499)
      static_cast<void>(store.run_on_read_pool([&store] { static_cast<void>(store.flush()); }));
    if (begun % 700 == 699)
      static_cast<void>(
          store.checkpoint((root / "backups" / std::to_string(::getpid()) / std::to_string(begun)).string()));
    if (begun >= streams * in_flight && !log->wait_for(begun - streams * in_flight))
      std::_Exit(4);
  }
}

auto lines_of(const fs::path& file) -> std::size_t {
  std::ifstream from{file};
  std::size_t lines = 0;
  for (std::string line; std::getline(from, line);)
    ++lines;
  return lines;
}

/// A process of this program that runs one skipped test case.
class worker {
 public:
  worker(const fs::path& root, const fs::path& acknowledged, const std::string& failpoint) {
    ::setenv("HOLDFAST_CRASH_ROOT", root.c_str(), 1);
    ::setenv("HOLDFAST_CRASH_ACKNOWLEDGED", acknowledged.c_str(), 1);
    if (failpoint.empty())
      ::unsetenv("HOLDFAST_FAILPOINT");
    else
      ::setenv("HOLDFAST_FAILPOINT", failpoint.c_str(), 1);
    std::string program = fs::read_symlink("/proc/self/exe").string();
    std::string only = "--test-case=the crash test's worker*";
    std::string unskip = "--no-skip";
    std::array<char*, 4> arguments{program.data(), only.data(), unskip.data(), nullptr};
    REQUIRE(::posix_spawn(&child_, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0);
    ::unsetenv("HOLDFAST_FAILPOINT");
  }

  ~worker() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }

  worker(const worker&) = delete;
  auto operator=(const worker&) -> worker& = delete;

  [[nodiscard]] auto ended() -> bool {
    if (child_ > 0 && ::waitpid(child_, &status_, WNOHANG) == child_)
      child_ = 0;
    return child_ == 0;
  }

  /// Waits for its end; whether SIGKILL was it.
  [[nodiscard]] auto was_killed() -> bool {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!ended() && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    return child_ == 0 && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL;
  }

  void kill() { ::kill(child_, SIGKILL); }

 private:
  pid_t child_ = 0;
  int status_ = 0;
};

/// Every acknowledged append is there, and nothing but what was begun.
void check_after_death(const fs::path& root, const fs::path& acknowledged) {
  const auto started = std::chrono::steady_clock::now();
  const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(root));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
  CHECK(std::chrono::steady_clock::now() - started < patience);
  std::map<std::uint64_t, std::uint64_t> newest;
  std::ifstream from{acknowledged};
  std::uint64_t stream = 0;
  for (std::uint64_t seq = 0; from >> stream >> seq;)
    newest[stream] = std::max(newest[stream], seq);
  for (const auto& [id, seq] : newest) {
    const auto read = read_stream(**opened, event_stream(id));
    REQUIRE(read.end.has_value());
    CHECK(read.records.size() >= seq);
    CHECK(read.records.size() <= seq + 2 * in_flight + streams);
    CHECK(is_chained(read.records));
  }
}

} // namespace

TEST_CASE("the crash test's worker: appends until it dies" * doctest::skip()) {
  const char* root = std::getenv("HOLDFAST_CRASH_ROOT");
  const char* acknowledged = std::getenv("HOLDFAST_CRASH_ACKNOWLEDGED");
  if (root != nullptr && acknowledged != nullptr)
    append_for_ever(root, acknowledged);
}

TEST_CASE("kill -9 at random moments loses nothing that was acknowledged") {
  scratch_directory home;
  const auto root = home.path() / "data";
  const auto acknowledged = home.path() / "acknowledged";
  constexpr std::uint64_t seed = 20260412;
  std::mt19937_64 dice{seed};
  INFO("seed " << seed);
  for (int cycle = 0; cycle < 10; ++cycle) {
    const auto before = lines_of(acknowledged);
    {
      worker victim{root, acknowledged, ""};
      const auto wanted = before + 1 + std::uniform_int_distribution<std::size_t>{0, 3000}(dice);
      while (lines_of(acknowledged) < wanted && !victim.ended())
        std::this_thread::yield();
      victim.kill();
      REQUIRE(victim.was_killed());
    }
    REQUIRE(lines_of(acknowledged) > before);
    check_after_death(root, acknowledged);
  }
}

TEST_CASE("a death at each failpoint loses nothing that was acknowledged") {
  if (!journal::failpoints_built) {
    MESSAGE("skipped: this build has no failpoints (-DHOLDFAST_FAILPOINTS=ON)");
    return;
  }
  for (const auto* point :
       {"before-append", "before-append:50", "after-wal-append", "after-wal-append:70", "after-sync-before-mark",
        "after-sync-before-mark:33", "after-sync-before-reply", "after-sync-before-reply:90", "during-flush",
        "during-flush:2", "during-recovery", "during-recovery:2", "during-checkpoint"}) {
    CAPTURE(point);
    scratch_directory home;
    const auto root = home.path() / "data";
    const auto acknowledged = home.path() / "acknowledged";
    {
      // So that there is something to recover.
      worker first{root, acknowledged, ""};
      while (lines_of(acknowledged) < 100 && !first.ended())
        std::this_thread::yield();
    }
    worker victim{root, acknowledged, point};
    CHECK(victim.was_killed());
    check_after_death(root, acknowledged);
  }
}

} // namespace holdfast::crashes
