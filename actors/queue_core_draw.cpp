#include "actors/queue_core.hpp"
#include "domain/queue/apply.hpp"
#include "domain/queue/decide.hpp"
#include "domain/queue/draw.hpp"

#include <spdlog/spdlog.h>

#include <utility>

/// How a room is drawn.
namespace holdfast::actors {

namespace queue = domain::queue;

/// A room that is away, to be drawn.
struct queue_core::drawing {
  std::unique_ptr<queue::state> room;
  std::unique_ptr<queue_publisher> publisher;
};

auto queue_core::seed_of(std::uint64_t opened_seq) const -> queue::digest {
  std::array<std::uint8_t, 16> message{};
  for (std::size_t i = 0; i < 8; ++i) {
    message[i] = static_cast<std::uint8_t>(event_.value() >> (56 - 8 * i));
    message[8 + i] = static_cast<std::uint8_t>(opened_seq >> (56 - 8 * i));
  }
  return queue::hmac_sha256{services_.secret}(message);
}

void queue_core::draw_next() {
  std::optional<asked_command> asked;
  queue::draw_lots lots;
  if (!draws_.empty()) {
    asked.emplace(std::move(draws_.front()));
    draws_.erase(draws_.begin());
    lots = std::move(std::get<queue::draw_lots>(asked->what.body));
  } else {
    draw_is_due_ = false;
  }
  lots.seed = seed_of(opened_seq_);
  goes_on_ = true; // with whatever waited for this turn to end
  const auto meta = asked ? asked->meta : room_meta{};
  auto made = queue::decide(*state_, {asked ? asked->what.by : domain::caller{}, meta.id, std::move(lots)}, now());
  if (!made && made.error().why == queue::refusal::reason::seed_mismatch && !std::exchange(seed_is_wrong_, true)) {
    spdlog::error("the waiting room of event {:016x} cannot be drawn: this server's secret is not the one that its "
                  "seed was made from",
                  event_.value());
  }
  if (asked) {
    answer(std::move(*asked), made ? std::nullopt : std::optional{made.error()});
  }
  if (!made || made->empty()) {
    return;
  }
  if (state_->draw->log.size() > drawn_at_once) {
    draw_elsewhere(std::move(*made), meta);
  } else {
    append(std::move(*made), meta);
  }
}

/// While this turn is under way nobody else looks at the room, so that it can be lent.
void queue_core::draw_elsewhere(domain::facts&& made, const room_meta& meta) {
  const auto facts = std::make_shared<const domain::facts>(std::move(made));
  const auto first_seq = state_->seq + 1;
  const auto at = facts->front().time;
  auto lent = std::make_shared<drawing>(drawing{std::move(state_), std::move(publisher_)});
  shows_now_ = true;
  flight_->open.fetch_add(1, std::memory_order_acq_rel);
  const auto work = [self = self_, of = flight_, lent, facts] {
    for (const auto& fact : *facts) {
      queue::apply(*lent->room, fact);
      lent->publisher->note(fact, *lent->room);
    }
    // Nobody sees the spots before the view says that the room is drawn, which is when that is durable.
    lent->publisher->publish_places(*lent->room, lent->room->time);
    self->post([lent](queue_core& core) { core.drawn(lent); });
    leave_flight(self, of);
  };
  if (!services_.shared.journal.run_on_read_pool(work)) {
    work();
  }
  write(facts, first_seq, meta, at);
}

void queue_core::drawn(const std::shared_ptr<drawing>& from) {
  state_ = std::move(from->room);
  publisher_ = std::move(from->publisher);
}

} // namespace holdfast::actors
