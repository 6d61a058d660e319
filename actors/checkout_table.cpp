#include "actors/checkout_table.hpp"

#include "actors/interfaces.hpp"
#include "actors/spawn_anywhere.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <type_traits>
#include <utility>

namespace holdfast::actors {

namespace {

/// Buyers who wait for their payments; a gateway takes far fewer a second.
constexpr std::int32_t inflight_max = 65'536;
/// A checkout of which nobody wants anything leaves memory; the next request loads it again.
constexpr auto leave_after = std::chrono::minutes{10};

/// Brings jobs to the actor that owns a core. Holds it weakly: what arrives after its end is dropped.
class caf_checkout_mailbox final : public checkout_mailbox {
 public:
  explicit caf_checkout_mailbox(const checkout_actor& self) : self_{caf::actor_cast<caf::actor_addr>(self)} {}

  void post(std::function<void(checkout_core&)> job) noexcept override {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(self_)) {
      caf::anon_send(caf::actor_cast<checkout_actor>(strong), wrapped(std::move(job)));
    }
  }

  void post_after(std::chrono::milliseconds delay, std::function<void(checkout_core&)> job) noexcept override {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(self_)) {
      caf::delayed_anon_send(caf::actor_cast<checkout_actor>(strong), delay, wrapped(std::move(job)));
    }
  }

 private:
  [[nodiscard]] static auto wrapped(std::function<void(checkout_core&)>&& job) -> messages::checkout_job {
    return {std::make_shared<std::function<void(checkout_core&)>>(std::move(job))};
  }

  caf::actor_addr self_;
};

class checkout_actor_state {
 public:
  static inline const char* name = "checkout-actor";

  explicit checkout_actor_state(checkout_actor::pointer self) : self_{self} {}

  auto make_behavior(domain::event_id event, const checkout_services* services) -> checkout_actor::behavior_type {
    self_->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& what) -> caf::error { abort_on(what); });
    core_.emplace(event, *services, std::make_shared<caf_checkout_mailbox>(checkout_actor{self_}));
    core_->start();
    return {[this](const messages::checkout_job& message) { (*message.job)(*core_); }};
  }

 private:
  [[noreturn]] static void abort_on(const std::exception_ptr& what) {
    try {
      std::rethrow_exception(what);
    } catch (const std::exception& error) {
      spdlog::critical("a checkout's actor threw: {}", error.what());
    } catch (...) {
      spdlog::critical("a checkout's actor threw something unknown");
    }
    spdlog::default_logger()->flush();
    std::abort();
  }

  checkout_actor::pointer self_;
  std::optional<checkout_core> core_;
};

static_assert(!std::is_aggregate_v<checkout_actor_state>, "CAF 0.17 corrupts aggregate states under C++20");

auto checkout_behavior(checkout_actor::stateful_pointer<checkout_actor_state> self, domain::event_id event,
                       const checkout_services* services) -> checkout_actor::behavior_type {
  return self->state.make_behavior(event, services);
}

} // namespace

class checkout_table::slot {
 public:
  explicit slot(checkout_actor actor) : actor_{std::move(actor)} {}

  void post(std::function<void(checkout_core&)> job) noexcept {
    caf::anon_send(actor_,
                   messages::checkout_job{std::make_shared<std::function<void(checkout_core&)>>(std::move(job))});
  }

