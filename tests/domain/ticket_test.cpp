#include "domain/limits.hpp"
#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// Buyer 1 has an order of seats 0 and 1 and a standing place.
struct door {
  door() {
    order = on.hold(buyer(1), {0, 1});
    on.confirm(order);
  }

  [[nodiscard]] auto ticket(std::uint32_t index = 0) const -> ticket_number { return {order, index}; }
  auto scan(std::uint64_t nonce, std::uint16_t serial = 1, std::uint32_t index = 0) -> std::string {
    return told(on.act(organiser(), admit_ticket{ticket(index), serial, gate, nonce, {}}));
  }
  auto undo(std::uint64_t nonce) -> std::string { return told(on.act(organiser(), undo_admission{ticket(), nonce})); }
  auto claim(std::uint64_t who, std::uint16_t serial) -> std::string {
    return told(on.act(buyer(who), claim_ticket{ticket(), serial, on.now + hours(1)}));
  }

  stage on;
  hold_number order;
  std::string gate{"north"};
};

/// The order is the buyer's by card, so that it can be given back.
void give_back(door& at) {
  at.order = at.on.hold(buyer(1), {4, 5});
  REQUIRE(at.on.act({}, freeze_hold{at.order, payment_number{1}, buyer(1).subject}));
  REQUIRE(at.on.act({}, confirm_paid{at.order, payment_number{1}, 2'000, std::string{"pi_1"}}));
}

} // namespace

TEST_CASE("a ticket is its order's until somebody else takes it over; its code counts up") {
  door at;
  CHECK(at.on.state.find(at.ticket())->holder == owner{buyer(1).subject, {}});
  CHECK(at.on.state.find(at.ticket())->serial == 1);
  CHECK(at.claim(2, 1) == "ok, handed 1");
  const auto now = at.on.state.find(at.ticket());
  CHECK(now->holder == owner{buyer(2).subject, {}});
  CHECK(now->serial == 2);
  CHECK(at.on.state.find(at.ticket(1))->serial == 1);
  // An offer dies with its serial.
  CHECK(at.claim(3, 1) == "claim_void");
  CHECK(at.claim(3, 2) == "ok, handed 1");
}

TEST_CASE("an offer ends when it says, not before") {
  door at;
  const auto until = at.on.now + hours(1);
  at.on.now = until;
  CHECK(told(at.on.ask(buyer(2), claim_ticket{at.ticket(), 1, until})) == "claim_void");
  at.on.now = until - millis{1};
  CHECK(told(at.on.ask(buyer(2), claim_ticket{at.ticket(), 1, until})) == "ok, handed 1");
}

TEST_CASE("taking a ticket over costs no place of the buyer's limit, and gives none back to who had it") {
  door at;
  CHECK(at.on.state.places_of({buyer(1).subject, {}}) == 2);
  REQUIRE(at.claim(2, 1) == "ok, handed 1");
  CHECK(at.on.state.places_of({buyer(1).subject, {}}) == 2);
  CHECK(at.on.state.places_of({buyer(2).subject, {}}) == 0);
}

TEST_CASE("only who has a ticket has its code made anew, and what was offered before is void") {
  door at;
  CHECK(told(at.on.act(buyer(2), reissue_ticket{at.ticket()})) == "not_found");
  CHECK(told(at.on.act(buyer(1), reissue_ticket{at.ticket()})) == "ok, handed 1");
  CHECK(at.on.state.find(at.ticket())->holder == owner{buyer(1).subject, {}});
  CHECK(at.claim(2, 1) == "claim_void");
  CHECK(at.scan(7) == "ticket_revoked");
  CHECK(at.scan(7, 2) == "ok, admitted 1");
}

TEST_CASE("codes end at the last serial") {
  door at;
  auto image = at.on.state.image();
  ticket last;
  last.number = at.ticket();
  last.serial = 65'535;
  last.holder = {buyer(1).subject, {}};
  image.tickets = {last};
  auto state = event_state::from_image(std::move(image));
  REQUIRE(state);
  const auto decided = decide(*state, {buyer(1), {}, reissue_ticket{at.ticket()}}, at.on.now);
  CHECK(told(decided) == "claim_void");
}

TEST_CASE("a ticket lets one in: the same scan again is the same, another is too late") {
  door at;
  CHECK(at.scan(7) == "ok, admitted 1");
  CHECK(at.scan(7) == "ok");
  CHECK(at.scan(8) == "ok, turned away 1");
  CHECK(at.scan(8) == "ok");
  CHECK(at.scan(8, 1, 1) == "ok, admitted 1");
  CHECK(at.claim(2, 1) == "ticket_used");
  CHECK(told(at.on.act(buyer(1), reissue_ticket{at.ticket()})) == "ticket_used");
  CHECK(at.on.state.find(at.ticket())->used->gate == "north");
}

TEST_CASE("an admission is undone by its own scan, once; then the ticket is as good as before, but not for that scan") {
  door at;
  CHECK(at.undo(7) == "not_admitted");
  REQUIRE(at.scan(7) == "ok, admitted 1");
  CHECK(at.undo(8) == "not_admitted");
  CHECK(at.undo(7) == "ok, undone 1");
  CHECK(at.undo(7) == "ok");
  CHECK(at.scan(7) == "ok");
  CHECK_FALSE(at.on.state.find(at.ticket())->is_admitted());
  CHECK(at.scan(9) == "ok, admitted 1");
  CHECK(at.undo(7) == "not_admitted");
  CHECK(at.undo(9) == "ok, undone 1");
  CHECK(at.claim(2, 1) == "ok, handed 1");
}

TEST_CASE(
    "a scan that was turned away, or undone, admits nobody by being repeated, whatever became of the ticket since") {
  door at;
  const auto restored = [&] {
    const auto again = event_state::from_image(at.on.state.image());
    REQUIRE(again.has_value());
    CHECK(again->hash() == at.on.state.hash());
    CHECK(again->image() == at.on.state.image());
  };
  REQUIRE(at.scan(7) == "ok, admitted 1");
  REQUIRE(at.scan(8) == "ok, turned away 1");
  restored();
  REQUIRE(at.undo(7) == "ok, undone 1");
  CHECK(at.scan(8) == "ok");
  CHECK_FALSE(at.on.state.find(at.ticket())->is_admitted());
  REQUIRE(at.scan(9) == "ok, admitted 1");
  CHECK(at.scan(7) == "ok");
  REQUIRE(at.undo(9) == "ok, undone 1");
  for (const std::uint64_t nonce : {7U, 8U, 9U}) {
    CHECK(at.scan(nonce) == "ok");
  }
  CHECK_FALSE(at.on.state.find(at.ticket())->is_admitted());
  CHECK(at.scan(10) == "ok, admitted 1");
  restored();
}

TEST_CASE("of a ticket's scans that admit nobody the newest are known") {
  door at;
  REQUIRE(at.scan(1) == "ok, admitted 1");
  for (std::uint64_t nonce = 2; nonce < 2 + limits::closed_scans_max + 1; ++nonce) {
    REQUIRE(at.scan(nonce) == "ok, turned away 1");
  }
  CHECK(at.on.state.find(at.ticket())->closed.size() == limits::closed_scans_max);
  CHECK(at.scan(3) == "ok");
  CHECK(at.scan(2) == "ok, turned away 1"); // it was the oldest
  CHECK(at.scan(3) == "ok, turned away 1");
}

TEST_CASE("an image whose closed scans no ticket can have is refused") {
  door at;
  REQUIRE(at.scan(7) == "ok, admitted 1");
  const auto with = [&](std::vector<std::uint64_t> closed, bool used) {
    auto image = at.on.state.image();
    image.tickets.front().closed = std::move(closed);
    if (!used) {
      image.tickets.front().serial = 2;
      image.tickets.front().used.reset();
    }
    return event_state::from_image(std::move(image)).has_value();
  };
  CHECK(with({8}, true));
  CHECK_FALSE(with({7}, true));
  CHECK_FALSE(with({0}, true));
  CHECK_FALSE(with({8}, false));
  CHECK_FALSE(with(std::vector<std::uint64_t>(limits::closed_scans_max + 1, 8), true));
}

TEST_CASE("a scan that is no scan, and a ticket that is none, are told apart from codes that are revoked") {
  door at;
  CHECK(at.scan(0) == "invalid /nonce");
  at.gate.clear();
  CHECK(at.scan(7) == "invalid /gate");
  at.gate = std::string(limits::gate_bytes_max + 1, 'g');
  CHECK(at.scan(7) == "invalid /gate");
  at.gate = std::string(limits::gate_bytes_max, 'g');
  CHECK(at.scan(7) == "ok, admitted 1");
  // Beyond the order's last ticket, of a hold that is none yet, and of one that never was.
  CHECK(at.scan(8, 1, 2) == "ticket_revoked");
  const auto held = at.on.hold(buyer(1), {8});
  CHECK(told(at.on.ask(organiser(), admit_ticket{{held, 0}, 1, at.gate, 9, {}})) == "ticket_revoked");
  CHECK(told(at.on.ask(organiser(), admit_ticket{{hold_number{99}, 0}, 1, at.gate, 9, {}})) == "not_found");
  CHECK(told(at.on.ask(organiser(), undo_admission{{hold_number{99}, 0}, 9})) == "not_found");
  CHECK(told(at.on.ask(organiser(), undo_admission{at.ticket(), 0})) == "invalid /nonce");
  CHECK(told(at.on.ask(buyer(2), claim_ticket{{hold_number{99}, 0}, 1, at.on.now + hours(1)})) == "not_found");
}

TEST_CASE("doors are the organisation's own, and buyers do not scan") {
  door at;
  const admit_ticket scan{at.ticket(), 1, at.gate, 7, {}};
  for (const auto& who : {buyer(1), box_office(), organiser(theirs), caller{}}) {
    CHECK(told(at.on.ask(who, scan)) == "not_found");
    CHECK(told(at.on.ask(who, undo_admission{at.ticket(), 7})) == "not_found");
  }
  for (const auto& who : {organiser(), box_office(theirs), caller{}}) {
    CHECK(told(at.on.ask(who, claim_ticket{at.ticket(), 1, at.on.now + hours(1)})) == "not_found");
    CHECK(told(at.on.ask(who, reissue_ticket{at.ticket()})) == "not_found");
  }
}

TEST_CASE("a device's clock counts, but not into the future") {
  door at;
  const auto admitted = [&](std::uint32_t index, std::optional<instant> when) {
    REQUIRE(at.on.act(organiser(), admit_ticket{at.ticket(index), 1, at.gate, 7, when}));
    return at.on.state.find(at.ticket(index))->used->at;
  };
  CHECK(admitted(0, at.on.now - minutes(30)) == at.on.now - minutes(30));
  CHECK(admitted(1, at.on.now + minutes(30)) == at.on.now);
}

TEST_CASE("the tickets of an order that is given back are gone, with all that happened to them") {
  door at;
  const auto before = at.on.state.hash();
  give_back(at);
  REQUIRE(at.claim(2, 1) == "ok, handed 2");
  REQUIRE(at.scan(7, 1, 1) == "ok, admitted 2");
  REQUIRE(at.on.act({}, return_order{at.order, payment_number{1}}));
  CHECK_FALSE(at.on.state.find(at.ticket()));
  CHECK(at.on.state.image().tickets.empty());
  CHECK(at.scan(8, 2) == "ticket_revoked");
  CHECK(at.claim(3, 2) == "claim_void");
  CHECK(told(at.on.act(buyer(2), reissue_ticket{at.ticket()})) == "not_found");
  CHECK(at.on.state.hash() != before);
  auto again = event_state::from_image(at.on.state.image());
  REQUIRE(again);
  CHECK(again->hash() == at.on.state.hash());
}

TEST_CASE("an image whose tickets contradict it is refused") {
  door at;
  REQUIRE(at.claim(2, 1) == "ok, handed 1");
  REQUIRE(at.scan(7, 2) == "ok, admitted 1");
  const auto sound = at.on.state.image();
  REQUIRE(event_state::from_image(sound));
  const auto refused = [&](auto change) {
    auto image = sound;
    change(image.tickets);
    return !event_state::from_image(std::move(image)).has_value();
  };
  using all = std::vector<ticket>;
  CHECK(refused([](all& its) { its.front().number.order = hold_number{9}; }));
  CHECK(refused([](all& its) { its.front().number.index = 2; }));
  CHECK(refused([](all& its) { its.front().serial = 0; }));
  CHECK(refused([](all& its) { its.front().serial = 1; }));
  CHECK(refused([](all& its) { its.front().holder = {}; }));
  CHECK(refused([](all& its) { its.front().holder.organisation = ours; }));
  CHECK(refused([](all& its) { its.front().used->nonce = 0; }));
  CHECK(refused([](all& its) { its.front().used->gate.clear(); }));
  CHECK(refused([](all& its) { its.front().used->at = noon + hours(1); }));
  CHECK(refused([](all& its) { its.push_back(its.front()); }));
}
