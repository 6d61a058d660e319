// What the edge does with one request of the hot path, piece by piece.
#include "domain/hold_wish.hpp"
#include "domain/public_id.hpp"
#include "http/authenticator.hpp"
#include "http/booking_json.hpp"
#include "http/gate.hpp"
#include "http/json_reader.hpp"
#include "http/json_writer.hpp"
#include "http/token.hpp"
#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/sample_event.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

constexpr std::string_view hold_body = R"({"seats":["S12/31/17","S12/31/18"]})";
constexpr std::int64_t now_ms = sample_time.unix_ms;

[[nodiscard]] auto sample_ring() -> http::key_ring {
  return http::key_ring{{http::signing_key{"1", {1, 2, 3}}}};
}

[[nodiscard]] auto sample_token(const http::authenticator& by) -> std::string {
  http::session_claims claims;
  claims.subject = {1, 2};
  claims.issued_unix_ms = now_ms;
  claims.expires_unix_ms = now_ms + 1'000'000;
  return by.mint_session(claims);
}

[[nodiscard]] auto hold_request(const std::string& token) -> std::string {
  std::string request;
  append_hold_request(request, "evt_0123456789abc", token, "0123456789abcdef0123456789abcdef", hold_body);
  return request;
}

void scan_header(benchmark::State& state) {
  const auto request = hold_request(sample_token(http::authenticator{sample_ring()}));
  http::gate gate;
  for (auto _ : state) {
    benchmark::DoNotOptimize(gate.scan(request));
    gate.reset();
  }
}
BENCHMARK(scan_header)->Name("edge/strict gate over a hold's header");

void verify_token(benchmark::State& state) {
  const http::authenticator callers{sample_ring()};
  const auto header = "Bearer " + sample_token(callers);
  for (auto _ : state) {
    http::authenticator::memory fresh;
    benchmark::DoNotOptimize(callers.check(header, now_ms, fresh));
  }
}
BENCHMARK(verify_token)->Name("edge/token verified");

void remember_token(benchmark::State& state) {
  const http::authenticator callers{sample_ring()};
  const auto header = "Bearer " + sample_token(callers);
  http::authenticator::memory kept;
  for (auto _ : state) {
    benchmark::DoNotOptimize(callers.check(header, now_ms, kept));
  }
}
BENCHMARK(remember_token)->Name("edge/token that the connection remembers");

void mint_token(benchmark::State& state) {
  const http::authenticator callers{sample_ring()};
  for (auto _ : state) {
    benchmark::DoNotOptimize(sample_token(callers));
  }
}
BENCHMARK(mint_token)->Name("edge/token minted");

void parse_body(benchmark::State& state) {
  http::json_document document;
  for (auto _ : state) {
    domain::hold_wish wish;
    benchmark::DoNotOptimize(document.parse(hold_body));
    const auto root = document.root_object();
    const auto seats = root.array("seats", 1, 1'000);
    for (const auto seat : seats) {
      wish.seats.emplace_back(seat.text({.bytes_min = 1, .bytes_max = 76}));
    }
    benchmark::DoNotOptimize(document.finish());
    benchmark::DoNotOptimize(wish);
  }
}
BENCHMARK(parse_body)->Name("edge/JSON of a hold, checked");

void write_answer(benchmark::State& state) {
  auto event = open_sample_event(60'000);
  static_cast<void>(carry_out(*event, {sample_buyer(1), {}, domain::hold_seats{{23'516, 23'517}, {}, {}}}));
  const domain::public_ids ids{{1, 2}};
  const auto* hold = event->find(event->last_hold());
  const http::booking_context in{ids, *event->seats(), event->id(), event->config().currency, event->seq()};
  std::string text;
  for (auto _ : state) {
    text.clear();
    http::json_writer out{text};
    http::write_hold(out, *hold, in, sample_time);
    benchmark::DoNotOptimize(text.data());
  }
  state.SetLabel(std::to_string(text.size()) + " bytes");
}
BENCHMARK(write_answer)->Name("edge/JSON of a hold's answer");

void name_hold(benchmark::State& state) {
  const domain::public_ids ids{{1, 2}};
  std::string text;
  std::uint32_t number = 0;
  for (auto _ : state) {
    text.clear();
    ids.append_hold(text, domain::event_id{1}, domain::hold_number{++number});
    benchmark::DoNotOptimize(ids.parse_hold(text));
  }
}
BENCHMARK(name_hold)->Name("edge/hold id made and read");

} // namespace

} // namespace holdfast::tools::bench