  void end() noexcept { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

  void post_after(std::chrono::milliseconds delay, std::function<void(checkout_core&)> job) noexcept {
    caf::delayed_anon_send(
        actor_, delay, messages::checkout_job{std::make_shared<std::function<void(checkout_core&)>>(std::move(job))});
  }

 private:
  checkout_actor actor_;
};

checkout_table::checkout_table(caf::actor_system& system, const checkout_services& services)
    : system_{system}, services_{services}, credits_{std::make_shared<inflight_limiter>(inflight_max)} {}

checkout_table::~checkout_table() = default;

/// Under the mutex.
auto checkout_table::find_or_open(domain::event_id event) -> std::shared_ptr<slot> {
  auto& found = slots_[event];
  if (!found) {
    found = std::make_shared<slot>(spawn_anywhere(system_, checkout_behavior, event, &services_));
    found->post_after(leave_after, [this, event](checkout_core& core) { leave_if_idle(event, core); });
  }
  return found;
}

auto checkout_table::resume() -> tl::expected<std::size_t, journal::failure> {
  const auto heads = services_.shared.journal.heads(journal::stream_kind::payment);
  if (!heads) {
    return tl::unexpected{heads.error()};
  }
  std::size_t resumed = 0;
  const std::lock_guard lock{mutex_};
  for (const auto& [stream, head] : *heads) {
    if (head.next_deadline) {
      static_cast<void>(find_or_open(domain::event_id{stream.id}));
      ++resumed;
    }
  }
  return resumed;
}

void checkout_table::submit(domain::event_id event, checkout_request&& request) noexcept {
  const auto& shared = services_.shared;
  const auto head = shared.journal.head({journal::stream_kind::event, event.value()});
  if (head && head->seq == 0) {
    domain::rejection unknown;
    request.reply.send(shared.encoder.payment_refused(unknown, request.meta));
    return;
  }
  if (credits_->enter() != inflight_limiter::entry::entered) {
    shared.metrics.refused_overload.fetch_add(1, std::memory_order_relaxed);
    request.reply.send(shared.encoder.refused(refusal::overloaded, request.meta));
    return;
  }
  request.reply.carry(credits_);
  auto held = std::make_shared<checkout_request>(std::move(request));
  const std::lock_guard lock{mutex_};
  if (stopped_) {
    held->reply.send(shared.encoder.refused(refusal::draining, held->meta));
    return;
  }
  // Under the mutex, so that no actor leaves between being found and being asked.
  find_or_open(event)->post([held](checkout_core& core) { core.handle(std::move(*held)); });
}

void checkout_table::orders_left(domain::event_id event) noexcept {
  const std::lock_guard lock{mutex_};
  if (!stopped_) {
    find_or_open(event)->post([](checkout_core& core) { core.return_cancelled(); });
  }
}

void checkout_table::look_at(const std::string& gateway_payment, const std::string& hint) {
  const auto event = services_.at_gateway.find(gateway_payment);
  if (!event) {
    return;
  }
  const std::lock_guard lock{mutex_};
  if (const auto found = slots_.find(*event); found != slots_.end()) {
    found->second->post([gateway_payment, hint](checkout_core& core) { core.look_at(gateway_payment, hint); });
  }
}

void checkout_table::list_reviews(domain::event_id event, domain::payment_number after, std::size_t limit,
                                  reviews_done done) {
  auto held = std::make_shared<reviews_done>(std::move(done));
  {
    const std::lock_guard lock{mutex_};
    if (!stopped_) {
      find_or_open(event)->post(
          [after, limit, held](checkout_core& core) { core.list_reviews(after, limit, std::move(*held)); });
      return;
    }
  }
  (*held)(std::nullopt);
}

/// On the actor's thread. Whoever was posted before this one looked has been handled, and nobody posts while the mutex is held.
void checkout_table::leave_if_idle(domain::event_id event, checkout_core& core) {
  const std::lock_guard lock{mutex_};
  const auto found = slots_.find(event);
  if (found == slots_.end()) {
    return;
  }
  if (core.idle(leave_after)) {
    found->second->post([gone = found->second](checkout_core&) { gone->end(); });
    slots_.erase(found);
  } else {
    found->second->post_after(leave_after, [this, event](checkout_core& again) { leave_if_idle(event, again); });
  }
}

void checkout_table::stop() {
  const std::lock_guard lock{mutex_};
  stopped_ = true;
  for (const auto& [event, at] : slots_) {
    at->post([gone = at](checkout_core& core) {
      core.stop();
      gone->end();
    });
  }
  slots_.clear();
}

auto checkout_table::loaded() const -> std::size_t {
  const std::lock_guard lock{mutex_};
  return slots_.size();
}

auto checkout_table::in_flight() const noexcept -> std::size_t {
  return static_cast<std::size_t>(credits_->in_flight());
}

void checkout_table::list_open(std::function<void(std::vector<std::pair<domain::event_id, open_payment>>)> done) {
  using list = std::vector<std::pair<domain::event_id, open_payment>>;

  /// Calls `done` when the last actor has let go of it.
  struct collection {
    std::mutex mutex;
    list all;
    std::function<void(list)> done;

    ~collection() { done(std::move(all)); }
  };

  auto sum = std::make_shared<collection>();
  sum->done = std::move(done);
  const std::lock_guard lock{mutex_};
  for (const auto& [event, at] : slots_) {
    at->post([sum, event = event](checkout_core& core) {
      auto open = core.open_payments();
      const std::lock_guard inner{sum->mutex};
      for (auto& one : open) {
        sum->all.emplace_back(event, std::move(one));
      }
    });
  }
}

} // namespace holdfast::actors
