#include "payments/stripe/lane.hpp"

#include "payments/backoff.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

namespace holdfast::payments::stripe {

namespace {

using std::chrono::milliseconds;

/// Nothing to do for so long is looked at once in a while.
constexpr milliseconds idle{60'000};

auto system_random() -> std::function<double()> {
  auto dice = std::make_shared<std::mt19937_64>(std::random_device{}());
  return [dice] { return std::uniform_real_distribution<double>{0.0, 1.0}(*dice); };
}

auto with_random(client_options options) -> client_options {
  if (!options.random) {
    options.random = system_random();
  }
  return options;
}

} // namespace

lane::lane(const client_options& options, std::string url, std::string api_key)
    : options_{with_random(options)},
      parts_{std::move(url), std::move(api_key), options_},
      breaker_{options.breaker},
      bucket_{options.requests_per_s, options.requests_burst},
      loop_{options_.calls_max} {
  thread_ = std::jthread{[this] { run(); }};
}

lane::~lane() {
  stopping_.store(true, std::memory_order_release);
  loop_.wake();
}

void lane::hand_in(submitted what) {
  {
    const std::scoped_lock lock{mutex_};
    ++counts_.calls;
    inbox_.push_back(std::move(what));
  }
  loop_.wake();
}

void lane::submit(std::shared_ptr<call> what) {
  bool is_full = false;
  if (calls_.fetch_add(1, std::memory_order_acq_rel) >= options_.calls_max) {
    is_full = true;
    what->note(
        refused{refused::why::bulkhead_full, options_.retry_first, "too many calls are on their way to the gateway"});
  }
  what->deadline = clock::now() + options_.call_deadline;
  hand_in({std::move(what), is_full});
}

void lane::answer(std::shared_ptr<call> what) {
  calls_.fetch_add(1, std::memory_order_acq_rel);
  hand_in({std::move(what), true});
}

auto lane::status() const -> gateway_status {
  const std::scoped_lock lock{mutex_};
  auto now = counts_;
  now.in_flight = calls_.load(std::memory_order_acquire);
  const auto left = std::chrono::ceil<milliseconds>(open_until_ - clock::now());
  if (now.circuit == circuit_state::open) {
    now.retry_after = std::max(left, milliseconds{0});
    now.circuit = left.count() > 0 ? circuit_state::open : circuit_state::half_open;
  }
  return now;
}

void lane::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    take_submitted();
    start_due();
    loop_.turn(poll_ms());
    collect();
    follow_circuit();
  }
  stop_all();
}

auto lane::poll_ms() const -> milliseconds {
  {
    const std::scoped_lock lock{mutex_};
    if (!inbox_.empty()) {
      return milliseconds{0};
    }
  }
  auto wait = idle;
  if (!due_.empty()) {
    wait = std::clamp(std::chrono::ceil<milliseconds>(due_.begin()->first - clock::now()), milliseconds{0}, idle);
  }
  return wait;
}

void lane::take_submitted() {
  std::vector<submitted> taken;
  {
    const std::scoped_lock lock{mutex_};
    taken.swap(inbox_);
  }
  for (auto& each : taken) {
    if (each.is_answered) {
      settle(each.what);
    } else {
      start(each.what, clock::now());
    }
  }
}

void lane::start_due() {
  while (!due_.empty() && due_.begin()->first <= clock::now()) {
    const auto what = std::move(due_.extract(due_.begin()).mapped());
    start(what, clock::now());
  }
}

void lane::start(const std::shared_ptr<call>& what, clock::time_point now) {
  if (now >= what->deadline) {
    return settle(what);
  }
  if (pause_until_ > now) {
    what->note(refused{refused::why::rate_limited, std::chrono::ceil<milliseconds>(pause_until_ - now),
                       "the gateway asked for a pause"});
    if (pause_until_ >= what->deadline) {
      return settle(what);
    }
    due_.emplace(pause_until_, what);
    return;
  }
  if (const auto wait = bucket_.wait(now); wait.count() > 0) {
    const auto rounded = std::chrono::ceil<milliseconds>(wait);
    what->note(refused{refused::why::rate_limited, rounded, "the limit of requests a second is reached"});
    if (rounded > options_.limit_wait_max || now + wait >= what->deadline) {
      return settle(what);
    }
    due_.emplace(now + wait, what);
    return;
  }
  const auto leave = breaker_.ask(now);
  if (!leave) {
    what->note(refused{refused::why::circuit_open, leave.error(), "the gateway has failed too often of late"});
    return settle(what);
  }
  send(what, *leave, now);
}

void lane::send(const std::shared_ptr<call>& what, circuit_breaker::permit leave, clock::time_point now) {
  bucket_.take(now);
  ++what->attempts;
  const auto left = std::chrono::ceil<milliseconds>(what->deadline - now);
  auto attempt = std::make_unique<transfer>(what, parts_, std::min(left, options_.request_timeout), leave);
  auto* handle = attempt->handle();
  transfers_.emplace(handle, std::move(attempt));
  curl_multi_add_handle(loop_.handle(), handle);
  const std::scoped_lock lock{mutex_};
  ++counts_.requests;
}

