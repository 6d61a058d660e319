#pragma once

#include <string_view>

/// Named places where the crash test lets the process die by SIGKILL, as `kill -9` would at the worst moment.
/// They exist only in builds with -DHOLDFAST_FAILPOINTS=ON; elsewhere the macros vanish.
/// One is armed by the environment: HOLDFAST_FAILPOINT=name, or name:n to die on the n-th time it is reached.
///
/// Names: before-append, after-wal-append, after-sync-before-mark, after-sync-before-reply, during-snapshot, during-flush,
/// during-recovery, during-checkpoint; and those of payments, two a step (actors/checkout_failpoints.hpp). And one that kills nothing: skip-syncs, the negative control of the power cut test.
/// Beside them, and whatever is armed: HOLDFAST_SLOW_SYNCS=file makes each sync wait as many milliseconds as that file says, while it is there.
namespace holdfast::journal {

/// Whether this build has failpoints at all.
#ifdef HOLDFAST_FAILPOINTS
inline constexpr bool failpoints_built = true;
#else
inline constexpr bool failpoints_built = false;
#endif

/// Counts one arrival at `name` and says whether this is the one to die at. Thread-safe.
[[nodiscard]] auto failpoint_due(std::string_view name) noexcept -> bool;
/// Kills the process by SIGKILL: no destructor, no flush, no handler runs.
[[noreturn]] void die_at_failpoint() noexcept;
/// Waits as a disk that has become slow would; at most a minute. Thread-safe.
void wait_for_slow_disk() noexcept;

} // namespace holdfast::journal

/// Whether the process is to die here, for places that must do something first. False, and nothing else, without failpoints.
#ifdef HOLDFAST_FAILPOINTS
#define HF_FAILPOINT_DUE(name) ::holdfast::journal::failpoint_due(name)
#else
#define HF_FAILPOINT_DUE(name) false
#endif

/// Dies here if the crash test asked for it.
#define HF_FAILPOINT(name)                     \
  do {                                         \
    if (HF_FAILPOINT_DUE(name))                \
      ::holdfast::journal::die_at_failpoint(); \
  } while (false)

/// Where a sync begins.
#ifdef HOLDFAST_FAILPOINTS
#define HF_FAILPOINT_SLOW_SYNC() ::holdfast::journal::wait_for_slow_disk()
#else
#define HF_FAILPOINT_SLOW_SYNC() static_cast<void>(0)
#endif
