#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// How the offline commands talk to people.
namespace holdfast::tools {

inline constexpr int exit_ok = 0;
inline constexpr int exit_does_not_hold = 1;
inline constexpr int exit_wrong_usage = 2;

/// "holdfast <command>: <what>" on standard error; gives the exit status back.
[[nodiscard]] auto complain(std::string_view command, std::string_view what, int status) -> int;

/// One line that counts up on a terminal, and nothing at all elsewhere. Written to standard error; gone when destroyed.
class progress_line {
 public:
  /// `all` 0: the end is not known.
  progress_line(std::string_view doing, std::string_view unit, std::uint64_t all = 0);
  ~progress_line();
  progress_line(const progress_line&) = delete;
  auto operator=(const progress_line&) -> progress_line& = delete;
  /// Cheap: draws a few times a second.
  void show(std::uint64_t done);
  void show(std::uint64_t done, std::uint64_t all);

 private:
  std::string doing_;
  std::string unit_;
  std::uint64_t all_;
  bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

/// 1234567 as "1,234,567".
[[nodiscard]] auto grouped(std::uint64_t number) -> std::string;
[[nodiscard]] auto grouped(std::int64_t number) -> std::string;
/// Milliseconds since 1970 as RFC 3339 in UTC with milliseconds.
[[nodiscard]] auto time_text(std::int64_t unix_ms) -> std::string;
/// 16 lower-case hex digits.
[[nodiscard]] auto hex64(std::uint64_t value) -> std::string;

} // namespace holdfast::tools
