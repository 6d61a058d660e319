#include "projections/search/text_inspection.hpp"

#include "projections/search/text_check.hpp"
#include "projections/search/text_rows.hpp"
#include "projections/search/text_seal.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

constexpr const char* check_word = "check";
constexpr const char* copy_word = "copy";

/// How an inspection ends; with anything else it was ended.
enum inspection_exit : int {
  ended_sound = 0,
  ended_damaged = 1,
  ended_wrong_words = 2,
  ended_not_there = 3,
  ended_unreadable = 4
};

constexpr std::size_t said_bytes_max = 2'000;

// The parent's part.

/// Both ends of a pipe, closed at the end and in every process that is started.
class said_pipe {
 public:
  said_pipe() : is_open_{::pipe2(ends_.data(), O_CLOEXEC) == 0} {}

  ~said_pipe() {
    close_end(0);
    close_end(1);
  }

  said_pipe(const said_pipe&) = delete;
  auto operator=(const said_pipe&) -> said_pipe& = delete;

  [[nodiscard]] auto is_open() const noexcept -> bool { return is_open_; }

  [[nodiscard]] auto input() const noexcept -> int { return ends_[1]; }

  /// Everything until all who write have ended; the beginning of it, as one line of ASCII: it may quote damaged bytes.
  [[nodiscard]] auto read_all() -> std::string {
    close_end(1);
    std::string said;
    std::array<char, 512> piece{};
    while (true) {
      const auto got = ::read(ends_[0], piece.data(), piece.size());
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return said;
      for (const auto letter : std::string_view{piece.data(), static_cast<std::size_t>(got)}) {
        if (said.size() < said_bytes_max)
          said.push_back(letter < ' ' || letter > '~' ? '?' : letter);
      }
    }
  }

 private:
  void close_end(std::size_t which) noexcept {
    if (ends_.at(which) >= 0)
      ::close(ends_.at(which));
    ends_.at(which) = -1;
  }

  std::array<int, 2> ends_{-1, -1};
  bool is_open_;
};

/// Starts the command with nothing of this process but its output; 0 when it cannot be started.
auto start_inspection(const std::vector<std::string>& command, int output) -> pid_t {
  std::vector<char*> arguments;
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t manners;
  posix_spawnattr_init(&manners);
  // A group of its own: what ends a server from its terminal would pass for damage.
  posix_spawnattr_setflags(&manners, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&manners, &none);
  pid_t child = 0;
  if (::posix_spawn(&child, arguments.front(), &files, &manners, arguments.data(), environ) != 0)
    child = 0;
  posix_spawnattr_destroy(&manners);
  posix_spawn_file_actions_destroy(&files);
  return child;
}

auto verdict_of(int status, const fs::path& directory, std::string said) -> tl::expected<void, failure> {
  if (WIFSIGNALED(status))
    return tl::unexpected{failure{failure_kind::corrupt, directory.string() +
                                                             ": the index is damaged: who read it died of signal " +
                                                             std::to_string(WTERMSIG(status))}};
  const auto code = WEXITSTATUS(status);
  if (code == ended_sound)
    return {};
  if (said.empty())
    said = directory.string() + ": the index is damaged: who read it ended with status " + std::to_string(code);
  switch (code) {
  case ended_not_there: return tl::unexpected{failure{failure_kind::not_found, std::move(said)}};
  case ended_unreadable: return tl::unexpected{failure{failure_kind::io, std::move(said)}};
  default: return tl::unexpected{failure{failure_kind::corrupt, std::move(said)}};
  }
}

/// `directory` is what a failure is about.
auto inspect_apart(const inspection_command& command, const std::vector<std::string>& words, const fs::path& directory)
    -> tl::expected<void, failure> {
  const auto not_done = [&](const char* why) {
    return tl::unexpected{
        failure{failure_kind::corrupt, directory.string() + ": the index cannot be looked through: " + why}};
  };
  if (command.empty())
    return not_done("nobody is there to do it");
  said_pipe said;
  if (!said.is_open())
    return not_done("there is no pipe");
  auto whole = command;
  whole.insert(whole.end(), words.begin(), words.end());
  const auto child = start_inspection(whole, said.input());
  if (child == 0)
    return not_done("no process can be started");
  auto text = said.read_all();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR)
      return not_done("how it ended is not known");
  }
  return verdict_of(status, directory, std::move(text));
}

// The child's part.

auto bytes_in(const fs::path& directory) -> std::uintmax_t {
  std::uintmax_t bytes = 0;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator{directory, ignored}) {
    const auto size = file.file_size(ignored);
    bytes += ignored ? 0 : size;
  }
  return bytes;
}

/// Damaged bytes can also make the library go round in circles, or take all memory for a length that cannot be.
void limit_inspection_of(const fs::path& directory) {
  // A hundred times what a sound index takes.
  constexpr rlim_t seconds_least = 20;
  constexpr rlim_t bytes_a_second = rlim_t{1024} * 1024;
  const rlim_t seconds = seconds_least + bytes_in(directory) / bytes_a_second;
  const rlimit time{seconds, seconds};
  ::setrlimit(RLIMIT_CPU, &time);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // these take terabytes of addresses
  constexpr rlim_t memory_max = rlim_t{1024} * 1024 * 1024;
  const rlimit memory{memory_max, memory_max};
  ::setrlimit(RLIMIT_DATA, &memory);
#endif
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody waits for the answer any more
}

/// A server may write while its index is looked at, which then seems damaged: that passes, damage does not.
auto check_where_it_is(const fs::path& index) -> tl::expected<void, failure> {
  switch (seal_of(index)) {
  case text_seal::sound: return {};
  case text_seal::broken:
    return tl::unexpected{failure{failure_kind::corrupt, index.string() + ": the index is not as it was left"}};
  case text_seal::absent: break;
  }
  constexpr int attempts = 3;
  auto checked = check_text_tables(index);
  for (int attempt = 1; !checked && attempt < attempts; ++attempt)
    checked = check_text_tables(index);
  return checked;
}

auto copy_checked(const fs::path& from, const fs::path& to) -> tl::expected<void, failure> {
  std::error_code ignored;
  // Copying reads the tables from end to end, and makes the ways into them anew: those are looked at where they are.
  if (fs::exists(from, ignored)) {
    if (auto checked = check_where_it_is(from); !checked)
      return checked;
  }
  if (auto copied = copy_text_index(from, to); !copied)
    return copied;
  if (auto checked = check_text_index(to); !checked)
    return checked;
  seal_texts(to);
  return {};
}

} // namespace

auto inspect_index(const inspection_command& command, const fs::path& directory) -> tl::expected<void, failure> {
  return inspect_apart(command, {check_word, directory.string()}, directory);
}

auto copy_inspected(const inspection_command& command, const fs::path& from, const fs::path& to)
    -> tl::expected<void, failure> {
  return inspect_apart(command, {copy_word, from.string(), to.string()}, from);
}

auto run_inspection(const std::vector<std::string>& words) -> int {
  const bool checks = words.size() == 2 && words.front() == check_word;
  const bool copies = words.size() == 3 && words.front() == copy_word;
  if (!checks && !copies)
    return ended_wrong_words;
  limit_inspection_of(words[1]);
  const auto done = checks ? check_text_index(words[1]) : copy_checked(words[1], words[2]);
  if (done)
    return ended_sound;
  std::fputs(done.error().detail.c_str(), stdout);
  std::fflush(stdout);
  switch (done.error().kind) {
  case failure_kind::not_found: return ended_not_there;
  case failure_kind::io: return ended_unreadable;
  default: return ended_damaged;
  }
}

} // namespace holdfast::projections
