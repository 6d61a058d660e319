#include "tracing/traced_commit.hpp"
#include "tracing/tracer.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <set>
#include <vector>

using namespace holdfast;
using namespace holdfast::tracing;

namespace {

thread_local std::uint64_t allocations = 0;

class kept_spans final : public span_sink {
 public:
  void record(span&& what) noexcept override { all.push_back(std::move(what)); }
  std::vector<span> all;
};

constexpr auto start = clock::time_point{std::chrono::hours{10}};

auto own(std::uint64_t seed) -> trace_wish {
  return {.trace = {1, 2}, .own_span = domain::mix64(seed)};
}

auto asked(std::uint64_t seed, bool sampled, bool by_key = false) -> trace_wish {
  auto wish = own(seed);
  wish.has_parent = true;
  wish.parent_sampled = sampled;
  wish.by_key = by_key;
  return wish;
}

} // namespace

// Counts what this program allocates, for the promise about requests that are not traced.
auto operator new(std::size_t bytes) -> void* {
  ++allocations;
  if (void* made = std::malloc(bytes)) {
    return made;
  }
  throw std::bad_alloc{};
}
void operator delete(void* what) noexcept {
  std::free(what);
}
void operator delete(void* what, std::size_t) noexcept {
  std::free(what);
}

TEST_CASE("the ratio decides about requests without a traceparent, with 0 and 1 as promised") {
  const auto sink = std::make_shared<kept_spans>();
  constexpr std::uint64_t requests = 200'000;
  for (const double ratio : {0.0, 0.001, 0.1, 0.5, 1.0}) {
    CAPTURE(ratio);
    tracer by{sink, {.ratio = ratio, .asked_per_second_max = 0}};
    for (std::uint64_t i = 0; i < requests; ++i) {
      static_cast<void>(by.trace(own(i), start));
    }
    if (ratio == 0 || ratio == 1) {
      CHECK(by.traced() == (ratio == 0 ? 0 : requests));
    } else {
      CHECK(static_cast<double>(by.traced()) / requests == doctest::Approx(ratio).epsilon(0.15));
    }
  }
}

TEST_CASE("a client that says no is followed, and one that says yes up to a rate; beyond it the ratio decides") {
  const auto sink = std::make_shared<kept_spans>();
  tracer nobody{sink, {.ratio = 0, .asked_per_second_max = 5}};
  tracer everybody{sink, {.ratio = 1, .asked_per_second_max = 5}};
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    CHECK(everybody.trace(asked(i, false), start) == nullptr);
    static_cast<void>(nobody.trace(asked(i, true), start));
  }
  CHECK(nobody.traced() == 5);
  // An organiser's system is not pushed out by strangers, and neither pushes them out.
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    static_cast<void>(nobody.trace(asked(i, true, true), start));
  }
  CHECK(nobody.traced() == 10);
  CHECK(everybody.trace(asked(1, true), start) != nullptr);
  // A second later there is a second's worth again, and after an hour no more than that.
  for (const auto later : {std::chrono::seconds{1}, std::chrono::seconds{3'600}}) {
    const auto before = nobody.traced();
    for (std::uint64_t i = 0; i < 1'000; ++i) {
      static_cast<void>(nobody.trace(asked(i, true), start + later));
    }
    CHECK(nobody.traced() - before == 5);
  }
  tracer deaf{sink, {.ratio = 0, .asked_per_second_max = 0}};
  CHECK(deaf.trace(asked(1, true), start) == nullptr);
}

TEST_CASE("a rate holds over time, for rates below one a second too") {
  for (const double rate : {0.5, 1.0, 10.0, 2'500.0}) {
    CAPTURE(rate);
    rate_gate gate{rate};
    std::uint64_t passed = 0;
    constexpr int seconds = 20;
    for (int ms = 0; ms < seconds * 1'000; ++ms) {
      for (int k = 0; k < 5; ++k) {
        passed += gate.pass(start + std::chrono::milliseconds{ms}) ? 1U : 0U;
      }
    }
    const double expected = rate * seconds;
    CHECK(static_cast<double>(passed) >= expected * 0.99);
    CHECK(static_cast<double>(passed) <= expected + rate + 1);
  }
}

TEST_CASE("a request that is not traced allocates nothing") {
  const auto sink = std::make_shared<kept_spans>();
  tracer by{sink, {.ratio = 0.000001, .asked_per_second_max = 1}};
  static_cast<void>(by.trace(asked(1, true), start)); // the one that is
  const auto before = allocations;
  std::uint64_t traced = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    traced += by.trace(own(i), start) ? 1U : 0U;
    traced += by.trace(asked(i, false), start) ? 1U : 0U;
    traced += by.trace(asked(i, true), start) ? 1U : 0U;
  }
  REQUIRE(traced == 0);
  CHECK(allocations == before);
  CHECK(by.trace(asked(1, true), start + std::chrono::seconds{2}) != nullptr);
  CHECK(allocations > before); // the counter counts
}

TEST_CASE("the spans of a trace have ids of their own, and commits and folds hang where they belong") {
  const auto sink = std::make_shared<kept_spans>();
  const auto traced = std::make_shared<const request_trace>(sink, domain::trace_id{7, 8}, 42);
  std::set<std::uint64_t> ids{traced->root()};
  for (int i = 0; i < 10'000; ++i) {
    CHECK(ids.insert(traced->next_id()).second);
  }
  const traced_commit commit{traced, 12, 2};
  const auto began = clock::now();
  commit.completed(true);
  commit.folded("bookings", 3, began);
  const traced_commit barrier{traced, 0, 0};
  barrier.completed(false);
  REQUIRE(sink->all.size() == 3);
  const auto& [written, fold, waited] = std::tie(sink->all[0], sink->all[1], sink->all[2]);
  CHECK(written.name == "journal commit");
  CHECK(written.parent == 42);
  CHECK(written.kind == span_kind::producer);
  CHECK(written.began <= began);
  CHECK(!written.failed);
  CHECK(fold.name == "fold bookings");
  CHECK(fold.parent == written.id);
  CHECK(fold.kind == span_kind::consumer);
  CHECK(fold.began == began);
  CHECK(fold.ended >= began);
  CHECK(waited.name == "journal wait");
  CHECK(waited.parent == 42);
  CHECK(waited.kind == span_kind::internal);
  CHECK(waited.failed);
  for (const auto& each : sink->all) {
    CHECK(each.trace == domain::trace_id{7, 8});
  }
}
