#pragma once

#include "actors/checkout_core.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace caf {
class actor_system;
} // namespace caf

namespace holdfast::actors {

/// The checkouts of all events, an actor each: made on demand, and at the start for events with payments that have not ended. Thread-safe.
class checkout_table final : public cancelled_port {
 public:
  checkout_table(caf::actor_system& system, const checkout_services& services);
  ~checkout_table() override;
  checkout_table(const checkout_table&) = delete;
  auto operator=(const checkout_table&) -> checkout_table& = delete;

  /// Goes on with the payments that the last process left open. Blocking: reads the heads of the streams of payments.
  [[nodiscard]] auto resume() -> tl::expected<std::size_t, journal::failure>;
  void submit(domain::event_id event, checkout_request&& request) noexcept;
  void orders_left(domain::event_id event) noexcept override;
  /// Something changed about a gateway's payment; nothing happens when it is none of ours that is open.
  void look_at(const std::string& gateway_payment, const std::string& hint);
  /// As checkout_core's, of one event.
  void list_reviews(domain::event_id event, domain::payment_number after, std::size_t limit, reviews_done done);
  /// Ends every checkout; who waits is told 503. Payments go on at the next start.
  void stop();
  [[nodiscard]] auto loaded() const -> std::size_t;
  /// Requests whose answer has not left.
  [[nodiscard]] auto in_flight() const noexcept -> std::size_t;
  /// Every payment that has not ended, of the events that are loaded; `done` is called once, on some actor's thread.
  void list_open(std::function<void(std::vector<std::pair<domain::event_id, open_payment>>)> done);

 private:
  class slot;
  [[nodiscard]] auto find_or_open(domain::event_id event) -> std::shared_ptr<slot>;
  void leave_if_idle(domain::event_id event, checkout_core& core);

  caf::actor_system& system_;
  const checkout_services& services_;
  std::shared_ptr<inflight_limiter> credits_;
  mutable std::mutex mutex_;
  std::unordered_map<domain::event_id, std::shared_ptr<slot>> slots_;
  bool stopped_ = false;
};

} // namespace holdfast::actors