void lane::collect() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(loop_.handle(), &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    const auto how = message->data.result;
    auto* handle = message->easy_handle;
    const auto found = transfers_.find(handle);
    const auto ended = std::move(found->second);
    transfers_.erase(found);
    conclude(*ended, how);
    curl_multi_remove_handle(loop_.handle(), handle);
  }
}

void lane::conclude(transfer& of, CURLcode how) {
  if (of.is_sent_again()) {
    of.of()->note(unknown{unknown::why::connection_lost, {}, false, "the connection ended before the answer"});
  }
  const auto end = of.ended(how);
  if (end == transfer::end::answered) {
    return read_answer(of);
  }
  spdlog::debug("payments: a request failed: {}", curl_easy_strerror(how));
  note_failure(of, end);
  again(of.of(), milliseconds{0});
}

void lane::note_failure(transfer& of, transfer::end how) {
  breaker_.failed(of.leave(), clock::now());
  auto& what = *of.of();
  switch (how) {
  case transfer::end::not_sent:
    return what.note(refused{refused::why::unreachable, options_.retry_first, "no connection to the gateway"});
  case transfer::end::timed_out: return what.note(unknown{unknown::why::timed_out, {}, false, "no answer in time"});
  case transfer::end::unreadable:
    return what.note(
        unknown{unknown::why::unreadable, {}, false, "the answer is too long, or is none to this request"});
  case transfer::end::answered:
  case transfer::end::lost: break;
  }
  what.note(unknown{unknown::why::connection_lost, {}, false, "the connection ended before the answer"});
}

void lane::read_answer(transfer& of) {
  constexpr long server_errors = 500;
  const auto& what = of.of();
  const auto answer = of.answer();
  const auto verdict = what->read(answer);
  const auto now = clock::now();
  // "Still at work on it", and a failure that it remembers for the key, come from a gateway that is well: such an answer does not keep others from asking.
  const bool is_well = answer.status == 409 || answer.replayed;
  if (!is_well && (answer.status >= server_errors || verdict == call::verdict::uncertain)) {
    breaker_.failed(of.leave(), now);
  } else {
    breaker_.succeeded(of.leave(), now);
  }
  if (verdict == call::verdict::limited) {
    pause_until_ = std::max(pause_until_, now + answer.retry_after.value_or(options_.retry_first));
  }
  const bool is_told_not_to = answer.should_retry.has_value() && !*answer.should_retry;
  if (verdict == call::verdict::final || what->is_kept() || is_told_not_to) {
    return settle(what);
  }
  again(what, answer.retry_after.value_or(milliseconds{0}));
}

void lane::again(const std::shared_ptr<call>& what, milliseconds not_before) {
  const auto pause = full_jitter(what->attempts, options_.retry_first, options_.retry_longest, options_.random());
  const auto at = clock::now() + std::max(pause, not_before);
  if (what->attempts >= options_.attempts_max || at >= what->deadline) {
    return settle(what);
  }
  due_.emplace(at, what);
}

void lane::settle(const std::shared_ptr<call>& what) {
  calls_.fetch_sub(1, std::memory_order_acq_rel);
  {
    const std::scoped_lock lock{mutex_};
    what->finish(counts_);
  }
  what->deliver();
}

void lane::follow_circuit() {
  const auto now = clock::now();
  const auto state = breaker_.state(now);
  {
    const std::scoped_lock lock{mutex_};
    counts_.circuit = state;
    counts_.circuit_opened = breaker_.opened();
    open_until_ = now + breaker_.retry_after(now);
  }
  if (std::exchange(shown_, state) == state) {
    return;
  }
  if (state == circuit_state::open) {
    spdlog::warn("payments: the gateway fails; nothing is asked of it for {} ms", breaker_.retry_after(now).count());
  } else if (state == circuit_state::closed) {
    spdlog::info("payments: the gateway answers again");
  }
}

void lane::stop_all() {
  for (auto& [handle, attempt] : transfers_) {
    if (attempt->is_sent()) {
      attempt->of()->note(unknown{unknown::why::stopped, {}, false, "this server ended before the answer"});
    } else {
      attempt->of()->note(refused{refused::why::stopping, {}, "this server is about to end"});
    }
    settle(attempt->of());
    curl_multi_remove_handle(loop_.handle(), handle);
  }
  transfers_.clear();
  for (const auto& [when, what] : std::exchange(due_, {})) {
    what->note(refused{refused::why::stopping, {}, "this server is about to end"});
    settle(what);
  }
  // Answers may have asked for more.
  while (true) {
    std::vector<submitted> left;
    {
      const std::scoped_lock lock{mutex_};
      left.swap(inbox_);
    }
    if (left.empty()) {
      return;
    }
    for (const auto& each : left) {
      if (!each.is_answered) {
        each.what->note(refused{refused::why::stopping, {}, "this server is about to end"});
      }
      settle(each.what);
    }
  }
}

} // namespace holdfast::payments::stripe
