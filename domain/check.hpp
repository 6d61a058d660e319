#pragma once

/// Always-on assertions for bugs and corruption, in every build: a broken invariant stops the process, and the restart heals by replaying the journal.
/// Never for bad input (a `rejection`) and never for failing I/O (a `failure`).

namespace holdfast {

/// Writes what failed and where to standard error and aborts. Thread-safe; never returns.
[[noreturn]] void check_failed(const char* condition, const char* message, const char* file, int line) noexcept;

} // namespace holdfast

/// Stops the process when `condition` is false. `message` says which promise was broken.
/// Coverage runs define HF_COVERAGE, which leaves out the arm that can only run in a process about to die.
#ifdef HF_COVERAGE
#define HF_CHECK(condition, message) static_cast<void>(condition)
#else
#define HF_CHECK(condition, message)                   \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::holdfast::check_failed(#condition, message, __FILE__, __LINE__))
#endif
