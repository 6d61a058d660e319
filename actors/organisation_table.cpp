#include "actors/organisation_table.hpp"

#include "actors/interfaces.hpp"
#include "actors/spawn_anywhere.hpp"
#include "domain/organisation/decide.hpp"
#include "journal/codec.hpp"
#include "journal/fold.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <future>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace holdfast::actors {

namespace {

/// Requests of all organisations in flight; set-up work, never hot.
constexpr std::int32_t inflight_max = 4'096;

class organisation_actor_state {
 public:
  static inline const char* name = "organisation-actor";

  explicit organisation_actor_state(organisation_actor::pointer) {}

  auto make_behavior(std::shared_ptr<organisation_core> core) -> organisation_actor::behavior_type {
    core_ = std::move(core);
    return {[this](const messages::deliver_to_organisation& message) { core_->handle(std::move(*message.request)); }};
  }

 private:
  std::shared_ptr<organisation_core> core_;
};

static_assert(!std::is_aggregate_v<organisation_actor_state>, "CAF 0.17 corrupts aggregate states under C++20");

auto organisation_behavior(organisation_actor::stateful_pointer<organisation_actor_state> self,
                           std::shared_ptr<organisation_core> core) -> organisation_actor::behavior_type {
  return self->state.make_behavior(std::move(core));
}

auto fold_organisation(journal::journal& from, journal::stream_id stream)
    -> tl::expected<domain::organisation_state, journal::failure> {
  domain::organisation_state state;
  std::optional<journal::failure> bad;
  // What is left of a journal that was refused was not looked at before.
  std::optional<journal::chain_check> chain;
  if (from.is_absent()) {
    chain.emplace(stream);
  }
  std::promise<std::optional<journal::failure>> ended;
  from.read(
      stream, 1,
      [&](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          if (const auto follows = chain ? chain->take(record) : tl::expected<void, journal::failure>{}; !follows) {
            bad = follows.error();
            return false;
          }
          const auto fact = journal::decode_fact(record);
          if (!fact) {
            bad = fact.error();
            return false;
          }
          domain::apply(state, *fact);
        }
        return true;
      },
      [&](const tl::expected<journal::cursor, journal::failure>& done) {
        ended.set_value(done ? std::nullopt : std::optional{done.error()});
      });
  if (const auto failed = ended.get_future().get()) {
    return tl::unexpected{*failed};
  }
  if (bad) {
    return tl::unexpected{*bad};
  }
  return state;
}

} // namespace

struct organisation_table::slot {
  organisation_actor actor;
};

organisation_table::organisation_table(caf::actor_system& system, const event_services& services,
                                       organisation_directory& directory)
    : system_{system},
      services_{services},
      directory_{directory},
      credits_{std::make_shared<inflight_limiter>(inflight_max)} {}

organisation_table::~organisation_table() = default;

void organisation_table::open(domain::organisation_id organisation, domain::organisation_state state) {
  auto core = std::make_shared<organisation_core>(organisation, std::move(state), services_, directory_);
  auto made = std::make_shared<slot>();
  made->actor = spawn_anywhere(system_, organisation_behavior, std::move(core));
  slots_.emplace(organisation, std::move(made));
}

auto organisation_table::load() -> tl::expected<std::size_t, journal::failure> {
  const auto heads = services_.journal.heads(journal::stream_kind::organisation);
  if (!heads) {
    return tl::unexpected{heads.error()};
  }
  const std::lock_guard lock{mutex_};
  for (const auto& [stream, head] : *heads) {
    auto state = fold_organisation(services_.journal, stream);
    if (!state && services_.journal.is_absent()) {
      spdlog::warn("organisation {} cannot be read, and its keys are not known: {}", stream.id, state.error().detail);
      continue;
    }
    if (!state) {
      return tl::unexpected{state.error()};
    }
    directory_.load(*state);
    open(domain::organisation_id{stream.id}, std::move(*state));
  }
  return heads->size();
}

auto organisation_table::find_or_open(domain::organisation_id organisation, bool create) -> std::shared_ptr<slot> {
  const std::lock_guard lock{mutex_};
  const auto found = slots_.find(organisation);
  if (found != slots_.end()) {
    return found->second;
  }
  if (!create) {
    return nullptr;
  }
  open(organisation, {});
  return slots_.at(organisation);
}

void organisation_table::submit(domain::organisation_id organisation, organisation_request&& request) noexcept {
  const bool create = std::holds_alternative<domain::create_organisation>(request.what.body);
  const auto at = find_or_open(organisation, create);
  if (!at) {
    domain::rejection unknown;
    unknown.why = domain::reason::not_found;
    request.reply.send(services_.encoder.rejected(domain::organisation_state{}, request.what, unknown, request.meta,
                                                  services_.clock.now()));
    return;
  }
  if (credits_->enter() != inflight_limiter::entry::entered) {
    services_.metrics.refused_overload.fetch_add(1, std::memory_order_relaxed);
    request.reply.send(services_.encoder.refused(refusal::overloaded, request.meta));
    return;
  }
  request.reply.carry(credits_);
  caf::anon_send(at->actor,
                 messages::deliver_to_organisation{std::make_shared<organisation_request>(std::move(request))});
}

void organisation_table::stop() {
  const std::lock_guard lock{mutex_};
  for (const auto& [organisation, at] : slots_) {
    caf::anon_send_exit(at->actor, caf::exit_reason::user_shutdown);
  }
}

} // namespace holdfast::actors
