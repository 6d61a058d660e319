#include "domain/queue/apply.hpp"
#include "domain/queue/decide.hpp"
#include "domain/queue/state.hpp"
#include "domain/strong_id.hpp"
#include "journal/codec.hpp"
#include "tools/bench/worker.hpp"
#include "tools/bench/worker_parts.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace holdfast::tools::bench {

namespace {

namespace room = domain::queue;

/// A batch of joins is some 70 KiB: so many are enough for a sync, and little memory.
constexpr std::ptrdiff_t joins_under_way_max = 32;

/// A room as its stream says.
[[nodiscard]] auto load_room(journal::journal& from, journal::stream_id stream)
    -> tl::expected<std::unique_ptr<room::state>, failure> {
  auto state = std::make_unique<room::state>();
  std::optional<journal::failure> trouble;
  std::promise<tl::expected<journal::cursor, journal::failure>> ended;
  from.read(
      stream, 1,
      [&](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          auto fact = journal::decode_fact(record);
          if (!fact) {
            trouble = std::move(fact.error());
            return false;
          }
          room::apply(*state, *fact);
        }
        return true;
      },
      [&](tl::expected<journal::cursor, journal::failure> how) { ended.set_value(std::move(how)); });
  const auto how = ended.get_future().get();
  if (trouble || !how) {
    return tl::unexpected{to_failure(trouble ? *trouble : how.error())};
  }
  return state;
}

/// Joins, 4,096 at a time.
[[nodiscard]] auto join_many(room::state& state, std::uint64_t people, journal::journal& into,
                             journal::stream_id stream) -> tl::expected<void, failure> {
  const auto credit = std::make_shared<append_credit>(joins_under_way_max);
  for (std::uint64_t number = 0; number < people;) {
    room::join batch;
    const auto end = std::min<std::uint64_t>(people, number + room::limits::people_per_command_max);
    for (; number < end; ++number) {
      batch.people.push_back({{domain::mix64(number), number + 1}, 0});
    }
    auto decided = room::decide(state, {{}, {}, std::move(batch)}, std::max(state.time, wall_clock()));
    if (!decided || decided->empty()) {
      return tl::unexpected{failure{"a waiting room that is being filled refused people: it is off, or full"}};
    }
    const auto facts = std::make_shared<const domain::facts>(std::move(*decided));
    const auto first_seq = state.seq + 1;
    for (const auto& fact : *facts) {
      room::apply(state, fact);
    }
    credit->take();
    into.append({.stream = stream,
                 .first_seq = first_seq,
                 .facts = facts,
                 .trace = {},
                 .answer = std::nullopt,
                 .next_deadline = state.time},
                credit);
  }
  credit->drain();
  return {};
}

} // namespace

auto fill_room(const fill_room_work& work) -> tl::expected<report_json, failure> {
  const auto start = std::chrono::steady_clock::now();
  auto opened = open_journal(work.data, journal::journal_access::serve);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  auto& into = **opened;
  if (const auto tenure = into.acquire({}); !tenure) {
    return tl::unexpected{to_failure(tenure.error())};
  }
  const auto heads = into.heads(journal::stream_kind::queue);
  if (!heads || heads->size() != 1) {
    return tl::unexpected{heads ? failure{"there is not one waiting room to fill"} : to_failure(heads.error())};
  }
  const auto stream = heads->front().first;
  const auto state = load_room(into, stream);
  if (!state) {
    return tl::unexpected{state.error()};
  }
  if (const auto joined = join_many(**state, work.people, into, stream); !joined) {
    return tl::unexpected{joined.error()};
  }
  into.release();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return report_json{
      {"people", (*state)->places.live()}, {"state_bytes", (*state)->bytes()}, {"seconds", took.count()}};
}

} // namespace holdfast::tools::bench
