#pragma once

#include "actors/queue_core.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

/// A waiting room on a bench: a journal that commits when told, a clock that is turned by hand, timers that fire when it is. Its event has said that it sells.
namespace holdfast::testing {

class queue_bench : public actors::queue_mailbox, public actors::deadline_port, public actors::backlog_port {
 public:
  explicit queue_bench(std::shared_ptr<journal::memory_disk> disk = nullptr);

  void post(std::function<void(actors::queue_core&)> job) noexcept override;
  void post_after(std::chrono::milliseconds delay, std::function<void(actors::queue_core&)> job) noexcept override;
  void schedule(domain::event_id event, domain::instant at) noexcept override;
  void probe(domain::event_id event, bool loads, std::function<void()> answered) noexcept override;

  /// Starts the room, as the table does.
  void open();
  /// Runs the journal and the mailbox until both are quiet.
  void settle();
  /// Turns the clock in steps of a tick, and runs whatever is due.
  void pass(domain::millis time);

  using command_result = tl::expected<std::shared_ptr<const actors::room_view>, actors::room_refusal>;
  using join_result = tl::expected<actors::place_view, actors::room_refusal>;
  /// Asks and does not run the journal; the result arrives in what is pointed to.
  auto send(domain::queue::command_body what) -> std::shared_ptr<std::optional<command_result>>;
  auto send_join(std::uint64_t who, std::uint8_t band = 0) -> std::shared_ptr<std::optional<join_result>>;
  auto ask(domain::queue::command_body what) -> command_result;
  auto join(std::uint64_t who, std::uint8_t band = 0) -> join_result;
  /// The number of the place that somebody gets; they must.
  auto place_of(std::uint64_t who, std::uint8_t band = 0) -> domain::queue::place_number;
  void leave(std::uint64_t who, domain::queue::place_number place);
  void tell(actors::room_notice what);
  [[nodiscard]] auto poll(std::uint64_t who, domain::queue::place_number place) -> std::optional<actors::place_view>;
  [[nodiscard]] auto status(std::uint64_t who, domain::queue::place_number place) -> domain::queue::place_status;
  [[nodiscard]] auto admits(std::uint64_t who, domain::queue::place_number place) const -> actors::admission;
  [[nodiscard]] auto room() const -> actors::room_view;
  [[nodiscard]] auto state() const -> const domain::queue::state&;
  /// Configures, and switches on.
  void put_on(const domain::queue::settings& rules);

  [[nodiscard]] static auto subject(std::uint64_t who) -> domain::subject_id { return {1, who}; }

  core_bench under;
  actors::queue_services services;
  std::shared_ptr<actors::queue_board> board = std::make_shared<actors::queue_board>();
  std::shared_ptr<actors::queue_inbox> inbox = std::make_shared<actors::queue_inbox>();
  std::optional<actors::queue_core> core;
  std::vector<domain::instant> scheduled;
  /// How long the event takes to answer a probe.
  domain::millis backlog_now;
  int wakes = 0; ///< probes that were to load the event

 private:
  template <class Asked>
  void put(Asked asked);
  [[nodiscard]] auto run_due() -> bool;

  struct timer {
    domain::instant at;
    std::function<void()> job;
  };
  std::deque<std::function<void()>> mailbox_;
  std::vector<timer> timers_;
};

/// Lets in so many a second, in any batch up to `batch`.
[[nodiscard]] auto rate_of(std::uint32_t people_per_s, std::uint32_t batch) -> domain::queue::settings;

/// A bench whose room lets in nobody yet.
struct closed_line : queue_bench {
  explicit closed_line(std::shared_ptr<journal::memory_disk> disk = nullptr) : queue_bench{std::move(disk)} {
    open();
    put_on(rate_of(0, 50));
  }
  void let_in(std::uint32_t people_per_s, std::uint32_t batch) {
    REQUIRE(ask(domain::queue::configure{rate_of(people_per_s, batch), {}, {}}).has_value());
  }
};

} // namespace holdfast::testing
