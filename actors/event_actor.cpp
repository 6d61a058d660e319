#include "actors/event_actor.hpp"

#include "actors/spawn_anywhere.hpp"
#include "domain/check.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>

namespace holdfast::actors {

namespace {

/// Brings results back to the actor. Holds it weakly: what arrives after its end is dropped, and with it the credit it carried.
class caf_mailbox final : public event_mailbox {
 public:
  explicit caf_mailbox(const event_actor& self) : self_{caf::actor_cast<caf::actor_addr>(self)} {}

  void post_loaded(std::shared_ptr<fold_result> result) noexcept override { post(messages::loaded{std::move(result)}); }

  void post_expire(std::shared_ptr<held_credit> credit) noexcept override { post(messages::expire{std::move(credit)}); }

 private:
  template <class Message>
  void post(Message&& what) noexcept {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(self_)) {
      caf::anon_send(caf::actor_cast<event_actor>(strong), std::forward<Message>(what));
    }
  }

  caf::actor_addr self_;
};

class event_actor_state {
 public:
  static inline const char* name = "event-actor";

  explicit event_actor_state(event_actor::pointer self) : self_{self} {}

  ~event_actor_state() {
    if (setup_ && !left_) {
      setup_->credits->close(); // died with requests queued: their ports answer, and nobody sends more
      setup_->left();
    }
  }

  event_actor_state(const event_actor_state&) = delete;
  auto operator=(const event_actor_state&) -> event_actor_state& = delete;

  auto make_behavior(std::shared_ptr<const event_actor_setup> setup) -> event_actor::behavior_type {
    setup_ = std::move(setup);
    self_->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& what) -> caf::error { abort_on(what); });
    core_.emplace(setup_->event, *setup_->services, std::make_shared<caf_mailbox>(event_actor{self_}), setup_->credits);
    core_->start();
    check_idle_later();
    return {
        [this](const messages::deliver& message) { core_->handle(std::move(*message.request)); },
        [this](const messages::loaded& message) { core_->loaded(std::move(*message.result)); },
        [this](const messages::expire& message) { core_->expire(message.credit); },
        [this](const messages::probe& message) { core_->probe(message.probing); },
        [this](const messages::idle_check&) { check_idle(); },
        [this](const messages::passivate&) { leave(setup_->credits->close_if_idle()); },
    };
  }

 private:
  [[noreturn]] static void abort_on(const std::exception_ptr& what) {
    try {
      std::rethrow_exception(what);
    } catch (const std::exception& error) {
      spdlog::critical("an event's actor threw: {}", error.what());
    } catch (...) {
      spdlog::critical("an event's actor threw something unknown");
    }
    spdlog::default_logger()->flush();
    std::abort();
  }

  void check_idle_later() {
    const auto half = std::max<std::int64_t>(setup_->passivate_after.count / 2, 10);
    self_->delayed_send(event_actor{self_}, std::chrono::milliseconds{half}, messages::idle_check{});
  }

  void check_idle() {
    if (core_->idle(setup_->passivate_after) && setup_->credits->close_if_idle()) {
      leave(true);
    } else if (!left_) {
      check_idle_later();
    }
  }

  void leave(bool closed) {
    if (!closed || left_) {
      return;
    }
    left_ = true;
    core_->passivate();
    setup_->left();
    self_->quit();
  }

  event_actor::pointer self_;
  std::shared_ptr<const event_actor_setup> setup_;
  std::optional<event_core> core_;
  bool left_ = false;
};

static_assert(!std::is_aggregate_v<event_actor_state>, "CAF 0.17 corrupts aggregate states under C++20");

auto event_behavior(event_actor::stateful_pointer<event_actor_state> self,
                    std::shared_ptr<const event_actor_setup> setup) -> event_actor::behavior_type {
  return self->state.make_behavior(std::move(setup));
}

} // namespace

auto spawn_event_actor(caf::actor_system& system, std::shared_ptr<const event_actor_setup> setup) -> event_actor {
  return spawn_anywhere(system, event_behavior, std::move(setup));
}

} // namespace holdfast::actors
