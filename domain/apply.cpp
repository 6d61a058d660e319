#include "domain/apply.hpp"

#include "domain/apply_booking.hpp"
#include "domain/check.hpp"
#include "domain/event_data.hpp"

#include <variant>

namespace holdfast::domain {
namespace {

void change_status(event_data& data, event_status from, event_status to) noexcept {
  HF_CHECK(data.status == from, "an event's life follows its order");
  data.status = to;
  data.version = data.seq;
}

void fold(event_data& data, const event_created& what, instant) {
  HF_CHECK(static_cast<bool>(what.event), "an event has an id");
  HF_CHECK(static_cast<bool>(what.organisation), "an event has an owner");
  change_status(data, event_status::absent, event_status::draft);
  data.id = what.event;
  data.organisation = what.organisation;
  data.take_layout(what.seats);
  data.take_config(what.config);
}

void fold(event_data& data, const event_amended& what, instant) {
  HF_CHECK(data.status != event_status::absent, "what is amended exists");
  HF_CHECK(data.status <= event_status::paused, "an event that is over is not amended");
  const auto frozen_currency = data.status == event_status::draft ? what.config.currency : data.config.currency;
  HF_CHECK(what.config.currency == frozen_currency, "the currency is fixed once published");
  data.take_config(what.config);
  data.version = data.seq;
}

void fold(event_data& data, const layout_replaced& what, instant) {
  HF_CHECK(data.status == event_status::draft, "layouts are replaced in drafts");
  HF_CHECK(data.allocations.empty(), "nothing is set apart of a layout that is replaced");
  data.take_layout(what.seats);
  data.price_tiers();
  data.version = data.seq;
}

void fold(event_data& data, const event_published&, instant) {
  change_status(data, event_status::draft, event_status::published);
}

void fold(event_data& data, const event_paused&, instant) {
  change_status(data, event_status::published, event_status::paused);
}

void fold(event_data& data, const event_resumed&, instant) {
  change_status(data, event_status::paused, event_status::published);
}

void fold(event_data& data, const event_closed&, instant) {
  const auto from = data.status == event_status::paused ? event_status::paused : event_status::published;
  change_status(data, from, event_status::closed);
  data.clear_waitlist();
}

void fold(event_data& data, const event_cancelled&, instant) {
  HF_CHECK(data.status != event_status::absent, "what is cancelled exists");
  HF_CHECK(data.status != event_status::cancelled, "an event is cancelled once");
  change_status(data, data.status, event_status::cancelled);
  data.clear_waitlist();
}

/// Facts of organisations never stand in an event's stream.
template <class Other>
void fold(event_data&, const Other&, instant) noexcept {
  HF_CHECK(false, "a fact of another kind of stream");
}

} // namespace

void apply(event_state& state, const fact& what) noexcept {
  auto& data = state_access::of(state);
  HF_CHECK(what.time >= data.time, "time never goes back");
  data.found.clear();
  data.listed.clear();
  data.time = what.time;
  ++data.seq;
  data.keys.advance(what.time, data.seq);
  if (what.command != command_id{}) {
    data.keys.remember(what.command.key, static_cast<std::uint32_t>(what.command.request & 0xffff'ffff), data.seq,
                       what.time);
  }
  std::visit([&](const auto& body) { fold(data, body, what.time); }, what.body);
}

} // namespace holdfast::domain
