#include "tests/model/naive_decide.hpp"

#include "tests/model/naive_allocations.hpp"
#include "tests/model/naive_holds.hpp"
#include "tests/model/naive_life.hpp"
#include "tests/model/naive_payments.hpp"
#include "tests/model/naive_resale.hpp"
#include "tests/model/naive_tickets.hpp"
#include "tests/model/naive_waitlist.hpp"

namespace holdfast::model {
namespace {

using namespace domain;

auto organises(const caller& by, organisation_id of) -> bool {
  return by.as == caller::kind::organiser && by.organisation == of;
}

auto is_buyer(const caller& by) -> bool {
  return by.as == caller::kind::buyer && by.subject != subject_id{};
}

/// Whether this kind of caller may ask this of the event at all: what they may not, they do not learn about.
struct permission {
  const naive_event& twin;
  const caller& by;

  auto operator()(const create_event& what) const -> bool {
    return organises(by, what.organisation) &&
           (twin.status == event_status::absent || organises(by, twin.organisation));
  }
  auto operator()(const hold_seats&) const -> bool { return trades(); }
  auto operator()(const extend_hold&) const -> bool { return trades(); }
  auto operator()(const release_hold&) const -> bool { return trades(); }
  auto operator()(const confirm_hold&) const -> bool { return trades(); }
  auto operator()(const claim_ticket&) const -> bool { return trades(); }
  auto operator()(const reissue_ticket&) const -> bool { return trades(); }
  auto operator()(const offer_ticket&) const -> bool { return exists() && is_buyer(by); }
  auto operator()(const withdraw_offer&) const -> bool { return exists() && is_buyer(by); }
  auto operator()(const hold_resale&) const -> bool { return exists() && is_buyer(by); }
  auto operator()(const join_waitlist&) const -> bool { return exists() && is_buyer(by); }
  auto operator()(const leave_waitlist&) const -> bool { return exists() && is_buyer(by); }
  auto operator()(const match_waitlist&) const -> bool { return is_own(); }
  auto operator()(const end_due_holds&) const -> bool { return is_own(); }
  auto operator()(const freeze_hold&) const -> bool { return is_own(); }
  auto operator()(const thaw_hold&) const -> bool { return is_own(); }
  auto operator()(const confirm_paid&) const -> bool { return is_own(); }
  auto operator()(const return_order&) const -> bool { return is_own(); }
  template <class Life>
  auto operator()(const Life&) const -> bool {
    return exists() && organises(by, twin.organisation);
  }

 private:
  [[nodiscard]] auto exists() const -> bool { return twin.status != event_status::absent; }
  [[nodiscard]] auto is_own() const -> bool { return exists() && by.as == caller::kind::system; }
  [[nodiscard]] auto trades() const -> bool { return exists() && (is_buyer(by) || sells(twin, by)); }
};

/// Whether the hold or order that a command names is there for this caller.
struct visibility {
  const naive_event& twin;
  const caller& by;

  auto operator()(const extend_hold& what) const -> bool { return knows(twin, what.hold) && owns(twin, by, what.hold); }
  auto operator()(const release_hold& what) const -> bool {
    return knows(twin, what.hold) && owns(twin, by, what.hold);
  }
  auto operator()(const confirm_hold& what) const -> bool {
    return knows(twin, what.hold) && (sells(twin, by) || owns(twin, by, what.hold));
  }
  template <class Other>
  auto operator()(const Other&) const -> bool {
    return true;
  }
};

struct expectations {
  const naive_event& twin;
  const caller& by;
  instant now;

  auto operator()(const hold_seats& what) const -> expectation { return expect_hold(twin, by, what, now); }
  auto operator()(const extend_hold& what) const -> expectation { return expect_extension(twin, what.hold, now); }
  auto operator()(const release_hold& what) const -> expectation { return expect_release(twin, by, what.hold, now); }
  auto operator()(const confirm_hold& what) const -> expectation { return expect_confirmation(twin, by, what, now); }
  auto operator()(const end_due_holds&) const -> expectation {
    expectation result;
    result.ends_due_holds = true;
    return result;
  }
  auto operator()(const freeze_hold& what) const -> expectation { return expect_payment(twin, what, now); }
  auto operator()(const thaw_hold& what) const -> expectation { return expect_payment(twin, what, now); }
  auto operator()(const confirm_paid& what) const -> expectation { return expect_payment(twin, what, now); }
  auto operator()(const return_order& what) const -> expectation { return expect_payment(twin, what, now); }
  auto operator()(const take_back_order& what) const -> expectation { return expect_payment(twin, by, what); }
  auto operator()(const allocate_seats& what) const -> expectation { return expect_allocation(twin, by, what); }
  auto operator()(const change_allocation& what) const -> expectation { return expect_allocation(twin, by, what); }
  auto operator()(const release_allocation& what) const -> expectation { return expect_allocation(twin, by, what); }
  auto operator()(const claim_ticket& what) const -> expectation { return expect_ticket(twin, by, what, now); }
  auto operator()(const reissue_ticket& what) const -> expectation { return expect_ticket(twin, by, what); }
  auto operator()(const admit_ticket& what) const -> expectation { return expect_ticket(twin, by, what, now); }
  auto operator()(const undo_admission& what) const -> expectation { return expect_ticket(twin, by, what); }
  auto operator()(const offer_ticket& what) const -> expectation { return expect_resale(twin, by, what, now); }
  auto operator()(const withdraw_offer& what) const -> expectation { return expect_resale(twin, by, what); }
  auto operator()(const hold_resale& what) const -> expectation { return expect_resale(twin, by, what, now); }
  auto operator()(const join_waitlist& what) const -> expectation { return expect_waitlist(twin, by, what, now); }
  auto operator()(const leave_waitlist& what) const -> expectation { return expect_waitlist(twin, by, what, now); }
  auto operator()(const match_waitlist& what) const -> expectation { return expect_waitlist(twin, what, now); }
  template <class Life>
  auto operator()(const Life& what) const -> expectation {
    return expect_life(twin, what);
  }
};

} // namespace

auto expect(const naive_event& twin, const command& what, instant now) -> expectation {
  if (!std::visit(permission{twin, what.by}, what.body)) {
    return refuse(reason::not_found);
  }
  if (const auto* earlier = what.id.key == 0 ? nullptr : twin.remembered(what.id.key, now)) {
    const bool same_request = earlier->request_low == static_cast<std::uint32_t>(what.id.request);
    auto result = refuse(same_request ? reason::already_remembered : reason::key_reused);
    result.refused->remembered_seq = same_request ? earlier->seq : 0;
    return result;
  }
  // After the key: a retry is answered even when the hold it was about has run out, and is forgotten.
  if (!std::visit(visibility{twin, what.by}, what.body)) {
    return refuse(reason::not_found);
  }
  return std::visit(expectations{twin, what.by, now}, what.body);
}

} // namespace holdfast::model
