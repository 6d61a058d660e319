#include "payments/backoff.hpp"
#include "payments/circuit_breaker.hpp"
#include "payments/token_bucket.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <deque>
#include <vector>

namespace {

using namespace holdfast::payments;
using namespace std::chrono_literals;
using clock_type = circuit_breaker::clock;

const clock_type::time_point start{1'000'000s};

auto small_settings() -> breaker_settings {
  breaker_settings settings;
  settings.window = 10'000ms;
  settings.failures_min = 3;
  settings.failures_percent = 50;
  settings.open_first = 1'000ms;
  settings.open_max = 4'000ms;
  return settings;
}

void fail(circuit_breaker& breaker, clock_type::time_point now, int times = 1) {
  for (int i = 0; i < times; ++i) {
    const auto leave = breaker.ask(now);
    REQUIRE(leave.has_value());
    breaker.failed(*leave, now);
  }
}

/// The same rules, told another way: every call is kept with its time, and nothing is counted ahead.
class naive_breaker {
 public:
  explicit naive_breaker(const breaker_settings& settings) : settings_{settings} {}

  auto may_call(clock_type::time_point now) const -> bool {
    if (closed_) {
      return true;
    }
    return now >= until_ && out_ + well_ < settings_.probes_max;
  }

  void call() { out_ += closed_ ? 0 : 1; }

  void result(bool well, clock_type::time_point now) {
    if (closed_) {
      results_.push_back({part(now), well});
      std::erase_if(results_, [&](const auto& each) { return each.part <= part(now) - 10; });
      const auto failures = std::ranges::count(results_, false, &kept::well);
      if (!well && failures >= settings_.failures_min &&
          failures * 100 >= std::ssize(results_) * settings_.failures_percent) {
        open(now);
      }
    } else if (well) {
      --out_;
      if (++well_ == settings_.probes_max) {
        closed_ = true;
        longer_ = 0ms;
        results_.clear();
        ++epoch;
      }
    } else {
      open(now);
    }
  }

  void unused() { out_ -= closed_ ? 0 : 1; }

  int epoch = 0;

 private:
  struct kept {
    std::int64_t part;
    bool well;
  };

  auto part(clock_type::time_point now) const -> std::int64_t {
    return now.time_since_epoch() / (settings_.window / 10);
  }

  void open(clock_type::time_point now) {
    closed_ = false;
    longer_ = std::clamp(2 * longer_, settings_.open_first, settings_.open_max);
    until_ = now + longer_;
    out_ = 0;
    well_ = 0;
    ++epoch;
  }

