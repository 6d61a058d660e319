#include "tracing/exporter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace holdfast::tracing {

namespace {

/// The longest pause that a collector may ask for.
constexpr std::chrono::seconds retry_after_max{300};
/// A step of the wall clock that is followed. Smaller ones would only take spans of a trace apart.
constexpr std::chrono::seconds clock_step{1};

auto is_worth_another_try(const post_result& got) noexcept -> bool {
  constexpr std::array<long, 5> passing{0, 429, 502, 503, 504};
  return std::ranges::find(passing, got.status) != passing.end();
}

auto wall_clock_offset() -> std::chrono::nanoseconds {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(wall) -
         std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now().time_since_epoch());
}

auto instance_name() -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device entropy;
  std::string name;
  for (int i = 0; i < 32; ++i) {
    name.push_back(digits[entropy() % digits.size()]);
  }
  return name;
}

auto resource_of(const export_options& options) -> resource_attributes {
  return {{"service.name", options.service_name},
          {"service.instance.id", options.service_instance.empty() ? instance_name() : options.service_instance}};
}

void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
  counter.fetch_add(by, std::memory_order_relaxed);
}

} // namespace

exporter::exporter(const export_options& options, std::unique_ptr<batch_carrier> carrier)
    : options_{options},
      resource_{resource_of(options)},
      carrier_{std::move(carrier)},
      queue_{options.queue_spans_max, options.batch_spans_max, options.batch_delay},
      epoch_{wall_clock_offset()} {}

exporter::~exporter() {
  stop();
}

void exporter::start() {
  thread_ = std::jthread{[this] { run(); }};
}

void exporter::stop() {
  if (!stopping()) {
    const std::scoped_lock lock{mutex_};
    stop_by_.store(clock::now() + options_.flush_deadline, std::memory_order_release);
    stopping_.store(true, std::memory_order_release);
  }
  ending_.notify_all();
  queue_.close();
  if (thread_.joinable()) {
    thread_.join();
  }
  for (auto left = queue_.try_take(); !left.empty(); left = queue_.try_take()) {
    bump(counts_.stopped, left.size());
  }
}

void exporter::record(span&& what) noexcept {
  if (!queue_.push(std::move(what))) {
    bump(stopping() ? counts_.stopped : counts_.queue_full, 1);
  }
}

auto exporter::out_of_time() const noexcept -> bool {
  return clock::now() >= stop_by_.load(std::memory_order_acquire);
}

void exporter::run() {
  while (true) {
    const auto batch = queue_.take();
    if (batch.empty()) {
      return;
    }
    deliver(batch);
  }
}

void exporter::deliver(std::span<const span> batch) {
  follow_wall_clock();
  body_.clear();
  append_otlp(body_, batch, resource_, epoch_);
  const auto give_up_at = clock::now() + options_.retry_for;
  auto how = outcome::again;
  while (how == outcome::again && await_turn(give_up_at)) {
    how = attempt(batch);
    if (stopping() && how == outcome::again) {
      break; // a last try is all there is time for
    }
  }
  if (how == outcome::again) {
    bump(stopping() ? counts_.stopped : counts_.unreachable, batch.size());
  }
}

auto exporter::await_turn(clock::time_point until) -> bool {
  if (not_before_ > until) {
    return false;
  }
  std::unique_lock lock{mutex_};
  ending_.wait_until(lock, not_before_, [this] { return stopping(); });
  return !out_of_time();
}

auto exporter::attempt(std::span<const span> batch) -> outcome {
  const auto deadline = std::min(clock::now() + options_.send_deadline, stop_by_.load(std::memory_order_acquire));
  const auto got = carrier_->post(body_, deadline, [this] { return out_of_time(); });
  constexpr long good_from = 200;
  constexpr long good_below = 300;
  if (got.status >= good_from && got.status < good_below) {
    const auto rejected = std::min<std::uint64_t>(rejected_spans(got.body), batch.size());
    bump(counts_.exported, batch.size() - rejected);
    bump(counts_.refused, rejected);
    pause_ = {};
    not_before_ = {};
    note(true, {});
    return outcome::taken;
  }
  bump(counts_.failed_attempts, 1);
  note(false, got.status == 0 ? got.failure : "it answers " + std::to_string(got.status));
  if (!is_worth_another_try(got)) {
    bump(counts_.refused, batch.size());
    return outcome::refused;
  }
  put_off(got);
  return outcome::again;
}

void exporter::put_off(const post_result& why) {
  pause_ = std::clamp(2 * pause_, options_.retry_first, options_.retry_pause_max);
  // Spread, so that many servers do not come back at once.
  thread_local std::minstd_rand dice{std::random_device{}()};
  std::uniform_real_distribution<double> share{0.5, 1.0};
  const auto spread = std::chrono::duration_cast<clock::duration>(pause_ * share(dice));
  not_before_ =
      clock::now() + (why.retry_after ? clock::duration{std::min(*why.retry_after, retry_after_max)} : spread);
}

void exporter::note(bool works, const std::string& why) {
  if (std::exchange(works_, works) == works) {
    return;
  }
  if (works) {
    spdlog::info("traces: the collector takes spans again");
  } else {
    spdlog::warn("traces: the collector takes no spans: {}; requests go on as before", why);
  }
}

void exporter::follow_wall_clock() {
  const auto now = wall_clock_offset();
  if (std::chrono::abs(now - epoch_) > clock_step) {
    epoch_ = now;
  }
}

} // namespace holdfast::tracing
