#include "tests/journal/journal_image.hpp"

#include "journal/codec.hpp"
#include "journal/rocksdb_store.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

namespace holdfast::testing {

namespace {

namespace fs = std::filesystem;
using namespace holdfast::journal;

constexpr std::uint64_t streams = 8;

auto group_of(std::uint64_t stream, std::uint64_t seq) -> append_group {
  auto group = hold_group(event_stream(stream), seq, 1 + seq % 3, 4);
  group.answer = answer_of(stream, seq);
  return group;
}

} // namespace

auto answer_of(std::uint64_t stream, std::uint64_t seq) -> remembered_answer {
  return some_answer(event_stream(stream), seq, first_time + domain::millis{static_cast<std::int64_t>(seq)});
}

journal_image::journal_image() {
  const auto live = home_.path() / "live";
  {
    auto opened = rocksdb_journal::open(rocksdb_options_in(live));
    REQUIRE(opened.has_value());
    auto& store = **opened;
    REQUIRE(store.acquire({}).has_value());
    append(store, 20);
    REQUIRE(store.flush().has_value());
    append(store, 20);
    fs::copy(live, older(), fs::copy_options::recursive);
    REQUIRE(store.flush().has_value());
    append(store, 20);
  }
  append_with_two_logs(live);
  // What is acknowledged is what an undamaged copy holds: read from another copy, for opening changes files.
  const auto read_from = home_.path() / "read";
  fs::copy(now(), read_from, fs::copy_options::recursive);
  auto opened = rocksdb_journal::open(rocksdb_options_in(read_from));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
  note(**opened);
  write_acknowledged(acknowledged_, acknowledged_file());
}

void journal_image::append(journal::journal& in, std::uint64_t rounds) {
  const auto log = std::make_shared<outcome_log>();
  std::size_t count = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::uint64_t stream = 1; stream <= streams; ++stream) {
      auto& next = next_seq_.try_emplace(stream, 1).first->second;
      auto group = group_of(stream, next);
      next += group.facts->size();
      in.append(std::move(group), log->expect(++count));
    }
    REQUIRE(log->wait_for(count));
  }
  REQUIRE(log->count(append_outcome::durable) == count);
}

void journal_image::append_with_two_logs(const fs::path& root) {
  const auto options = rocksdb_options_in(root);
  auto data = store::database::open(options.directory, {});
  REQUIRE(data.has_value());
  const auto newest = (*data)->newest_commit();
  const auto id = (*data)->id();
  const auto epoch = (*data)->epoch({});
  REQUIRE((newest && id && *id && epoch));
  const mark last{**id, newest->last_position, *epoch, newest->batch_hash};
  auto marks = mark_file::create(options.marks_directory, last);
  REQUIRE(marks.has_value());
  store::batch_writer batches{**data, *marks, last, true};
  journal_metrics metrics;
  group_writer writer{batches, *newest, metrics};
  writer.set_epoch(*epoch);
  const auto log = std::make_shared<outcome_log>();
  for (std::uint64_t round = 0; round < 30; ++round) {
    for (std::uint64_t stream = 1; stream <= streams; ++stream) {
      auto group = group_of(stream, next_seq_[stream]);
      next_seq_[stream] += group.facts->size();
      writer.append(std::move(group), log->expect(0));
    }
    writer.drain();
    // One family alone is written to a table: its log must stay for the others, and a new one begins.
    if (round == 15)
      REQUIRE((*data)->raw().Flush({}, (*data)->handle(store::family::records)).ok());
  }
  REQUIRE(log->count(append_outcome::durable) == 30 * streams);
  fs::copy(root, now(), fs::copy_options::recursive);
}

void journal_image::note(journal::journal& from) {
  for (std::uint64_t stream = 1; stream <= streams; ++stream) {
    const auto read = read_stream(from, event_stream(stream));
    REQUIRE(read.end.has_value());
    REQUIRE(read.records.size() + 1 == next_seq_[stream]);
    for (const auto& record : read.records)
      acknowledged_[stream].push_back(hash_record(record.bytes));
  }
}

void write_acknowledged(const acknowledged_log& log, const fs::path& file) {
  std::ofstream to{file, std::ios::binary};
  for (const auto& [stream, hashes] : log)
    for (const auto& hash : hashes) {
      to.write(reinterpret_cast<const char*>(&stream), sizeof stream);
      to.write(reinterpret_cast<const char*>(hash.data()), static_cast<std::streamsize>(hash.size()));
    }
}

