#include "domain/decide.hpp"

#include "domain/decide_parts.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace holdfast::domain {
namespace {

template <class What>
constexpr bool is_about_payments = std::is_same_v<What, freeze_hold> || std::is_same_v<What, thaw_hold> ||
                                   std::is_same_v<What, confirm_paid> || std::is_same_v<What, return_order>;

/// Theirs whose orders they are, though it is decided with the payments.
template <class What>
constexpr bool is_about_orders = std::is_same_v<What, take_back_order>;

/// Whose business a command is.
enum class business : std::uint8_t { organisers, sellers, buyers, own };

template <class What>
constexpr auto business_of() noexcept -> business {
  if constexpr (std::is_same_v<What, hold_seats> || std::is_same_v<What, extend_hold> ||
                std::is_same_v<What, release_hold> || std::is_same_v<What, confirm_hold> ||
                std::is_same_v<What, claim_ticket> || std::is_same_v<What, reissue_ticket>) {
    return business::sellers;
  } else if constexpr (std::is_same_v<What, offer_ticket> || std::is_same_v<What, withdraw_offer> ||
                       std::is_same_v<What, hold_resale> || std::is_same_v<What, join_waitlist> ||
                       std::is_same_v<What, leave_waitlist>) {
    return business::buyers;
  } else {
    return std::is_same_v<What, end_due_holds> || std::is_same_v<What, match_waitlist> || is_about_payments<What>
               ? business::own
               : business::organisers;
  }
}

template <class What>
constexpr bool is_about_allocations = std::is_same_v<What, allocate_seats> || std::is_same_v<What, change_allocation> ||
                                      std::is_same_v<What, release_allocation>;

template <class What>
constexpr bool is_about_tickets = std::is_same_v<What, claim_ticket> || std::is_same_v<What, reissue_ticket> ||
                                  std::is_same_v<What, admit_ticket> || std::is_same_v<What, undo_admission>;

template <class What>
constexpr bool is_about_waitlist =
    std::is_same_v<What, join_waitlist> || std::is_same_v<What, leave_waitlist> || std::is_same_v<What, match_waitlist>;

/// Whether a caller may ask this of an event of that organisation at all. What they may not, they do not learn about.
auto may_ask(organisation_id organisation, const command& what) -> bool {
  const auto whose =
      std::visit([](const auto& body) { return business_of<std::decay_t<decltype(body)>>(); }, what.body);
  const bool is_ours = what.by.organisation == organisation;
  switch (what.by.as) {
  case caller::kind::system: return whose == business::own;
  case caller::kind::buyer:
    return (whose == business::sellers || whose == business::buyers) && what.by.subject != subject_id{};
  case caller::kind::box_office: return whose == business::sellers && is_ours;
  case caller::kind::organiser: return whose == business::organisers && is_ours;
  }
  return false;
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
  const bool same = known->request_low == static_cast<std::uint32_t>(ask.id.request & 0xffff'ffff);
  rejection no;
  no.why = same ? reason::already_remembered : reason::key_reused;
  no.remembered_seq = known->seq;
  return no;
}

struct decider {
  const question& ask;

  auto operator()(const create_event& what) const -> decision { return decide_create(ask, what); }
  auto operator()(const hold_seats& what) const -> decision { return decide_hold(ask, what); }
  auto operator()(const end_due_holds&) const -> decision { return decide_due(ask); }

  template <class What>
  auto operator()(const What& what) const -> decision {
    if constexpr (is_about_tickets<What>) {
      return decide_ticket(ask, what);
    } else if constexpr (is_about_waitlist<What>) {
      return decide_waitlist(ask, what);
    } else if constexpr (business_of<What>() == business::buyers) {
      return decide_resale(ask, what);
    } else if constexpr (business_of<What>() == business::sellers) {
      return decide_booking(ask, what);
    } else if constexpr (is_about_payments<What> || is_about_orders<What>) {
      return decide_payment(ask, what);
    } else if constexpr (is_about_allocations<What>) {
      return decide_allocation(ask, what);
    } else {
      return decide_life(ask, what);
    }
  }
};

} // namespace

auto decide(const event_state& state, const command& what, instant now) -> tl::expected<facts, rejection> {
  const auto& data = state_access::of(state);
  const question ask{data, what.by, what.id, now, what.rehearsal};
  const auto* const create = std::get_if<create_event>(&what.body);
  const bool exists = data.status != event_status::absent;
  if (create == nullptr ? !exists : !may_ask(create->organisation, what)) {
    return rejected(reason::not_found);
  }
  if (exists && !may_ask(data.organisation, what)) {
    return rejected(reason::not_found);
  }
  if (auto before = decided_before(ask)) {
    return tl::unexpected{*std::move(before)};
  }
  auto decided = std::visit(decider{ask}, what.body);
  if (decided && what.rehearsal) {
    return facts{};
  }
  return decided;
}

} // namespace holdfast::domain
