#include "actors/queue_board.hpp"

#include "domain/queue/draw.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::actors {

namespace queue = domain::queue;
using queue::place_number;
using queue::place_status;

namespace {

/// As domain::queue::standing_of, from what is published.
auto standing_from(const board_view& in, const slot_word& of, domain::instant now) -> queue::standing {
  const auto& room = in.shown;
  queue::standing told;
  told.status = of.status;
  told.band = of.band;
  told.admitted = room.total.admitted;
  told.next_poll = room.rules.heartbeat;
  if (queue::is_inside(of.status)) {
    told.until = domain::instant{std::int64_t{of.value} * 1'000};
    return told;
  }
  if (!queue::is_waiting(of.status) || room.mode == queue::mode::pre_queue) {
    return told;
  }
  const auto& line = in.lines[of.band];
  told.ahead = line ? line->ahead_of(of.value) : of.value;
  told.waiting = std::max(line ? line->size : 0, *told.ahead + 1);
  if (room.mode == queue::mode::on) {
    told.eta = queue::eta_of(in.drains[of.band].rates(std::max(now, room.updated_at)), *told.ahead,
                             queue::line_of_room(line ? line->size : 0, room.waiting, room.silent));
    told.next_poll = queue::poll_delay(room.rules, *told.ahead);
  }
  return told;
}

/// The index of a place among the entrants of the draw.
auto entrant_index(const board_view& in, place_number place) -> std::optional<std::uint32_t> {
  if (!in.shown.draw || place < in.draw_first) {
    return std::nullopt;
  }
  const auto index = place.value() - in.draw_first.value();
  // Until it is closed everybody who joins is one, whom this view may not count yet.
  return !in.shown.draw->closed || index < in.shown.draw->entrants ? std::optional{index} : std::nullopt;
}

} // namespace

queue_board::queue_board() {
  auto first = std::make_shared<board_view>();
  first->slots = std::make_shared<place_slots>(place_number{}, domain::instant{});
  view_.store(std::move(first));
}

auto queue_board::room() const -> std::shared_ptr<const room_view> {
  auto in = view();
  if (in->shown.seq == 0) {
    return nullptr;
  }
  const auto* const shown = &in->shown;
  return {std::move(in), shown};
}

auto queue_board::poll(const domain::subject_id& who, place_number place, domain::instant now) const
    -> std::optional<place_view> {
  const auto in = view();
  const auto is = in->slots->find(who, place);
  if (!is) {
    return std::nullopt;
  }
  if (queue::is_live(is->status)) {
    in->slots->beat(place, now, is->status == place_status::admitted || is->status == place_status::silent);
  }
  place_view told;
  told.place = place;
  told.now = standing_from(*in, *is, now);
  told.revoked = in->shown.revoked && queue::is_inside(is->status);
  told.draw_index = entrant_index(*in, place);
  if (told.draw_index) {
    told.leaf = queue::leaf_hash(place.value(), who, is->band);
  }
  if (is->status == place_status::demoted) {
    if (auto why = in->slots->demotion_of(place)) {
      told.reason = std::move(why->reason);
      told.instead = why->instead;
    }
  }
  return told;
}

auto queue_board::admits(const domain::subject_id& who, place_number place, domain::instant now) const -> admission {
  if (is_shut_.load(std::memory_order_acquire)) {
    return admission::required;
  }
  const auto in = view();
  if (in->shown.mode == queue::mode::off) {
    return admission::not_needed;
  }
  const auto is = in->slots->find(who, place);
  if (!is) {
    return admission::required;
  }
  if (queue::is_inside(is->status)) {
    const auto until = domain::instant{std::int64_t{is->value} * 1'000};
    if (in->shown.revoked) {
      return admission::required; // until it is on again, when what was left of it is left again
    }
    if (now >= until) {
      return admission::over;
    }
    if (is->status == place_status::admitted) {
      in->slots->beat(place, now, true); // with a hold they have come, too
    }
    return admission::granted;
  }
  return queue::is_waiting(is->status) || is->value == 0 ? admission::required : admission::over;
}

auto queue_board::rank(const domain::subject_id& who, place_number place) const -> std::optional<std::uint32_t> {
  const auto in = view();
  const auto mode = in->shown.mode;
  const auto is = in->slots->find(who, place);
  if (!is || !queue::is_waiting(is->status) || mode == queue::mode::off || mode == queue::mode::pre_queue) {
    return std::nullopt;
  }
  // A line has given no more spots than there are places of its time, so that those of the next are all greater.
  return in->slots->before().value() + is->value + 1;
}

auto queue_board::leaves(std::uint32_t from, std::uint32_t limit) const
    -> tl::expected<std::vector<queue::digest>, room_refusal> {
  const auto in = view();
  if (!in->shown.draw) {
    return tl::unexpected{room_refusal{queue::refusal{}}};
  }
  std::vector<queue::digest> made;
  const auto end = std::min<std::uint64_t>(std::uint64_t{from} + limit, in->shown.draw->entrants);
  for (std::uint64_t index = from; index < end; ++index) {
    const auto place = place_number{in->draw_first.value() + static_cast<std::uint32_t>(index)};
    made.push_back(queue::leaf_hash(place.value(), in->slots->owner_of(place), in->slots->word_of(place).band));
  }
  return made;
}

} // namespace holdfast::actors