  breaker_settings settings_;
  std::deque<kept> results_;
  bool closed_ = true;
  clock_type::time_point until_;
  std::chrono::milliseconds longer_{0};
  std::uint32_t out_ = 0;
  std::uint32_t well_ = 0;
};

struct call_out {
  circuit_breaker::permit leave;
  int epoch;
};

/// One history of calls that overlap, fail and succeed at any time.
void agree_on_a_history() {
  auto settings = small_settings();
  settings.probes_max = *rc::gen::inRange<std::uint32_t>(1, 4);
  circuit_breaker breaker{settings};
  naive_breaker naive{settings};
  std::vector<call_out> out;
  auto now = start;
  const auto steps = *rc::gen::inRange(1, 300);
  for (int i = 0; i < steps; ++i) {
    now += std::chrono::milliseconds{
        *rc::gen::weightedOneOf<int>({{8, rc::gen::inRange(0, 200)}, {1, rc::gen::inRange(0, 12'000)}})};
    if (out.empty() || *rc::gen::inRange(0, 2) == 0) {
      const auto leave = breaker.ask(now);
      RC_ASSERT(leave.has_value() == naive.may_call(now));
      if (leave) {
        naive.call();
        out.push_back({*leave, naive.epoch});
      } else {
        RC_ASSERT(leave.error() > 0ms);
      }
      continue;
    }
    const auto at = out.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(out));
    const auto one = *at;
    out.erase(at);
    const bool counts = one.epoch == naive.epoch;
    const auto how = *rc::gen::inRange(0, 5);
    if (how == 0) {
      breaker.give_back(one.leave);
      counts ? naive.unused() : void();
    } else {
      how < 3 ? breaker.failed(one.leave, now) : breaker.succeeded(one.leave, now);
      counts ? naive.result(how >= 3, now) : void();
    }
  }
}

} // namespace

TEST_CASE("a circuit opens when enough calls and enough of them fail, and not before") {
  circuit_breaker breaker{small_settings()};
  fail(breaker, start, 2);
  CHECK(breaker.state(start) == circuit_state::closed);
  fail(breaker, start);
  CHECK(breaker.state(start) == circuit_state::open);
  CHECK(breaker.retry_after(start) == 1'000ms);
  CHECK(breaker.opened() == 1);
  const auto refused = breaker.ask(start + 400ms);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == 600ms);
}

TEST_CASE("failures among many successes leave a circuit closed") {
  circuit_breaker breaker{small_settings()};
  for (int i = 0; i < 10; ++i) {
    breaker.succeeded(*breaker.ask(start), start);
  }
  fail(breaker, start, 9);
  CHECK(breaker.state(start) == circuit_state::closed);
  fail(breaker, start);
  CHECK(breaker.state(start) == circuit_state::open);
}

TEST_CASE("failures are forgotten when their window is over") {
  circuit_breaker breaker{small_settings()};
  fail(breaker, start, 2);
  fail(breaker, start + 10s, 2);
  CHECK(breaker.state(start + 10s) == circuit_state::closed);
}

TEST_CASE("one probe decides whether an open circuit closes, and each failed one doubles the wait up to its limit") {
  circuit_breaker breaker{small_settings()};
  fail(breaker, start, 3);
  auto now = start;
  for (const auto wait : {1'000ms, 2'000ms, 4'000ms, 4'000ms}) {
    CHECK(breaker.retry_after(now) == wait);
    now += wait;
    CHECK(breaker.state(now) == circuit_state::half_open);
    const auto probe = breaker.ask(now);
    REQUIRE(probe.has_value());
    CHECK_FALSE(breaker.ask(now).has_value());
    breaker.failed(*probe, now);
  }
  now += 4s;
  breaker.succeeded(*breaker.ask(now), now);
  CHECK(breaker.state(now) == circuit_state::closed);
  fail(breaker, now, 3);
  CHECK(breaker.retry_after(now) == 1'000ms);
}

TEST_CASE("what calls of an earlier state came to does not count") {
  circuit_breaker breaker{small_settings()};
  const auto slow = *breaker.ask(start);
  fail(breaker, start, 3);
  breaker.succeeded(slow, start + 1s);
  CHECK(breaker.state(start + 1s) == circuit_state::half_open);
  const auto probe = *breaker.ask(start + 1s);
  breaker.failed(slow, start + 1s);
  breaker.succeeded(probe, start + 1s);
  CHECK(breaker.state(start + 1s) == circuit_state::closed);
}

TEST_CASE("a probe that was never made leaves its place to another") {
  circuit_breaker breaker{small_settings()};
  fail(breaker, start, 3);
  const auto probe = *breaker.ask(start + 1s);
  breaker.give_back(probe);
  CHECK(breaker.ask(start + 1s).has_value());
}

TEST_CASE("the breaker does what a naive one does, in any history") {
  CHECK(rc::check("the breaker and its naive twin", agree_on_a_history));
}

TEST_CASE("a bucket lets its burst through at once, and then its rate") {
  token_bucket bucket{10, 5};
  auto now = start;
  for (int i = 0; i < 5; ++i) {
    CHECK(bucket.wait(now) == clock_type::duration{0});
    bucket.take(now);
  }
  CHECK(bucket.wait(now) == 100ms);
  now += 100ms;
  CHECK(bucket.wait(now) == clock_type::duration{0});
  bucket.take(now);
  bucket.take(now);
  CHECK(bucket.wait(now) == 200ms);
  now += 1h;
  int at_once = 0;
  while (bucket.wait(now) == clock_type::duration{0}) {
    bucket.take(now);
    ++at_once;
  }
  CHECK(at_once == 5);
}

TEST_CASE("pauses between repetitions lie anywhere below a limit that doubles") {
  CHECK(full_jitter(1, 250ms, 5s, 0.0) == 0ms);
  CHECK(full_jitter(1, 250ms, 5s, 0.5) == 125ms);
  CHECK(full_jitter(2, 250ms, 5s, 0.999) == 499ms);
  CHECK(full_jitter(3, 250ms, 5s, 0.5) == 500ms);
  CHECK(full_jitter(30, 250ms, 5s, 0.5) == 2'500ms);
  CHECK(full_jitter(4'000'000'000U, 250ms, 5s, 0.5) == 2'500ms);
}
