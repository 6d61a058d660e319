#include "tests/journal/journal_image.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace {

using namespace holdfast;
using namespace holdfast::testing;
namespace fs = std::filesystem;

auto reader_of(const fs::path& copy) -> journal::rocksdb_journal_options {
  journal::rocksdb_journal_options options;
  options.directory = copy;
  options.access = journal::journal_access::read_only;
  return options;
}

} // namespace

TEST_CASE("a checkpoint under load is a journal of its own: all that was acknowledged before it, every stream whole") {
  rocksdb_store store;
  auto& in = store.get();
  REQUIRE(in.acquire({}).has_value());
  std::atomic<bool> stop{false};
  const auto log = std::make_shared<outcome_log>();
  std::jthread appender{[&] {
    for (std::uint64_t seq = 1; !stop; ++seq) {
      for (std::uint64_t stream = 1; stream <= 3; ++stream)
        in.append(hold_group(event_stream(stream), seq), log->expect(seq));
      if (!log->wait_for(seq * 3))
        return;
    }
  }};
  for (int round = 0; round < 3; ++round) {
    REQUIRE(log->wait_for(log->entries().size() + 30));
    const auto acknowledged = log->entries().size() / 3;
    const auto copy = store.root() / "backups" / std::to_string(round);
    const auto made = in.checkpoint(copy.string());
    REQUIRE_MESSAGE(made.has_value(), (made ? std::string{} : made.error().detail));
    const auto opened = journal::rocksdb_journal::open(reader_of(copy));
    REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
    CHECK((*opened)->report().mark == journal::mark_verdict::unchecked);
    for (std::uint64_t stream = 1; stream <= 3; ++stream) {
      const auto read = read_stream(**opened, event_stream(stream));
      REQUIRE(read.end.has_value());
      CHECK(read.records.size() >= acknowledged);
      CHECK((*opened)->head(event_stream(stream))->seq == read.records.size());
      CHECK(is_chained(read.records));
    }
    CHECK_FALSE(fs::exists(copy / "high-water"));
  }
  stop = true;
}

TEST_CASE("a checkpoint goes into an empty directory only") {
  rocksdb_store store;
  const auto copy = store.root() / "backup";
  fs::create_directories(copy);
  CHECK(store.get().checkpoint(copy.string()).has_value());
  const auto again = store.get().checkpoint(copy.string());
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().kind == journal::failure_kind::invalid);
}

TEST_CASE("a reader without a mark looks at none, and a missing journal is not found") {
  scratch_directory home;
  const auto opened = journal::rocksdb_journal::open(reader_of(home.path() / "none"));
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().kind == journal::failure_kind::not_found);
  CHECK_FALSE(fs::exists(home.path() / "none"));
}

TEST_CASE("answers older than a day are dropped by whole hours, and younger ones stay") {
  rocksdb_store store;
  auto& in = store.rocksdb();
  REQUIRE(in.acquire({}).has_value());
  const auto stream = event_stream(1);
  const auto log = std::make_shared<outcome_log>();
  const auto count_answers = [&] {
    std::size_t found = 0;
    for (std::uint64_t seq = 1; seq <= 60; ++seq) {
      const auto at = first_time + domain::hours(static_cast<std::int64_t>(seq));
      const auto answer = some_answer(stream, seq, at);
      found += ask_answer(in, stream, answer.principal, answer.command, at).value() ? 1U : 0U;
    }
    return found;
  };
  for (std::uint64_t seq = 1; seq <= 60; ++seq) {
    const auto at = first_time + domain::hours(static_cast<std::int64_t>(seq));
    auto facts = std::make_shared<domain::facts>(*hold_facts(seq, 1));
    facts->front().time = at;
    journal::append_group group;
    group.stream = stream;
    group.first_seq = seq;
    group.facts = std::move(facts);
    group.answer = some_answer(stream, seq, at);
    in.append(std::move(group), log->expect(seq));
    // A table every ten hours.
    if (seq % 10 == 0) {
      REQUIRE(log->wait_for(seq));
      REQUIRE(in.flush().has_value());
    }
  }
  REQUIRE(log->wait_for(60));
  CHECK(count_answers() == 60);
  REQUIRE(in.drop_old_answers().has_value());
  CHECK(count_answers() == 25);
  CHECK(read_stream(in, stream).records.size() == 60);
}