auto read_acknowledged(const fs::path& file) -> acknowledged_log {
  acknowledged_log log;
  std::ifstream from{file, std::ios::binary};
  std::uint64_t stream = 0;
  chain_hash hash{};
  while (from.read(reinterpret_cast<char*>(&stream), sizeof stream) &&
         from.read(reinterpret_cast<char*>(hash.data()), static_cast<std::streamsize>(hash.size())))
    log[stream].push_back(hash);
  return log;
}

auto read_file(const fs::path& file) -> std::string {
  std::ifstream bytes{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{bytes}, {}};
}

void write_file(const fs::path& file, std::string_view bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc}.write(bytes.data(),
                                                                static_cast<std::streamsize>(bytes.size()));
}

auto contents_of(const fs::path& root) -> std::map<std::string, std::string> {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator{root})
    if (entry.is_regular_file() && entry.path().filename() != "LOCK")
      contents[fs::relative(entry.path(), root).string()] = read_file(entry.path());
  return contents;
}

namespace {

/// Compares one stream; returns what is lost, or counts it as halted.
auto judge_stream(journal::journal& store, std::uint64_t stream, const std::vector<chain_hash>& acknowledged,
                  std::string& halted) -> std::string {
  const auto name = "stream " + std::to_string(stream);
  const auto head = store.head(event_stream(stream));
  if (!head) {
    halted = name + ": " + head.error().detail;
    return {};
  }
  if (head->seq < acknowledged.size())
    return name + ": the head says " + std::to_string(head->seq) + " of " + std::to_string(acknowledged.size());
  const auto read = read_stream(store, event_stream(stream));
  if (!read.end)
    halted = name + ": " + read.end.error().detail;
  else if (read.records.size() < acknowledged.size())
    return name + ": " + std::to_string(read.records.size()) + " of " + std::to_string(acknowledged.size()) +
           " records";
  for (std::size_t i = 0; i < std::min(read.records.size(), acknowledged.size()); ++i)
    if (hash_record(read.records[i].bytes) != acknowledged[i])
      return name + ": record " + std::to_string(i + 1) + " is another";
  for (std::uint64_t seq = 1; seq <= acknowledged.size(); seq += 1 + seq % 3) {
    const auto wanted = answer_of(stream, seq);
    const auto found = ask_answer(store, event_stream(stream), wanted.principal, wanted.command, wanted.at);
    if (!found)
      halted = name + ": answer " + std::to_string(seq) + ": " + found.error().detail;
    else if (!*found || (*found)->body != wanted.body)
      return name + ": the answer at seq " + std::to_string(seq) + " is gone";
  }
  return {};
}

} // namespace

auto judge_journal(const fs::path& root, const acknowledged_log& log) -> std::string {
  auto opened = rocksdb_journal::open(rocksdb_options_in(root));
  if (!opened)
    return "refused " + opened.error().detail;
  auto& store = **opened;
  std::string halted;
  for (const auto& [stream, hashes] : log)
    if (const auto lost = judge_stream(store, stream, hashes, halted); !lost.empty())
      return "lost " + lost;
  const auto heads = store.heads(stream_kind::event);
  if (!heads)
    halted = "heads: " + heads.error().detail;
  else if (heads->size() < log.size())
    return "lost heads";
  std::size_t acknowledged = 0;
  for (const auto& [stream, hashes] : log)
    acknowledged += hashes.size();
  const auto tail = read_tail(store);
  if (!tail.end)
    halted = "tail: " + tail.end.error().detail;
  else if (tail.records.size() < acknowledged)
    return "lost records of the tail: " + std::to_string(tail.records.size()) + " of " + std::to_string(acknowledged);
  if (!halted.empty())
    return "halted " + halted;
  // A journal that calls itself whole also takes new appends.
  const auto outcomes = std::make_shared<outcome_log>();
  if (!store.acquire({}))
    return "lost the way to append";
  store.append(hold_group(event_stream(1000), 1), outcomes->expect(1));
  if (!outcomes->wait_for(1) || outcomes->entries()[0].outcome != append_outcome::durable)
    return "lost the way to append";
  std::string repairs;
  for (const auto& repair : store.report().repairs)
    repairs += " " + repair;
  return "whole" + repairs;
}

} // namespace holdfast::testing
