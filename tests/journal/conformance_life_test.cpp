#include "journal/codec.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

/// What every journal promises, whatever it stores into: run over the one in memory and the one on disk.
namespace {

using namespace holdfast;
using namespace holdfast::testing;
using journal::append_outcome;

#define BOTH_JOURNALS memory_store, rocksdb_store

void acquire(journal::journal& in) {
  REQUIRE(in.acquire({}).has_value());
}

/// Appends one hold a group and waits until all are durable.
void fill(journal::journal& in, journal::stream_id stream, std::uint64_t first_seq, std::uint64_t count,
          std::size_t seats_each = 2) {
  const auto log = std::make_shared<outcome_log>();
  for (auto seq = first_seq; seq < first_seq + count; ++seq)
    in.append(hold_group(stream, seq, 1, seats_each), log->expect(seq));
  REQUIRE(log->wait_for(count));
  REQUIRE(log->count(append_outcome::durable) == count);
}

} // namespace

TEST_CASE_TEMPLATE("a remembered answer comes back byte for byte, to its own principal and key only", Store,
                   BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  const auto stream = event_stream(3);
  const auto answer = some_answer(stream, 1, first_time);
  const auto log = std::make_shared<outcome_log>();
  auto group = hold_group(stream, 1);
  group.answer = answer;
  in.append(std::move(group), log->expect(0));
  REQUIRE(log->wait_for(1));
  for (const bool again : {false, true}) {
    if (again)
      store.reopen();
    auto& now = store.get();
    const auto found = ask_answer(now, stream, answer.principal, answer.command, first_time + domain::minutes(1));
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    CHECK((*found)->status == answer.status);
    CHECK((*found)->seq == answer.seq);
    CHECK((*found)->at == answer.at);
    CHECK((*found)->expires_at == answer.expires_at);
    CHECK((*found)->location == answer.location);
    CHECK((*found)->body == answer.body);
    CHECK((*found)->principal == answer.principal);
    CHECK((*found)->command == answer.command);
    const auto absent = [&](domain::subject_id who, journal::stream_id where, std::uint64_t key, domain::instant at) {
      const auto reply = ask_answer(now, where, who, {key, answer.command.request}, at);
      REQUIRE(reply.has_value());
      return !reply->has_value();
    };
    CHECK(absent({answer.principal.high + 1, answer.principal.low}, stream, answer.command.key, first_time));
    CHECK(absent({answer.principal.high, answer.principal.low + 1}, stream, answer.command.key, first_time));
    CHECK(absent(answer.principal, event_stream(4), answer.command.key, first_time));
    CHECK(absent(answer.principal, stream, answer.command.key + 1, first_time));
    // By whole hours, as the domain remembers keys: first_time is 22:13, so until 23:00 of the next day.
    const auto last = first_time + domain::hours(24) + domain::minutes(46) + domain::seconds(39);
    CHECK_FALSE(absent(answer.principal, stream, answer.command.key, last));
    CHECK(absent(answer.principal, stream, answer.command.key, last + domain::seconds(1)));
    CHECK(absent(answer.principal, stream, answer.command.key, first_time + domain::hours(50)));
  }
}

TEST_CASE_TEMPLATE("another request under the same key is reported with the request that was answered", Store,
                   BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  const auto answer = some_answer(event_stream(1), 1, first_time);
  const auto log = std::make_shared<outcome_log>();
  auto group = hold_group(event_stream(1), 1);
  group.answer = answer;
  in.append(std::move(group), log->expect(0));
  REQUIRE(log->wait_for(1));
  const auto found = ask_answer(in, event_stream(1), answer.principal, {answer.command.key, 12345}, first_time);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  CHECK((*found)->command.request == answer.command.request);
}

TEST_CASE_TEMPLATE("every tenure has a greater epoch than all before it, and its records carry it", Store,
                   BOTH_JOURNALS) {
  Store store;
  std::uint64_t last = 0;
  for (std::uint64_t round = 0; round < 3; ++round) {
    const auto tenure = store.get().acquire({});
    REQUIRE(tenure.has_value());
    CHECK(tenure->epoch > last);
    last = tenure->epoch;
    fill(store.get(), event_stream(1), 1 + round, 1);
    CHECK(read_stream(store.get(), event_stream(1)).records.back().header.epoch == last);
    store.reopen();
  }
}

