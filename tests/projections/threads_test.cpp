#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

// The same views with real threads in the places of actors, writer, read pool and readers; most telling under ThreadSanitizer.

namespace holdfast::projections_test {

namespace {

using projections::read_outcome;

/// Runs closures one after the other on a thread of its own.
class actor_thread {
 public:
  actor_thread() : thread_{[this] { run(); }} {}
  ~actor_thread() {
    post(nullptr);
    thread_.join();
  }
  actor_thread(const actor_thread&) = delete;
  auto operator=(const actor_thread&) -> actor_thread& = delete;

  void post(std::function<void()> job) {
    {
      const std::lock_guard lock{mutex_};
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return !jobs_.empty(); });
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      if (!job)
        return;
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::thread thread_; ///< last: it uses the others
};

class count_durable final : public journal::append_done {
 public:
  explicit count_durable(std::atomic<std::uint64_t>& count) : count_{count} {}
  void complete(journal::append_outcome outcome) noexcept override {
    if (outcome == journal::append_outcome::durable)
      ++count_;
  }

 private:
  std::atomic<std::uint64_t>& count_;
};

/// Time that passes quickly, so that bodies age and deadlines come.
auto fast_clock() -> projections::clock_function {
  return [start = std::chrono::steady_clock::now()] {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    return domain::instant{1'795'000'000'000 + since.count() * 20};
  };
}

struct seen_body {
  domain::event_id event;
  bool page = false;
  std::uint64_t min_seq = 0;
  read_outcome outcome = read_outcome::ok;
  std::shared_ptr<const projections::view_body> body;
};

/// Reads bodies, each after the one before has come.
auto read_for(projections::views_impl& views, const std::vector<domain::event_id>& events, std::uint64_t seed,
              const std::atomic<bool>& over, const std::vector<std::atomic<std::uint64_t>>& newest)
    -> std::vector<seen_body> {
  model::dice dice{seed};
  std::vector<seen_body> all;
  // Sales may be over before anybody has read anything.
  for (bool shown = false; !over || !shown;) {
    const auto which = dice.index(events.size());
    seen_body one{events[which], dice.chance(50), dice.chance(30) ? newest[which].load() : 0, {}, nullptr};
    std::promise<std::pair<read_outcome, std::shared_ptr<const projections::view_body>>> promise;
    auto answer = promise.get_future();
    const auto done = [&promise](read_outcome how, std::shared_ptr<const projections::view_body> body) {
      promise.set_value({how, std::move(body)});
    };
    if (one.page)
      views.event_page(one.event, one.min_seq, done);
    else
      views.seats(one.event, one.min_seq, done);
    std::tie(one.outcome, one.body) = answer.get();
    shown = shown || one.outcome == read_outcome::ok;
    static_cast<void>(views.events_of(organiser, domain::event_id{}, 5));
    std::promise<void> orders;
    views.orders_of({buyer(1).subject, {}}, 0, 5, [&orders](read_outcome, const auto&) { orders.set_value(); });
    orders.get_future().get();
    std::promise<void> booking;
    views.booking(one.event, domain::hold_number{static_cast<std::uint32_t>(dice.between(1, 40))}, 0,
                  [&booking](read_outcome, const auto&) { booking.set_value(); });
    booking.get_future().get();
    all.push_back(std::move(one));
  }
  return all;
}

/// Views over a journal, all on threads of their own, and a clock that ticks.
class threaded_views {
 public:
  explicit threaded_views(const projections::view_settings& settings)
      : views_{std::make_unique<projections::views_impl>(
            journal_, nullptr,
            projections::view_posts{post_to(inventory_), post_to(bookings_), post_to(catalogue_), post_to(report_)},
            clock_, settings)} {
    REQUIRE(journal_.acquire(journal::cell_id{}).has_value());
    journal_.listen(views_->listener());
    views_->start();
    ticker_ = std::thread{[this] { tick(); }};
  }
  ~threaded_views() {
    over_ = true;
    ticker_.join();
    views_.reset();
    // A turn that began before may still use the journal.
    for (auto* actor : {&inventory_, &bookings_, &catalogue_, &report_}) {
      std::promise<void> idle;
      actor->post([&idle] { idle.set_value(); });
      idle.get_future().get();
    }
  }
  threaded_views(const threaded_views&) = delete;
  auto operator=(const threaded_views&) -> threaded_views& = delete;

  [[nodiscard]] auto views() -> projections::views_impl& { return *views_; }

  /// Decides and appends, never more than some commands ahead of the disk; tells each event's newest seq.
  void sell(sales& from, std::size_t commands, std::vector<std::atomic<std::uint64_t>>& newest) {
    for (std::uint64_t appended = 0; appended < commands;) {
      const auto made = from.random_command(clock_());
      if (!made)
        continue;
      journal_.append(made->to_append(), std::make_shared<count_durable>(durable_));
      ++appended;
      for (std::size_t i = 0; i < newest.size(); ++i)
        newest[i] = from.state(from.events()[i]).seq();
      while (durable_ + 50 < appended)
        std::this_thread::yield();
    }
  }

 private:
  static auto post_to(actor_thread& to) -> projections::post_function {
    return [&to](std::function<void()> job) { to.post(std::move(job)); };
  }

  void tick() {
    for (auto next = clock_(); !over_; std::this_thread::yield()) {
      if (const auto now = clock_(); now >= next) {
        views_->tick(now);
        next = now + domain::millis{100};
      }
    }
  }

  std::atomic<std::uint64_t> durable_{0};
  std::atomic<bool> over_{false};
  projections::clock_function clock_ = fast_clock();
  actor_thread inventory_, bookings_, catalogue_, report_; ///< outlive the views, which post to them
  journal::memory_journal journal_;
  std::unique_ptr<projections::views_impl> views_;
  std::thread ticker_;
};

} // namespace

TEST_CASE(
    "readers on many threads see states that were, at or after what they asked for, while everything else goes on") {
  sales from{11, 3};
  from.closes = false;
  projections::view_settings settings;
  settings.ring = {64, 128};
  settings.inventory.kept_unread = domain::seconds(2);
  threaded_views world{settings};

  std::atomic<bool> over{false};
  std::vector<std::atomic<std::uint64_t>> newest(from.events().size());
  const auto events = from.events();
  std::vector<std::future<std::vector<seen_body>>> readers;
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    readers.push_back(
        std::async(std::launch::async, [&, seed] { return read_for(world.views(), events, seed, over, newest); }));
  world.sell(from, 1'500, newest);
  over = true;

  std::size_t shown = 0;
  for (auto& reader : readers) {
    for (const auto& one : reader.get()) {
      if (one.outcome != read_outcome::ok)
        continue;
      ++shown;
      CHECK(one.body->seq >= one.min_seq);
      const auto faults =
          one.page ? faults_of_page(from, one.event, *one.body) : faults_of_seats(from, one.event, *one.body);
      CHECK(faults == "");
    }
  }
  CHECK(shown > 0);
  const auto& metrics = world.views().metrics();
  CHECK(metrics.double_sales_detected == 0);
  CHECK(metrics.contradictions_detected == 0);
  for (const auto& status : world.views().status())
    CHECK(status.state != projections::runner_state::stopped);
}

} // namespace holdfast::projections_test
