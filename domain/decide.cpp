#include "domain/decide.hpp"

#include "domain/decide_parts.hpp"

#include <type_traits>
#include <variant>

namespace holdfast::domain {
namespace {

template <class What>
constexpr bool is_booking = std::is_same_v<What, hold_seats> || std::is_same_v<What, extend_hold> ||
                            std::is_same_v<What, release_hold> || std::is_same_v<What, confirm_hold>;

auto is_booking_command(const command_body& body) -> bool {
  return std::visit([](const auto& what) { return is_booking<std::decay_t<decltype(what)>>; }, body);
}

/// Whether a caller may ask this of an event of that organisation at all. What they may not, they do not learn about.
auto may_ask(organisation_id organisation, const command& what) -> bool {
  switch (what.by.as) {
  case caller::kind::system: return !is_booking_command(what.body);
  case caller::kind::buyer: return is_booking_command(what.body) && what.by.subject != subject_id{};
  case caller::kind::box_office:
  case caller::kind::organiser: break;
  }
  return what.by.organisation == organisation && !std::holds_alternative<end_due_holds>(what.body);
}

/// What was decided for this id before, if anything: the rejection that says so.
auto decided_before(const question& ask) -> std::optional<rejection> {
  if (ask.id == command_id{}) {
    return std::nullopt;
  }
  const auto known = ask.data.keys.find(ask.id.key, ask.data.seq);
  if (!known || is_forgotten(known->hour, ask.now)) {
    return std::nullopt;
  }
  rejection no;
  const auto request_low = static_cast<std::uint32_t>(ask.id.request & 0xffff'ffff);
  no.why = known->request_low == request_low ? reason::already_remembered : reason::key_reused;
  no.remembered_seq = known->seq;
  return no;
}

struct decider {
  const question& ask;
  const event_state& state;

  auto operator()(const create_event& what) const -> decision { return decide_create(ask, what); }
  auto operator()(const hold_seats& what) const -> decision { return decide_hold(ask, state, what); }
  auto operator()(const end_due_holds&) const -> decision { return decide_due(ask); }

  template <class What>
  auto operator()(const What& what) const -> decision {
    if constexpr (is_booking<What>) {
      return decide_booking(ask, what);
    } else {
      return decide_life(ask, what);
    }
  }
};

} // namespace

auto decide(const event_state& state, const command& what, instant now) -> tl::expected<facts, rejection> {
  const auto& data = state_access::of(state);
  const question ask{data, what.by, what.id, now};
  const auto* const create = std::get_if<create_event>(&what.body);
  const bool absent = data.status == event_status::absent;
  if (absent && create == nullptr) {
    return rejected(reason::not_found);
  }
  if (!may_ask(absent ? create->organisation : data.organisation, what)) {
    return rejected(reason::not_found);
  }
  if (auto before = decided_before(ask)) {
    return tl::unexpected{*std::move(before)};
  }
  return std::visit(decider{ask, state}, what.body);
}

} // namespace holdfast::domain
