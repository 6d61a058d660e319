// What the event's actor and the journal do with one command of the hot path, piece by piece.
#include "domain/apply.hpp"
#include "domain/decide.hpp"
#include "domain/hold_wish.hpp"
#include "journal/codec.hpp"
#include "journal/rocksdb_wal_limit.hpp"
#include "tools/bench/hall.hpp"
#include "tools/bench/random.hpp"
#include "tools/bench/sample_event.hpp"
#include "tools/bench/scratch.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

namespace holdfast::tools::bench {

namespace {

[[nodiscard]] auto hold_of(std::uint32_t seat) -> domain::command {
  return {sample_buyer(1), {}, domain::hold_seats{{seat, seat + 1}, {}, {}}};
}

void resolve_labels(benchmark::State& state) {
  const auto event = open_sample_event(60'000);
  domain::hold_wish wish;
  wish.seats = {"S12/31/17", "S12/31/18"};
  for (auto _ : state) {
    benchmark::DoNotOptimize(domain::resolve(wish, *event->seats()));
  }
}
BENCHMARK(resolve_labels)->Name("core/two labels resolved");

/// A hold of two seats and its release, with a key to remember for the hold: per command.
void decide_and_apply(benchmark::State& state) {
  const auto seats = static_cast<std::uint32_t>(state.range(0));
  auto event = open_sample_event(seats);
  random_stream random{1};
  std::uint64_t keys = 0;
  for (auto _ : state) {
    auto hold = hold_of(random.below(seats / 2) * 2);
    hold.id = {++keys, keys};
    benchmark::DoNotOptimize(carry_out(*event, hold));
    benchmark::DoNotOptimize(carry_out(*event, {sample_buyer(1), {}, domain::release_hold{event->last_hold()}}));
  }
  state.SetItemsProcessed(2 * state.iterations());
}
BENCHMARK(decide_and_apply)
    ->Name("core/decide and apply a hold and its release")
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(60'000)
    ->Arg(100'000);

void refuse_taken(benchmark::State& state) {
  const auto seats = static_cast<std::uint32_t>(state.range(0));
  auto event = open_sample_event(seats);
  for (std::uint32_t seat = 0; seat < seats; seat += 4) {
    static_cast<void>(carry_out(*event, hold_of(seat)));
  }
  random_stream random{1};
  for (auto _ : state) {
    const auto refused = domain::decide(
        *event, {sample_buyer(2), {}, domain::hold_seats{{random.below(seats / 4) * 4}, {}, {}}}, sample_time);
    benchmark::DoNotOptimize(refused);
  }
}
BENCHMARK(refuse_taken)
    ->Name("core/refuse a taken seat, three alternatives")
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(60'000)
    ->Arg(100'000);

struct sample_record {
  domain::fact fact;
  journal::record_header header;
};

[[nodiscard]] auto hold_record() -> sample_record {
  auto event = open_sample_event(60'000);
  auto facts = carry_out(*event, hold_of(23'516));
  journal::record_header header;
  header.type = journal::fact_type(facts->front().body);
  header.stream = {journal::stream_kind::event, 1};
  header.seq = event->seq();
  header.time = sample_time;
  return {std::move(facts->front()), header};
}

void encode_payload(benchmark::State& state) {
  const auto sample = hold_record();
  std::string payload;
  for (auto _ : state) {
    payload.clear();
    journal::encode_fact(sample.fact.body, payload);
    benchmark::DoNotOptimize(payload.data());
  }
  state.SetLabel(std::to_string(payload.size()) + " bytes");
}
BENCHMARK(encode_payload)->Name("journal/fact encoded");

void encode_whole(benchmark::State& state) {
  const auto sample = hold_record();
  std::string payload;
  journal::encode_fact(sample.fact.body, payload);
  std::string record;
  for (auto _ : state) {
    record.clear();
    benchmark::DoNotOptimize(journal::encode_record(sample.header, payload, record));
  }
  state.SetLabel(std::to_string(record.size()) + " bytes");
}
BENCHMARK(encode_whole)->Name("journal/record encoded, CRC and hash");

void hash_only(benchmark::State& state) {
  const auto sample = hold_record();
  std::string payload;
  journal::encode_fact(sample.fact.body, payload);
  std::string record;
  static_cast<void>(journal::encode_record(sample.header, payload, record));
  for (auto _ : state) {
    benchmark::DoNotOptimize(journal::hash_record(record));
  }
}
BENCHMARK(hash_only)->Name("journal/SHA-256 of a record");

void decode_whole(benchmark::State& state) {
  const auto sample = hold_record();
  std::string payload;
  journal::encode_fact(sample.fact.body, payload);
  std::string record;
  static_cast<void>(journal::encode_record(sample.header, payload, record));
  for (auto _ : state) {
    const auto view = journal::decode_record(record);
    benchmark::DoNotOptimize(journal::decode_fact(*view));
  }
}
BENCHMARK(decode_whole)->Name("journal/record and fact decoded");

/// Time a command, of batches that are written and, with the second argument, synced.
void write_batches(benchmark::State& state) {
  const auto room = scratch::make({});
  journal::wal_limit_options options;
  options.commands_per_batch = static_cast<std::size_t>(state.range(0));
  options.sync = state.range(1) != 0;
  int run = 0;
  for (auto _ : state) {
    options.directory = room->below(std::to_string(++run));
    const auto result = journal::measure_wal_limit(options);
    if (!result) {
      state.SkipWithError(result.error().detail.c_str());
      return;
    }
    state.SetIterationTime(result->seconds / static_cast<double>(result->commands));
  }
}
BENCHMARK(write_batches)
    ->Name("journal/RocksDB: record, half an answer, a share of head and position")
    ->ArgNames({"commands a batch", "synced"})
    ->Args({16, 0})
    ->Args({1, 1})
    ->Args({16, 1})
    ->Args({64, 1})
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMicrosecond);

} // namespace

} // namespace holdfast::tools::bench