TEST_CASE_TEMPLATE("release writes what is queued; later appends are of unknown outcome and change nothing", Store,
                   BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  const auto log = std::make_shared<outcome_log>();
  for (std::uint64_t seq = 1; seq <= 500; ++seq)
    in.append(hold_group(event_stream(1), seq), log->expect(seq));
  in.release();
  REQUIRE(log->wait_for(500));
  CHECK(log->count(append_outcome::durable) == 500);
  in.append(hold_group(event_stream(1), 501), log->expect(501));
  REQUIRE(log->wait_for(501));
  CHECK(log->entries().back().outcome == append_outcome::unknown);
  CHECK(read_stream(in, event_stream(1)).records.size() == 500);
  in.release();
  store.reopen();
  CHECK(store.get().head(event_stream(1))->seq == 500);
}

TEST_CASE_TEMPLATE("many threads append to their own streams at once, and each stream is whole", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  const auto seen = std::make_shared<batch_log>();
  in.listen(seen);
  acquire(in);
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each = 400;
  std::vector<std::shared_ptr<outcome_log>> logs;
  for (std::uint64_t i = 0; i < threads; ++i)
    logs.push_back(std::make_shared<outcome_log>());
  {
    std::vector<std::jthread> appenders;
    for (std::uint64_t i = 0; i < threads; ++i)
      appenders.emplace_back([&, i] {
        for (std::uint64_t seq = 1; seq <= each; ++seq)
          in.append(hold_group(event_stream(i + 1), seq), logs[i]->expect(seq));
      });
    // A reader beside them sees only whole, durable batches.
    while (logs[0]->entries().size() < each) {
      const auto tail = read_tail(in);
      REQUIRE(tail.end.has_value());
      std::map<std::uint64_t, std::uint64_t> ends;
      for (const auto& record : tail.records)
        REQUIRE(record.header.seq == ++ends[record.header.stream.id]);
    }
  }
  for (std::uint64_t i = 0; i < threads; ++i) {
    REQUIRE(logs[i]->wait_for(each));
    const auto entries = logs[i]->entries();
    for (std::uint64_t at = 0; at < each; ++at)
      CHECK(entries[at].id == at + 1);
    const auto records = read_stream(in, event_stream(i + 1)).records;
    CHECK(records.size() == each);
    CHECK(is_chained(records));
  }
  CHECK(read_tail(in).records.size() == threads * each);
}

TEST_CASE_TEMPLATE("the read pool runs jobs and refuses them when its queue is full", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  std::mutex gate;
  std::atomic<std::size_t> ran{0};
  std::size_t taken = 0;
  {
    const std::lock_guard shut{gate};
    bool refused = false;
    for (int i = 0; i < 1000 && !refused; ++i) {
      refused = !in.run_on_read_pool([&] {
        const std::lock_guard wait{gate};
        ++ran;
      });
      taken += refused ? 0 : 1;
    }
    CHECK(refused);
    CHECK(taken >= 256);
  }
  // What was admitted elsewhere is never refused, and comes after what waits.
  CHECK(read_stream(in, event_stream(1)).end.has_value());
  CHECK(ran == taken);
}

TEST_CASE("a release ends the reads under way: when it returns each has been told, and nobody is called any more") {
  rocksdb_store store;
  auto& in = store.get();
  acquire(in);
  const auto stream = event_stream(1);
  fill(in, stream, 1, 3'000, 100);
  std::atomic<bool> reading{false};
  std::atomic<bool> releasing{false};
  std::atomic<int> ended{0};
  constexpr int reads = 20;
  for (int i = 0; i < reads; ++i)
    in.read(
        stream, 1,
        [&](std::span<const journal::record_view>) {
          reading.store(true);
          reading.notify_all();
          releasing.wait(false);
          return true;
        },
        [&](const tl::expected<journal::cursor, journal::failure>&) { ++ended; });
  reading.wait(false);
  std::jthread owner{[&] {
    releasing.store(true);
    releasing.notify_all();
  }};
  in.release();
  CHECK(ended == reads);
}
