#include "journal/codec.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

/// What every journal promises, whatever it stores into: run over the one in memory and the one on disk.
namespace holdfast::conformance {
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

TEST_CASE_TEMPLATE("appends become durable in order, and read back as they were written", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  const auto log = std::make_shared<outcome_log>();
  constexpr std::uint64_t groups = 500;
  for (std::uint64_t i = 0; i < groups; ++i)
    in.append(hold_group(event_stream(7), 1 + i * 3, 3), log->expect(i));
  REQUIRE(log->wait_for(groups));
  const auto entries = log->entries();
  for (std::uint64_t i = 0; i < groups; ++i) {
    CHECK(entries[i].id == i);
    CHECK(entries[i].outcome == append_outcome::durable);
  }
  const auto read = read_stream(in, event_stream(7));
  REQUIRE(read.end.has_value());
  CHECK(read.end->text() == std::to_string(groups * 3));
  REQUIRE(read.records.size() == groups * 3);
  CHECK(is_chained(read.records));
  for (const auto& record : read.records) {
    const auto place_in_command = (record.header.seq - 1) % 3;
    CHECK((record.header.flags == journal::record_flag::command_continues) == (place_in_command < 2));
    CHECK(record.header.trace.low == record.header.seq - place_in_command);
    CHECK(record.header.command.key == record.header.seq - place_in_command);
    const auto decoded = journal::decode_record(record.bytes);
    REQUIRE(decoded.has_value());
    const auto fact = journal::decode_fact(*decoded);
    REQUIRE(fact.has_value());
    CHECK(std::get<domain::hold_created>(fact->body).hold.value() == record.header.seq);
  }
}

TEST_CASE_TEMPLATE("a restart finds everything that was durable", Store, BOTH_JOURNALS) {
  Store store;
  acquire(store.get());
  fill(store.get(), event_stream(1), 1, 200);
  fill(store.get(), event_stream(2), 1, 50);
  const auto before = read_tail(store.get());
  store.reopen();
  CHECK(store.get().end() == *before.end);
  const auto after = read_tail(store.get());
  REQUIRE(after.end.has_value());
  REQUIRE(after.records.size() == 250);
  for (std::size_t i = 0; i < after.records.size(); ++i)
    CHECK(after.records[i].bytes == before.records[i].bytes);
  acquire(store.get());
  fill(store.get(), event_stream(1), 201, 10);
  CHECK(is_chained(read_stream(store.get(), event_stream(1)).records));
}

TEST_CASE_TEMPLATE("a barrier completes behind what was appended before it, and at once when nothing was", Store,
                   BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  const auto log = std::make_shared<outcome_log>();
  in.append(barrier_group(event_stream(1)), log->expect(0));
  REQUIRE(log->wait_for(1));
  CHECK(log->entries()[0].outcome == append_outcome::durable);
  CHECK(in.end() == journal::cursor{});
  for (std::uint64_t i = 1; i < 200; i += 2) {
    in.append(hold_group(event_stream(1), (i + 1) / 2), log->expect(i));
    in.append(barrier_group(event_stream(1)), log->expect(i + 1));
  }
  REQUIRE(log->wait_for(201));
  const auto entries = log->entries();
  for (std::uint64_t i = 0; i < entries.size(); ++i)
    CHECK(entries[i].id == i);
  CHECK(log->count(append_outcome::durable) == 201);
}

TEST_CASE_TEMPLATE("a head says where its stream ends, and when it is due", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  const auto none = in.head(event_stream(5));
  REQUIRE(none.has_value());
  CHECK(none->seq == 0);
  CHECK_FALSE(none->next_deadline);
  const auto log = std::make_shared<outcome_log>();
  auto group = hold_group(event_stream(5), 1, 4);
  group.next_deadline = first_time + domain::minutes(10);
  in.append(std::move(group), log->expect(0));
  REQUIRE(log->wait_for(1));
  const auto head = in.head(event_stream(5));
  REQUIRE(head.has_value());
  CHECK(head->seq == 4);
  CHECK(head->time == first_time + domain::millis{4});
  CHECK(head->next_deadline == first_time + domain::minutes(10));
  CHECK(head->hash == journal::hash_record(read_stream(in, event_stream(5)).records.back().bytes));
  in.append(hold_group(event_stream(5), 5), log->expect(1));
  REQUIRE(log->wait_for(2));
  CHECK_FALSE(in.head(event_stream(5))->next_deadline);
}

TEST_CASE_TEMPLATE("heads lists the streams of a kind in order of their ids", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  for (const std::uint64_t id : {9ULL, 300ULL, 1ULL, 70'000ULL})
    fill(in, event_stream(id), 1, id % 5 + 1);
  fill(in, {journal::stream_kind::organisation, 2}, 1, 1);
  const auto heads = in.heads(journal::stream_kind::event);
  REQUIRE(heads.has_value());
  REQUIRE(heads->size() == 4);
  const std::vector<std::uint64_t> ids{1, 9, 300, 70'000};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CHECK((*heads)[i].first == event_stream(ids[i]));
    CHECK((*heads)[i].second.seq == ids[i] % 5 + 1);
  }
  CHECK(in.heads(journal::stream_kind::organisation)->size() == 1);
  CHECK(in.heads(journal::stream_kind::queue)->empty());
}

TEST_CASE_TEMPLATE("a read hands over chunks of at most 256 KiB and stops when asked to", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  fill(in, event_stream(1), 1, 2400, 200);
  const auto whole = read_stream(in, event_stream(1));
  REQUIRE(whole.records.size() == 2400);
  CHECK(whole.chunk_bytes.size() > 2);
  const auto largest = whole.records[2000].bytes.size();
  for (const auto bytes : whole.chunk_bytes)
    CHECK(bytes < 256 * 1024 + largest);
  const auto part = read_stream(in, event_stream(1), 1, 2);
  REQUIRE(part.end.has_value());
  CHECK(part.chunk_bytes.size() == 2);
  CHECK(part.end->text() == std::to_string(part.records.size()));
  REQUIRE(part.records.size() < 2400);
  const auto rest = read_stream(in, event_stream(1), part.records.size() + 1);
  CHECK(part.records.size() + rest.records.size() == 2400);
  CHECK(rest.records.front().header.seq == part.records.size() + 1);
  const auto nothing = read_stream(in, event_stream(1), 2401);
  REQUIRE(nothing.end.has_value());
  CHECK(nothing.records.empty());
  const auto unknown = read_stream(in, event_stream(99));
  REQUIRE(unknown.end.has_value());
  CHECK(unknown.records.empty());
}

TEST_CASE_TEMPLATE("a tail goes on exactly where its cursor ended, also in the middle of a batch", Store,
                   BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  for (std::uint64_t round = 0; round < 4; ++round)
    for (std::uint64_t id = 1; id <= 3; ++id)
      fill(in, event_stream(id), 1 + round * 60, 60, 150);
  const auto whole = read_tail(in);
  REQUIRE(whole.end.has_value());
  REQUIRE(whole.records.size() == 720);
  CHECK(*whole.end == in.end());
  std::vector<kept_record> pieces;
  journal::cursor at;
  for (int turns = 0; pieces.size() < 720 && turns < 100; ++turns) {
    // A cursor survives as text.
    auto piece = read_tail(in, journal::cursor{std::string{at.text()}}, 1);
    REQUIRE(piece.end.has_value());
    at = *piece.end;
    for (auto& record : piece.records)
      pieces.push_back(std::move(record));
  }
  REQUIRE(pieces.size() == 720);
  for (std::size_t i = 0; i < pieces.size(); ++i)
    CHECK(pieces[i].bytes == whole.records[i].bytes);
  CHECK(read_tail(in, at).records.empty());
  fill(in, event_stream(2), 241, 1);
  const auto news = read_tail(in, at);
  REQUIRE(news.records.size() == 1);
  CHECK(news.records[0].header.stream == event_stream(2));
}

TEST_CASE_TEMPLATE("a text that is no cursor is refused", Store, BOTH_JOURNALS) {
  Store store;
  for (const auto* text : {"x", "12+", "12+x", "12 ", "-1", "+3"}) {
    const auto read = read_tail(store.get(), journal::cursor{text});
    REQUIRE_FALSE(read.end.has_value());
    CHECK(read.end.error().kind == journal::failure_kind::invalid);
  }
}

TEST_CASE_TEMPLATE("a place that the journal has not reached is refused: it is a later copy's", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  acquire(in);
  fill(in, event_stream(1), 1, 3);
  CHECK(read_tail(in, in.end()).end.has_value());
  const auto beyond = read_tail(in, journal::cursor{"1000000"});
  REQUIRE_FALSE(beyond.end.has_value());
  CHECK(beyond.end.error().kind == journal::failure_kind::invalid);
}

TEST_CASE_TEMPLATE("the listener sees every batch in commit order, after its appends completed", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  const auto seen = std::make_shared<batch_log>();
  in.listen(seen);
  acquire(in);
  const auto log = std::make_shared<outcome_log>();
  for (std::uint64_t seq = 1; seq <= 300; ++seq) {
    in.append(hold_group(event_stream(seq % 3 + 1), (seq - 1) / 3 + 1), log->expect(seq));
    if (seq % 10 == 0)
      in.append(barrier_group(event_stream(1)), log->expect(1000 + seq));
  }
  REQUIRE(log->wait_for(330));
  in.release();
  std::uint64_t position = 0;
  std::uint64_t groups = 0;
  for (const auto& batch : seen->batches()) {
    CHECK(batch->position == ++position);
    groups += batch->groups.size();
    for (const auto& group : batch->groups)
      CHECK(group.facts->size() == 1);
  }
  CHECK(groups == 300);
  CHECK(seen->batches().back()->after == in.end());
  // The listener's batches and a reader's records are the same, in the same order.
  const auto tail = read_tail(in);
  std::size_t at = 0;
  for (const auto& batch : seen->batches())
    for (const auto& group : batch->groups) {
      CHECK(tail.records[at].header.stream == group.stream);
      CHECK(tail.records[at].header.seq == group.first_seq);
      ++at;
    }
}

TEST_CASE_TEMPLATE("a batch holds at most 256 KiB, unless one command alone is larger", Store, BOTH_JOURNALS) {
  Store store;
  auto& in = store.get();
  const auto seen = std::make_shared<batch_log>();
  in.listen(seen);
  acquire(in);
  const auto log = std::make_shared<outcome_log>();
  for (std::uint64_t seq = 1; seq <= 400; ++seq)
    in.append(hold_group(event_stream(1), seq, 1, 1000), log->expect(seq));
  in.append(hold_group(event_stream(1), 401, 64, 1000), log->expect(401));
  REQUIRE(log->wait_for(401));
  CHECK(log->count(append_outcome::durable) == 401);
  in.release();
  for (const auto& batch : seen->batches()) {
    std::size_t bytes = 0;
    for (const auto& group : batch->groups)
      for (const auto& fact : *group.facts) {
        std::string payload;
        journal::encode_fact(fact.body, payload);
        bytes += payload.size() + journal::header_bytes + 4;
      }
    CHECK((bytes <= 256 * 1024 || batch->groups.size() == 1));
  }
  CHECK(is_chained(read_stream(in, event_stream(1)).records));
}

} // namespace holdfast::conformance
