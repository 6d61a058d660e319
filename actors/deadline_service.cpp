#include "actors/deadline_service.hpp"

#include "actors/deadline_core.hpp"
#include "actors/interfaces.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace holdfast::actors {

namespace {

/// Timers of CAF cannot be cancelled and a wait is against another clock than facts are: none is longer than this, so that what is due is
/// found within it whatever the clocks do.
constexpr std::int64_t wait_ms_max = 500;

struct deadline_setup {
  const clock_port* clock = nullptr;
  std::function<void(domain::event_id)> due;
};

class deadline_actor_state {
 public:
  static inline const char* name = "deadline-actor";

  explicit deadline_actor_state(deadline_actor::pointer self) : self_{self} {}

  auto make_behavior(std::shared_ptr<const deadline_setup> setup) -> deadline_actor::behavior_type {
    setup_ = std::move(setup);
    return {
        [this](const messages::schedule& message) {
          core_.schedule(message.event, message.at);
          arm();
        },
        [this](const messages::deadline_tick&) {
          armed_ = false;
          for (const auto event : core_.take_due(setup_->clock->now())) {
            setup_->due(event);
          }
          arm();
        },
    };
  }

 private:
  void arm() {
    const auto next = core_.next();
    if (!next) {
      return;
    }
    const auto now = setup_->clock->now();
    const auto wait = std::clamp<std::int64_t>((*next - now).count, 0, wait_ms_max);
    // A timer that is out already fires soon enough unless the new deadline is nearer.
    if (armed_ && armed_for_.unix_ms <= now.unix_ms + wait) {
      return;
    }
    armed_ = true;
    armed_for_ = now + domain::millis{wait};
    self_->delayed_send(deadline_actor{self_}, std::chrono::milliseconds{wait}, messages::deadline_tick{});
  }

  deadline_actor::pointer self_;
  std::shared_ptr<const deadline_setup> setup_;
  deadline_core core_;
  bool armed_ = false;
  domain::instant armed_for_;
};

static_assert(!std::is_aggregate_v<deadline_actor_state>, "CAF 0.17 corrupts aggregate states under C++20");

auto deadline_behavior(deadline_actor::stateful_pointer<deadline_actor_state> self,
                       std::shared_ptr<const deadline_setup> setup) -> deadline_actor::behavior_type {
  return self->state.make_behavior(std::move(setup));
}

} // namespace

struct deadline_service::handle {
  deadline_actor actor;
};

deadline_service::deadline_service(caf::actor_system& system, const clock_port& clock,
                                   std::function<void(domain::event_id)> due)
    : handle_{std::make_unique<handle>()} {
  auto setup = std::make_shared<deadline_setup>();
  setup->clock = &clock;
  setup->due = std::move(due);
  handle_->actor = system.spawn(deadline_behavior, std::shared_ptr<const deadline_setup>{std::move(setup)});
}

deadline_service::~deadline_service() = default;

void deadline_service::schedule(domain::event_id event, domain::instant at) noexcept {
  caf::anon_send(handle_->actor, messages::schedule{event, at});
}

void deadline_service::stop() noexcept {
  caf::anon_send_exit(handle_->actor, caf::exit_reason::user_shutdown);
}

} // namespace holdfast::actors
