#include "tools/bench/child_process.hpp"

#include "tools/bench/interrupt.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace holdfast::tools::bench {

namespace {

constexpr auto poll_period = std::chrono::milliseconds{5};
constexpr int cannot_start = 127;

struct identity {
  uid_t user = 0;
  gid_t group = 0;
};

[[nodiscard]] auto identity_of(const std::string& name) -> std::optional<identity> {
  std::vector<char> room(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return identity{entry.pw_uid, entry.pw_gid};
}

[[nodiscard]] auto pointers(std::vector<std::string>& words) -> std::vector<char*> {
  std::vector<char*> out;
  for (auto& word : words) {
    out.push_back(word.data());
  }
  out.push_back(nullptr);
  return out;
}

[[nodiscard]] auto environment_with(const std::vector<std::pair<std::string, std::string>>& added)
    -> std::vector<std::string> {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    out.emplace_back(*entry);
  }
  for (const auto& [name, value] : added) {
    out.push_back(name + "=" + value);
  }
  return out;
}

/// Between fork and exec: only calls that need no lock and no memory.
[[noreturn]] void become(char** command, char** environment, const std::optional<identity>& who, int log,
                         const char* directory, int stop_signal) {
  ::setpgid(0, 0);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  if (who && (::setgroups(1, &who->group) != 0 || ::setgid(who->group) != 0 || ::setuid(who->user) != 0)) {
    ::_exit(cannot_start);
  }
  // After the change of user, which clears it.
  ::prctl(PR_SET_PDEATHSIG, stop_signal);
  if (directory[0] != '\0' && ::chdir(directory) != 0) {
    ::_exit(cannot_start);
  }
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(command[0], command, environment);
  ::_exit(cannot_start);
}

} // namespace

auto child_process::start(launch what) -> tl::expected<child_process, failure> {
  std::optional<identity> who;
  if (what.user && ::geteuid() == 0) {
    who = identity_of(*what.user);
    if (!who) {
      return tl::unexpected{failure{"there is no user '" + *what.user + "' to run " + what.command.front() + " as"}};
    }
  }
  const int log = ::open(what.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) {
    return tl::unexpected{failure{"cannot write " + what.log.string() + ": " + std::generic_category().message(errno)}};
  }
  auto environment = environment_with(what.environment);
  const auto command = pointers(what.command);
  const auto settings = pointers(environment);
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(const_cast<char**>(command.data()), const_cast<char**>(settings.data()), who, log, what.directory.c_str(),
           what.stop_signal);
  }
  ::close(log);
  if (pid < 0) {
    return tl::unexpected{
        failure{"cannot start " + what.command.front() + ": " + std::generic_category().message(errno)}};
  }
  return child_process{pid, what.stop_signal, what.log};
}

child_process::child_process(child_process&& other) noexcept
    : pid_{std::exchange(other.pid_, 0)},
      stop_signal_{other.stop_signal_},
      status_{other.status_},
      log_{std::move(other.log_)} {}

auto child_process::operator=(child_process&& other) noexcept -> child_process& {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, 0);
    stop_signal_ = other.stop_signal_;
    status_ = other.status_;
    log_ = std::move(other.log_);
  }
  return *this;
}

child_process::~child_process() {
  stop();
}

auto child_process::collect(int flags) -> bool {
  if (pid_ == 0) {
    return true;
  }
  int status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid_, &status, flags);
  } while (got < 0 && errno == EINTR);
  if (got == 0) {
    return false;
  }
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = 0;
  return true;
}

auto child_process::running() -> bool {
  return !collect(WNOHANG);
}

auto child_process::wait(std::chrono::milliseconds patience) -> std::optional<int> {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (running()) {
    if (std::chrono::steady_clock::now() >= deadline || interrupted()) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(poll_period);
  }
  return status_;
}

void child_process::stop(std::chrono::milliseconds grace) {
  if (!running()) {
    return;
  }
  ::kill(pid_, stop_signal_);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (running()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      kill();
      return;
    }
    std::this_thread::sleep_for(poll_period);
  }
}

void child_process::kill() {
  if (running()) {
    ::kill(pid_, SIGKILL);
    static_cast<void>(collect(0));
  }
}

auto child_process::resident_bytes() const -> std::uint64_t {
  std::ifstream in{"/proc/" + std::to_string(pid_) + "/statm"};
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  in >> all >> resident;
  return in ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

auto child_process::cpu_seconds() const -> double {
  std::ifstream in{"/proc/" + std::to_string(pid_) + "/stat"};
  std::string line;
  std::getline(in, line);
  // The name may hold anything, blanks and brackets included; fields count from its last bracket.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) {
    return 0;
  }
  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) {
    fields >> skipped;
  }
  double user_ticks = 0;
  double system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  return (user_ticks + system_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

auto child_process::last_words() const -> std::string {
  constexpr std::size_t bytes_max = 600;
  std::ifstream in{log_, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  auto words = text.str();
  if (words.size() > bytes_max) {
    words.erase(0, words.size() - bytes_max);
  }
  return words.empty() ? "it said nothing" : words;
}

auto run_to_end(launch what, std::chrono::milliseconds patience) -> tl::expected<void, failure> {
  const auto name = what.command.front();
  auto process = child_process::start(std::move(what));
  if (!process) {
    return tl::unexpected{process.error()};
  }
  const auto status = process->wait(patience);
  if (!status) {
    return tl::unexpected{failure{interrupted() ? "interrupted" : name + " did not end in time"}};
  }
  if (*status != 0) {
    return tl::unexpected{
        failure{name + " ended with status " + std::to_string(*status) + ": " + process->last_words()}};
  }
  return {};
}

auto wait_until(child_process& process, std::chrono::milliseconds patience, const std::function<bool()>& done,
                std::chrono::milliseconds pause) -> bool {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (!process.running() || std::chrono::steady_clock::now() >= deadline || interrupted()) {
      return false;
    }
    std::this_thread::sleep_for(pause);
  }
  return true;
}

namespace {

[[nodiscard]] auto loopback(std::uint16_t port) -> sockaddr_in {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

} // namespace

auto free_port() -> std::uint16_t {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

auto accepts_connections(std::uint16_t port) -> bool {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port);
  const bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

} // namespace holdfast::tools::bench
