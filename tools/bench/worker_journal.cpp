#include "domain/apply.hpp"
#include "domain/check.hpp"
#include "domain/decide.hpp"
#include "domain/event_state.hpp"
#include "journal/rocksdb_journal.hpp"
#include "journal/rocksdb_wal_limit.hpp"
#include "journal/snapshot_store.hpp"
#include "tools/bench/random.hpp"
#include "tools/bench/worker.hpp"
#include "tools/bench/worker_parts.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

using clock = std::chrono::steady_clock;

[[nodiscard]] auto seconds_since(clock::time_point start) -> double {
  return std::chrono::duration<double>(clock::now() - start).count();
}

[[nodiscard]] auto fold(journal::journal& from, journal::snapshot_store* snapshots, domain::event_id event)
    -> tl::expected<journal::folded, failure> {
  std::promise<tl::expected<journal::folded, journal::failure>> promise;
  journal::fold_event(from, snapshots, event, std::numeric_limits<std::uint64_t>::max(),
                      [&promise](auto result) { promise.set_value(std::move(result)); });
  return promise.get_future().get().map_error(to_failure);
}

/// One event that is being filled: holds a seat, releases it, holds another.
class filled_event {
 public:
  filled_event(domain::event_id event, domain::event_state state)
      : event_{event}, state_{std::move(state)}, random_{event.value()} {}

  [[nodiscard]] auto event() const noexcept -> domain::event_id { return event_; }
  [[nodiscard]] auto state() const noexcept -> const domain::event_state& { return state_; }

  [[nodiscard]] auto step(journal::journal& into, const std::shared_ptr<append_credit>& credit)
      -> tl::expected<std::size_t, failure> {
    domain::command what;
    what.by = {domain::caller::kind::buyer, {event_.value(), 1}, {}, {}};
    if (held_) {
      what.body = domain::release_hold{held_};
    } else {
      what.body = domain::hold_seats{{random_.below(state_.seats()->seat_count())}, {}, {}};
    }
    auto decided = domain::decide(state_, what, std::max(state_.time(), wall_clock()));
    if (!decided) {
      return tl::unexpected{failure{"an event that is being filled refused a command"}};
    }
    const auto facts = std::make_shared<const domain::facts>(std::move(*decided));
    const auto first_seq = state_.seq() + 1;
    for (const auto& fact : *facts) {
      domain::apply(state_, fact);
    }
    held_ = held_ ? domain::hold_number{} : state_.last_hold();
    credit->take();
    into.append({.stream = {journal::stream_kind::event, event_.value()},
                 .first_seq = first_seq,
                 .facts = facts,
                 .trace = {},
                 .answer = std::nullopt,
                 .next_deadline = state_.next_deadline()},
                credit);
    return facts->size();
  }

 private:
  domain::event_id event_;
  domain::event_state state_;
  random_stream random_;
  domain::hold_number held_;
};

[[nodiscard]] auto load_all(journal::journal& from) -> tl::expected<std::vector<filled_event>, failure> {
  const auto heads = from.heads(journal::stream_kind::event);
  if (!heads) {
    return tl::unexpected{to_failure(heads.error())};
  }
  std::vector<filled_event> events;
  for (const auto& [stream, head] : *heads) {
    const domain::event_id event{stream.id};
    auto folded = fold(from, nullptr, event);
    if (!folded) {
      return tl::unexpected{folded.error()};
    }
    events.emplace_back(event, std::move(folded->state));
  }
  if (events.empty()) {
    return tl::unexpected{failure{"there is no event to fill"}};
  }
  return events;
}

/// Steps all events in turn until `records` records are written.
[[nodiscard]] auto fill(std::vector<filled_event>& events, journal::journal& into, std::uint64_t records)
    -> tl::expected<std::uint64_t, failure> {
  const auto credit = std::make_shared<append_credit>();
  std::uint64_t written = 0;
  for (std::size_t turn = 0; written < records; ++turn) {
    const auto step = events[turn % events.size()].step(into, credit);
    if (!step) {
      return tl::unexpected{step.error()};
    }
    written += *step;
  }
  credit->drain();
  return written;
}

[[nodiscard]] auto save_snapshots(const std::filesystem::path& data, const std::vector<filled_event>& events,
                                  journal::journal& from) -> tl::expected<void, failure> {
  journal::snapshot_store snapshots{data / "snapshots"};
  for (const auto& event : events) {
    const auto head = from.head({journal::stream_kind::event, event.event().value()});
    if (!head) {
      return tl::unexpected{to_failure(head.error())};
    }
    HF_CHECK(head->seq == event.state().seq(), "everything that was decided is durable before a snapshot is made");
    if (const auto saved = snapshots.save(event.event(), head->seq, head->hash, event.state()); !saved) {
      return tl::unexpected{to_failure(saved.error())};
    }
  }
  return {};
}

} // namespace

auto measure_wal(const wal_limit_work& work) -> tl::expected<report_json, failure> {
  journal::wal_limit_options options;
  options.directory = work.data;
  options.commands_per_batch = work.batch;
  options.duration = work.duration;
  const auto result = journal::measure_wal_limit(options);
  if (!result) {
    return tl::unexpected{to_failure(result.error())};
  }
  return report_json{{"commands_per_s", static_cast<double>(result->commands) / result->seconds},
                     {"syncs_per_s", static_cast<double>(result->batches) / result->seconds}};
}

auto prefill(const prefill_work& work) -> tl::expected<report_json, failure> {
  const auto start = clock::now();
  auto opened = open_journal(work.data, journal::journal_access::serve);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  auto& into = **opened;
  if (const auto tenure = into.acquire({}); !tenure) {
    return tl::unexpected{to_failure(tenure.error())};
  }
  auto events = load_all(into);
  if (!events) {
    return tl::unexpected{events.error()};
  }
  const auto tail = std::min(work.records, work.tail * events->size());
  auto written = fill(*events, into, work.records - tail);
  if (!written) {
    return tl::unexpected{written.error()};
  }
  if (const auto saved = save_snapshots(work.data, *events, into); !saved) {
    return tl::unexpected{saved.error()};
  }
  const auto rest = fill(*events, into, tail);
  if (!rest) {
    return tl::unexpected{rest.error()};
  }
  into.release();
  return report_json{{"records", *written + *rest}, {"seconds", seconds_since(start)}};
}

auto measure_replay(const replay_work& work) -> tl::expected<report_json, failure> {
  if (work.one_core) {
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    if (::sched_setaffinity(0, sizeof first, &first) != 0) {
      return tl::unexpected{failure{"cannot keep to one core"}};
    }
  }
  auto opened = open_journal(work.data, journal::journal_access::read_only);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  const auto heads = (*opened)->heads(journal::stream_kind::event);
  if (!heads) {
    return tl::unexpected{to_failure(heads.error())};
  }
  const auto longest = std::max_element(heads->begin(), heads->end(),
                                        [](const auto& a, const auto& b) { return a.second.seq < b.second.seq; });
  if (longest == heads->end()) {
    return tl::unexpected{failure{"there is no event to replay"}};
  }
  const auto start = clock::now();
  const auto folded = fold(**opened, nullptr, domain::event_id{longest->first.id});
  if (!folded) {
    return tl::unexpected{folded.error()};
  }
  const auto seconds = seconds_since(start);
  return report_json{{"facts", folded->replayed},
                     {"seconds", seconds},
                     {"facts_per_s", static_cast<double>(folded->replayed) / seconds}};
}

} // namespace holdfast::tools::bench
