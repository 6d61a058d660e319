#include "http/live/live_lane.hpp"

#include "domain/check.hpp"
#include "http/live/viewer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace holdfast::http {

namespace {

/// In place of a seq: the event is not watched any more. No seq is 0.
constexpr std::uint64_t not_watched = 0;

} // namespace

live_lane::live_lane(std::shared_ptr<reply_lane> thread, std::shared_ptr<live_metrics> metrics)
    : thread_{std::move(thread)}, metrics_{std::move(metrics)} {}

void live_lane::publish(const batch& news) noexcept {
  if (interested_.load(std::memory_order_relaxed) == 0) {
    return;
  }
  put(news);
}

void live_lane::in_order(std::function<void()> job) noexcept {
  put(std::move(job));
}

void live_lane::put(item what) {
  bool post = false;
  {
    const std::scoped_lock lock{mutex_};
    if (std::holds_alternative<batch>(what) && ++ticks_waiting_ > ticks_waiting_max) {
      drop_ticks();
    }
    waiting_.push_back(std::move(what));
    post = must_post();
  }
  if (post) {
    thread_->post(*this);
  }
}

void live_lane::drop_ticks() {
  std::vector<item> left;
  lost_news lost;
  for (auto& each : std::exchange(waiting_, {})) {
    if (auto* earlier = std::get_if<lost_news>(&each)) {
      lost = std::move(*earlier);
    } else if (const auto* news = std::get_if<batch>(&each)) {
      for (const auto& update : **news) {
        lost[update.event] = update.frame ? update.frame->seq() : not_watched;
      }
    } else {
      left.push_back(std::move(each));
    }
  }
  left.emplace_back(std::move(lost));
  waiting_ = std::move(left);
  ticks_waiting_ = 1;
}

auto live_lane::must_post() -> bool {
  if (posted_) {
    return false;
  }
  posted_ = shared_from_this();
  return true;
}

void live_lane::run() noexcept {
  const auto began = std::chrono::steady_clock::now();
  std::shared_ptr<live_lane> keep;
  std::vector<item> items;
  {
    const std::scoped_lock lock{mutex_};
    keep = std::move(posted_);
    items.swap(waiting_);
    ticks_waiting_ = 0;
  }
  for (const auto& each : items) {
    if (const auto* news = std::get_if<batch>(&each)) {
      hand_out(**news);
      metrics_->fan_outs.fetch_add(1, std::memory_order_relaxed);
    } else if (const auto* lost = std::get_if<lost_news>(&each)) {
      hand_out_lost(*lost);
    } else {
      std::get<std::function<void()>>(each)();
    }
  }
  for (std::size_t i = 0; i < viewers_a_turn; ++i) {
    deadline_node* next = to_send_.take_first();
    if (next == nullptr) {
      break;
    }
    static_cast<viewer&>(*next).flush();
  }
  const auto took = std::chrono::steady_clock::now() - began;
  metrics_->fan_out_nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
  bool post = false;
  if (!to_send_.empty()) {
    const std::scoped_lock lock{mutex_};
    post = must_post();
  }
  if (post) {
    thread_->post(*this);
  }
}

/// The thread has ended; its viewers are gone or about to go.
void live_lane::discard() noexcept {
  std::shared_ptr<live_lane> keep;
  std::vector<item> dropped; // after the lock: a job may answer somebody when it goes
  const std::scoped_lock lock{mutex_};
  keep = std::move(posted_);
  dropped.swap(waiting_);
}

auto live_lane::of(domain::event_id event) noexcept -> const std::vector<viewer*>& {
  static const std::vector<viewer*> nobody;
  const auto found = viewers_.find(event);
  return found == viewers_.end() ? nobody : found->second;
}

void live_lane::hand_out(const projections::live_batch& news) {
  for (const auto& update : news) {
    for (viewer* each : of(update.event)) {
      if (update.frame) {
        each->news(update.frame);
      } else {
        each->end();
      }
      to_send_.append(*each, {});
    }
  }
}

void live_lane::hand_out_lost(const lost_news& lost) {
  for (const auto& [event, seq] : lost) {
    for (viewer* each : of(event)) {
      metrics_->slow_resets.fetch_add(1, std::memory_order_relaxed);
      if (seq != not_watched) {
        each->reset(seq);
      } else {
        each->end();
      }
      to_send_.append(*each, {});
    }
  }
}

void live_lane::add(viewer& who) {
  auto& of_event = viewers_[who.event()];
  who.place_in_lane = of_event.size();
  of_event.push_back(&who);
}

void live_lane::remove(viewer& who) noexcept {
  const auto found = viewers_.find(who.event());
  HF_CHECK(found != viewers_.end() && found->second[who.place_in_lane] == &who, "who leaves has entered");
  auto& of_event = found->second;
  of_event.back()->place_in_lane = who.place_in_lane;
  std::swap(of_event[who.place_in_lane], of_event.back());
  of_event.pop_back();
  if (of_event.empty()) {
    viewers_.erase(found);
  }
}

} // namespace holdfast::http
