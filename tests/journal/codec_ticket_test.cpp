#include "journal/facts.pb.h"
#include "tests/journal/codec_reader.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::codec_ticket {
namespace {

using namespace holdfast;
using namespace holdfast::domain;
using testing::again;
using testing::read_message;

constexpr std::uint16_t transferred_type = 24;
constexpr std::uint16_t admitted_type = 25;
constexpr std::uint16_t undone_type = 26;
constexpr std::uint16_t turned_away_type = 31;

} // namespace

TEST_CASE("a ticket's facts keep every field") {
  const ticket_number which{hold_number{3}, 7};
  const owner buyer{{1, 2}, {}};
  const owner office{{}, organisation_id{9}};
  const auto moved = again(ticket_transferred{which, 5, office, buyer, key_id{4}});
  CHECK(moved.ticket == which);
  CHECK(moved.serial == 5);
  CHECK(moved.from == office);
  CHECK(moved.to == buyer);
  CHECK(moved.by == key_id{4});
  const std::string gate = "north";
  const auto admitted = again(ticket_admitted{which, 5, gate, 77, {1'234}, key_id{4}});
  CHECK(admitted.ticket == which);
  CHECK(admitted.serial == 5);
  CHECK(admitted.gate == gate);
  CHECK(admitted.nonce == 77);
  CHECK(admitted.at == instant{1'234});
  CHECK(admitted.by == key_id{4});
  const auto away = again(scan_turned_away{which, 78, key_id{4}});
  CHECK(away.ticket == which);
  CHECK(away.nonce == 78);
  CHECK(away.by == key_id{4});
  const auto undone = again(admission_undone{which, 77, key_id{4}});
  CHECK(undone.ticket == which);
  CHECK(undone.nonce == 77);
  CHECK(undone.by == key_id{4});
}

TEST_CASE("facts about tickets that no ticket can have are refused") {
  wire::TicketAdmitted admitted;
  const auto sound = [&] { return read_message(admitted_type, admitted).has_value(); };
  admitted.mutable_ticket()->set_order(1);
  admitted.set_serial(1);
  admitted.set_gate("north");
  admitted.set_nonce(1);
  CHECK(sound());
  for (const std::uint32_t serial : {0U, 65'536U}) {
    admitted.set_serial(serial);
    CHECK_FALSE(sound());
  }
  admitted.set_serial(65'535);
  admitted.set_gate(std::string(33, 'g'));
  CHECK_FALSE(sound());
  admitted.set_gate("");
  CHECK_FALSE(sound());
  admitted.set_gate("north");
  admitted.set_at(-1);
  CHECK_FALSE(sound());
  admitted.set_at(0);
  admitted.set_nonce(0);
  CHECK_FALSE(sound());
  admitted.set_nonce(1);
  admitted.mutable_ticket()->set_index(1'000);
  CHECK_FALSE(sound());
  admitted.mutable_ticket()->set_index(999);
  CHECK(sound());
  admitted.mutable_ticket()->set_order(0);
  CHECK_FALSE(sound());

  wire::TicketTransferred moved;
  moved.mutable_ticket()->set_order(1);
  CHECK_FALSE(read_message(transferred_type, moved).has_value());
  moved.set_serial(2);
  CHECK(read_message(transferred_type, moved).has_value());

  wire::ScanTurnedAway away;
  away.mutable_ticket()->set_order(1);
  CHECK_FALSE(read_message(turned_away_type, away).has_value());
  away.set_nonce(1);
  CHECK(read_message(turned_away_type, away).has_value());

  wire::AdmissionUndone undone;
  undone.mutable_ticket()->set_order(1);
  CHECK_FALSE(read_message(undone_type, undone).has_value());
  undone.set_nonce(1);
  CHECK(read_message(undone_type, undone).has_value());
}

} // namespace holdfast::codec_ticket
