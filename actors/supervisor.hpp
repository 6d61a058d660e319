#pragma once

#include "actors/fact_clock.hpp"
#include "actors/processor_share.hpp"
#include "journal/journal.hpp"
#include "projections/views_impl.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace holdfast::actors {

/// Watches what runs: turns the views' clock, tells them when the machine is busy, and says once, loudly, when the journal latches, the disk fills or a projection stops.
/// A thread of its own, so that it sees what hangs.
class supervisor {
 public:
  supervisor(const journal::journal& journal, projections::views_impl& views, const clock_port& clock);
  ~supervisor();
  supervisor(const supervisor&) = delete;
  auto operator=(const supervisor&) -> supervisor& = delete;

  /// How often those who watch seat maps have their turn for each time that the views have.
  static constexpr unsigned pulses_a_tick = 2;

 private:
  void run(const std::stop_token& stop);
  void look();

  const journal::journal& journal_;
  projections::views_impl& views_;
  const clock_port& clock_;
  journal::journal_mode last_mode_ = journal::journal_mode::selling;
  processor_share processors_;
  std::map<std::string, projections::runner_state, std::less<>> last_states_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_; ///< last: it uses the rest
};

} // namespace holdfast::actors
