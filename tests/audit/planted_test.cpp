#include "journal/audit/auditor.hpp"
#include "journal/checksum.hpp"
#include "tests/audit/planted.hpp"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
namespace day = holdfast::testing::day;
namespace seq = holdfast::testing::day::seq;
using testing::body;
using testing::check;
using testing::hold;
using testing::kind;
using testing::paper_journal;

/// Makes changed bytes look as if they had been stored so.
void reseal(std::string& bytes) {
  const auto body = bytes.size() - 4;
  const auto crc = journal::crc32c(std::string_view{bytes}.substr(0, body));
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[body + i] = static_cast<char>(crc >> (8 * i));
  }
}

auto vat(tax_mode mode, std::uint32_t basis_points) -> event_tax {
  return {"VAT", {mode, basis_points}};
}

} // namespace

TEST_CASE("a sound journal has no violation, and its money is what was sold") {
  auto paper = day::facts();
  paper.seal();
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
  CHECK(report.streams == 3);
  CHECK(report.records == 23);
  REQUIRE(report.events.size() == 1);
  const auto& event = report.events.front();
  CHECK(event.name == "Tosca");
  CHECK(event.status == audit::event_check::life::published);
  CHECK(event.places == 62);
  CHECK(event.sold == 5);
  CHECK(event.held == 1);
  CHECK(event.orders == 2);
  CHECK(event.complimentary == 1);
  CHECK(event.holds == 1);
  CHECK(event.taken == 17'800);
  CHECK(event.seq == seq::late_hold);
  CHECK(report.by_currency.at("EUR").taken == 17'800);
  CHECK(report.by_currency.at("EUR").places == 5);
}

TEST_CASE("every planted fault of bytes and streams is found and named where it is") {
  check(
      {
          {"a record cut short", kind::record_unreadable, day::events, 5,
           [](paper_journal& paper) { paper.records[day::events][5].resize(100); }},
          {"a format nobody knows", kind::record_unreadable, day::events, 5,
           [](paper_journal& paper) { paper.records[day::events][5][0] = 2; }},
          {"a reserved byte that is set", kind::record_unreadable, day::events, 5,
           [](paper_journal& paper) {
             paper.records[day::events][5][90] = 1;
             reseal(paper.records[day::events][5]);
           }},
          {"a flipped bit", kind::checksum_mismatch, day::events, 9,
           [](paper_journal& paper) { paper.records[day::events][9][130] ^= 4; }},
          {"a changed payload with a checksum that fits", kind::chain_broken, day::events, 8,
           [](paper_journal& paper) {
             paper.records[day::events][7][131] ^= 1;
             reseal(paper.records[day::events][7]);
           }},
          {"two records swapped", kind::misplaced_record, day::events, 4,
           [](paper_journal& paper) { std::swap(paper.records[day::events][4], paper.records[day::events][5]); }},
          {"a record deleted", kind::seq_gap, day::events, 10,
           [](paper_journal& paper) { paper.records[day::events].erase(9); }},
          {"the first record deleted", kind::seq_gap, day::events, 2,
           [](paper_journal& paper) { paper.records[day::events].erase(1); }},
          {"the last record deleted", kind::head_mismatch, day::events, seq::late_hold - 1,
           [](paper_journal& paper) { paper.records[day::events].erase(seq::late_hold); }},
          {"all records of a stream deleted", kind::head_mismatch, day::office, 0,
           [](paper_journal& paper) { paper.records.erase(day::office); }},
          {"a head that names another hash", kind::head_mismatch, day::events, seq::late_hold,
           [](paper_journal& paper) { paper.stored_heads[day::events].hash[0] ^= 1; }},
          {"a head that is missing", kind::head_mismatch, day::office, 5,
           [](paper_journal& paper) { paper.stored_heads.erase(day::office); }},
          {"a head that wakes the event too late", kind::deadline_missed, day::events, seq::late_hold,
           [](paper_journal& paper) { paper.stored_heads[day::events].next_deadline_ms = INT64_MAX; }},
          {"a head that never wakes the event", kind::deadline_missed, day::events, seq::late_hold,
           [](paper_journal& paper) { paper.stored_heads[day::events].next_deadline_ms.reset(); }},
          {"a commit that is missing",
           kind::commit_order_broken,
           {},
           0,
           [](paper_journal& paper) { paper.stored_commits.erase(paper.stored_commits.begin() + 3); }},
          {"commits that end before the records do", kind::commit_order_broken, day::events, seq::late_hold,
           [](paper_journal& paper) { paper.stored_commits.pop_back(); }},
          {"a commit whose hash is another",
           kind::commit_order_broken,
           {},
           0,
           [](paper_journal& paper) { paper.stored_commits.back().hash[31] ^= 1; }},
          {"a commit that names a record twice", kind::commit_order_broken, day::names, 1,
           [](paper_journal& paper) { paper.stored_commits[1].runs = paper.stored_commits[0].runs; }},
          {"a journal older than its mark",
           kind::behind_mark,
           {},
           0,
           [](paper_journal& paper) { paper.mark_trouble = "commit 99 was acknowledged"; }},
          {"a storage that gives up", kind::unreadable_storage, day::names, 3,
           [](paper_journal& paper) { paper.scan_trouble = "bad block"; }},
          {"a snapshot of another state", kind::snapshot_differs, day::events, seq::gift_order,
           [](paper_journal& paper) {
             paper.claims[day::events] = {
                 {seq::gift_order, journal::sha256(paper.records[day::events][seq::gift_order]), 42}};
           }},
      },
      false);
}

TEST_CASE("every planted fault of order, time, commands and types is found and named where it is") {
  check(
      {
          {"time that goes back", kind::time_backwards, day::events, seq::berts_release,
           [](paper_journal& paper) { paper.at(day::events, seq::berts_release).time = day::opening; }},
          {"an epoch that goes back", kind::epoch_backwards, day::events, seq::published,
           [](paper_journal& paper) { paper.at(day::events, seq::published).epoch = 0; }},
          {"a command's second fact missing", kind::command_torn, day::events, seq::gift_hold,
           [](paper_journal& paper) { paper.erase(day::events, seq::gift_hold); }},
          {"a command's last fact missing at the end", kind::command_torn, day::events, seq::late_hold,
           [](paper_journal& paper) { paper.at(day::events, seq::late_hold).continues = true; }},
          {"a command's facts at two times", kind::command_torn, day::events, seq::gift_hold,
           [](paper_journal& paper) {
             for (auto at = seq::gift_hold; at <= seq::late_hold; ++at) {
               paper.at(day::events, at).time.unix_ms += 1;
             }
           }},
          {"a command that took effect twice", kind::command_repeated, day::events, seq::late_hold,
           [](paper_journal& paper) {
             paper.at(day::events, seq::late_hold).command = {14, 1};
           }},
          {"a fact nobody knows", kind::unknown_fact, day::events, seq::paused,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).type = std::uint16_t{12}; }},
          {"a version nobody knows", kind::unknown_fact, day::events, seq::paused,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).version = std::uint16_t{2}; }},
          {"a payload that does not parse", kind::payload_malformed, day::events, seq::annas_hold,
           [](paper_journal& paper) { paper.at(day::events, seq::annas_hold).payload = "\x08"; }},
          {"a payload with a field nobody knows", kind::payload_malformed, day::events, seq::annas_extension,
           [](paper_journal& paper) { paper.at(day::events, seq::annas_extension).payload = "\x78\x01"; }},
          {"a fact of an organisation in an event's stream", kind::fact_in_wrong_stream, day::events, seq::paused,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).body = key_revoked{day::seller}; }},
          {"a record of another event", kind::misplaced_record, day::events, seq::paused,
           [](paper_journal& paper) {
             paper.at(day::events, seq::paused).stream = journal::stream_id{journal::stream_kind::event, 5};
           }},
      },
      true);
}

TEST_CASE("every planted fault of an event's life and configuration is found and named where it is") {
  check(
      {
          {"a stream that begins without its event", kind::illegal_creation, day::events, 1,
           [](paper_journal& paper) { paper.erase(day::events, seq::created); }},
          {"an event created in another's stream", kind::illegal_creation, day::events, 1,
           [](paper_journal& paper) { body<event_created>(paper, seq::created).event = event_id{5}; }},
          {"an event without prices", kind::invalid_configuration, day::events, seq::created,
           [](paper_journal& paper) { body<event_created>(paper, seq::created).config.tiers.clear(); }},
          {"a layout whose tier has no price", kind::invalid_configuration, day::events, seq::created,
           [](paper_journal& paper) { body<event_created>(paper, seq::created).config.tiers[1].id = "circle"; }},
          {"a hold time beyond an hour", kind::invalid_configuration, day::events, seq::amended,
           [](paper_journal& paper) { body<event_amended>(paper, seq::amended).config.hold_time = hours(2); }},
          {"a currency that changed after publication", kind::frozen_field_changed, day::events, seq::amended,
           [](paper_journal& paper) {
             body<event_amended>(paper, seq::amended).config.currency = {{'U', 'S', 'D'}};
           }},
          {"a venue that changed after publication", kind::frozen_field_changed, day::events, seq::amended,
           [](paper_journal& paper) { body<event_amended>(paper, seq::amended).config.venue.city = "Graz"; }},
          {"a tier that vanished after publication", kind::frozen_field_changed, day::events, seq::amended,
           [](paper_journal& paper) { body<event_amended>(paper, seq::amended).config.tiers[2].id = "lawn"; }},
          {"a layout replaced after publication", kind::frozen_field_changed, day::events, seq::paused,
           [](paper_journal& paper) {
             paper.at(day::events, seq::paused).body = layout_replaced{testing::sample_layout()};
           }},
          {"an event published twice", kind::illegal_life_change, day::events, seq::paused,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).body = event_published{}; }},
          {"an event resumed that was not paused", kind::illegal_life_change, day::events, seq::paused,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).body = event_resumed{}; }},
          {"an event amended after its end", kind::illegal_life_change, day::events, seq::amended,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).body = event_closed{}; }},
      },
      true);
}

TEST_CASE("every planted fault of holds is found and named where it is") {
  check(
      {
          {"a seat sold twice", kind::seat_owned_twice, day::events, seq::gift_hold,
           [](paper_journal& paper) { hold(paper, seq::gift_hold).seats[0] = 1; }},
          {"a seat held twice in one hold", kind::seat_owned_twice, day::events, seq::berts_hold,
           [](paper_journal& paper) { hold(paper, seq::berts_hold).seats[1] = 2; }},
          {"a seat that does not exist", kind::unknown_seat, day::events, seq::berts_hold,
           [](paper_journal& paper) { hold(paper, seq::berts_hold).seats[0] = 12; }},
          {"an area that does not exist", kind::unknown_area, day::events, seq::floor_hold,
           [](paper_journal& paper) { hold(paper, seq::floor_hold).areas[0].area = 1; }},
          {"an area named twice", kind::unknown_area, day::events, seq::floor_hold,
           [](paper_journal& paper) {
             auto& areas = hold(paper, seq::floor_hold).areas;
             areas = {{0, 2, 0}, {0, 3, 0}};
           }},
          {"an area beyond its capacity", kind::area_over_capacity, day::events, seq::floor_hold,
           [](paper_journal& paper) { hold(paper, seq::floor_hold).areas[0].quantity = 51; }},
          {"a hold of nothing", kind::empty_hold, day::events, seq::floor_hold,
           [](paper_journal& paper) { hold(paper, seq::floor_hold).areas.clear(); }},
          {"a hold number left out", kind::illegal_hold_number, day::events, seq::late_hold,
           [](paper_journal& paper) { hold(paper, seq::late_hold).hold = hold_number{6}; }},
          {"a hold before the sale opens", kind::sale_not_open, day::events, seq::annas_hold,
           [](paper_journal& paper) { paper.at(day::events, seq::annas_hold).time.unix_ms -= 1; }},
          {"a hold while paused", kind::sale_not_open, day::events, seq::late_hold - 1,
           [](paper_journal& paper) { paper.erase(day::events, seq::resumed); }},
          {"a hold by a foreign box office", kind::invalid_owner, day::events, seq::gift_hold,
           [](paper_journal& paper) { hold(paper, seq::gift_hold).by.organisation = organisation_id{8}; }},
          {"a hold by nobody", kind::invalid_owner, day::events, seq::annas_hold,
           [](paper_journal& paper) { hold(paper, seq::annas_hold).by = {}; }},
          {"a buyer's hold that names a key", kind::invalid_owner, day::events, seq::annas_hold,
           [](paper_journal& paper) { hold(paper, seq::annas_hold).sold_by = day::seller; }},
          {"a buyer's hold released by a key", kind::invalid_owner, day::events, seq::berts_release,
           [](paper_journal& paper) { body<hold_released>(paper, seq::berts_release).by = day::seller; }},
          {"a hold by a key nobody made", kind::key_without_right, day::events, seq::gift_hold,
           [](paper_journal& paper) { hold(paper, seq::gift_hold).sold_by = key_id{5}; }},
          {"an order confirmed without the scope", kind::key_without_right, day::events, seq::annas_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::annas_order).confirmed_by = day::scanner; }},
          {"an order confirmed by nobody", kind::key_without_right, day::events, seq::annas_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::annas_order).confirmed_by = {}; }},
          {"an order confirmed with a revoked key", kind::key_without_right, day::events, seq::annas_order,
           [](paper_journal& paper) { paper.add(day::office, key_revoked{day::seller}, day::opening); }},
          {"more places than an order may have", kind::order_limit_exceeded, day::events, seq::floor_hold,
           [](paper_journal& paper) { hold(paper, seq::floor_hold).areas[0].quantity = 9; }},
          {"more places than a buyer may have", kind::buyer_limit_exceeded, day::events, seq::late_hold,
           [](paper_journal& paper) {
             body<event_amended>(paper, seq::amended).config.max_per_buyer = 2;
             hold(paper, seq::late_hold).by.subject = day::anna;
           }},
          {"a wrong price", kind::wrong_price, day::events, seq::annas_hold,
           [](paper_journal& paper) { hold(paper, seq::annas_hold).prices[1] = 8'899; }},
          {"the price of yesterday", kind::wrong_price, day::events, seq::late_hold,
           [](paper_journal& paper) { hold(paper, seq::late_hold).prices[0] = 8'900; }},
          {"a wrong price of a standing place", kind::wrong_price, day::events, seq::floor_hold,
           [](paper_journal& paper) { hold(paper, seq::floor_hold).areas[0].price = 1; }},
          {"a fee that the tier has not", kind::wrong_fee, day::events, seq::annas_hold,
           [](paper_journal& paper) {
             hold(paper, seq::annas_hold).fees = {0, 5};
             body<order_confirmed>(paper, seq::annas_order).total += 5;
           }},
          {"a fee left out", kind::wrong_fee, day::events, seq::late_hold,
           [](paper_journal& paper) { body<event_amended>(paper, seq::amended).config.tiers[0].fee = 5; }},
          {"a wrong fee of a standing place", kind::wrong_fee, day::events, seq::floor_hold,
           [](paper_journal& paper) { hold(paper, seq::floor_hold).areas[0].fee = 1; }},
          {"a tax that the event has not", kind::wrong_tax, day::events, seq::annas_hold,
           [](paper_journal& paper) { hold(paper, seq::annas_hold).tax = vat(tax_mode::inclusive, 1'000); }},
          {"a tax left out", kind::wrong_tax, day::events, seq::late_hold,
           [](paper_journal& paper) {
             body<event_amended>(paper, seq::amended).config.tax = vat(tax_mode::exclusive, 1'000);
           }},
          {"a tax in the price that comes on top of it", kind::wrong_tax, day::events, seq::late_hold,
           [](paper_journal& paper) {
             body<event_amended>(paper, seq::amended).config.tax = vat(tax_mode::exclusive, 1'000);
             hold(paper, seq::late_hold).tax = vat(tax_mode::inclusive, 1'000);
           }},
          {"a deadline beyond the hold time", kind::wrong_deadline, day::events, seq::annas_hold,
           [](paper_journal& paper) { hold(paper, seq::annas_hold).expires_at.unix_ms += 1; }},
          {"a cap beyond the event's", kind::wrong_deadline, day::events, seq::late_hold,
           [](paper_journal& paper) { hold(paper, seq::late_hold).cap_at.unix_ms += 60'000; }},
      },
      true);
}

TEST_CASE("every planted fault of what becomes of holds is found and named where it is") {
  check(
      {
          {"an extension beyond what was allowed", kind::illegal_extension, day::events, seq::annas_extension,
           [](paper_journal& paper) { body<hold_extended>(paper, seq::annas_extension).expires_at.unix_ms += 1; }},
          {"a second extension", kind::illegal_extension, day::events, seq::annas_order,
           [](paper_journal& paper) {
             paper.at(day::events, seq::annas_order).body =
                 hold_extended{hold_number{1}, paper.at(day::events, seq::annas_order).time + minutes(11)};
           }},
          {"a release of what was sold", kind::hold_not_live, day::events, seq::berts_release,
           [](paper_journal& paper) { body<hold_released>(paper, seq::berts_release).hold = hold_number{1}; }},
          {"a hold confirmed twice", kind::hold_not_live, day::events, seq::gift_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::gift_order).hold = hold_number{1}; }},
          {"a hold confirmed after its release", kind::hold_not_live, day::events, seq::gift_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::gift_order).hold = hold_number{2}; }},
          {"an expiry of a hold nobody made", kind::hold_not_live, day::events, seq::floor_expiry,
           [](paper_journal& paper) { body<hold_expired>(paper, seq::floor_expiry).hold = hold_number{77}; }},
          {"an expiry before the deadline", kind::expired_early, day::events, seq::berts_release,
           [](paper_journal& paper) { paper.at(day::events, seq::berts_release).body = hold_expired{hold_number{2}}; }},
          {"a release after the deadline", kind::acted_after_deadline, day::events, seq::floor_expiry,
           [](paper_journal& paper) {
             paper.at(day::events, seq::floor_expiry).body = hold_released{hold_number{3}, day::seller};
           }},
          {"a confirmation after the deadline", kind::confirmed_late, day::events, seq::floor_expiry,
           [](paper_journal& paper) {
             paper.at(day::events, seq::floor_expiry).body =
                 order_confirmed{hold_number{3}, {payment_record::method::cash, "", ""}, day::seller, 0};
           }},
          {"a total without its fees", kind::wrong_total, day::events, seq::annas_order,
           [](paper_journal& paper) {
             body<event_created>(paper, seq::created).config.tiers[0].fee = 25;
             hold(paper, seq::annas_hold).fees = {25, 25};
           }},
          {"a total without its tax", kind::wrong_total, day::events, seq::annas_order,
           [](paper_journal& paper) {
             body<event_created>(paper, seq::created).config.tax = vat(tax_mode::exclusive, 1'000);
             hold(paper, seq::annas_hold).tax = vat(tax_mode::exclusive, 1'000);
           }},
          {"a tax that is rounded down", kind::wrong_total, day::events, seq::annas_order,
           [](paper_journal& paper) {
             // 8,900 at 1.25 % is 111.25, at 1.50 % 133.5: two such seats make 268.
             body<event_created>(paper, seq::created).config.tax = vat(tax_mode::exclusive, 150);
             hold(paper, seq::annas_hold).tax = vat(tax_mode::exclusive, 150);
             body<order_confirmed>(paper, seq::annas_order).total += 267;
           }},
          {"a total that is not the sum", kind::wrong_total, day::events, seq::annas_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::annas_order).total = 17'799; }},
          {"a complimentary order that cost something", kind::wrong_total, day::events, seq::gift_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::gift_order).total = 13'500; }},
          {"a complimentary order without a reason", kind::invalid_payment, day::events, seq::gift_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::gift_order).payment.reason.clear(); }},
          {"a reference with other letters", kind::invalid_payment, day::events, seq::annas_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::annas_order).payment.reference = "a@b"; }},
          {"a sale after the cancellation", kind::cancelled_with_sales, day::events, seq::annas_order,
           [](paper_journal& paper) { paper.at(day::events, seq::annas_extension).body = event_cancelled{}; }},
      },
      true);
}

TEST_CASE("every planted fault of organisations is found and named where it is") {
  check(
      {
          {"an organisation in another's stream", kind::illegal_organisation_fact, day::office, 1,
           [](paper_journal& paper) {
             paper.fact<organisation_created>(day::office, 1).organisation = organisation_id{8};
           }},
          {"a venue created twice", kind::illegal_organisation_fact, day::office, 3,
           [](paper_journal& paper) { paper.at(day::office, 3).body = paper.at(day::office, 2).body; }},
          {"a key created twice", kind::illegal_organisation_fact, day::office, 5,
           [](paper_journal& paper) { paper.fact<key_created>(day::office, 5).key = day::seller; }},
          {"a key with a scope that does not exist", kind::illegal_organisation_fact, day::office, 4,
           [](paper_journal& paper) { paper.fact<key_created>(day::office, 4).scopes = 64 | key_scope::sell; }},
          {"a key revoked that nobody made", kind::illegal_organisation_fact, day::office, 6,
           [](paper_journal& paper) { paper.add(day::office, key_revoked{key_id{4}}, day::opening); }},
          {"a slug in another organisation's stream", kind::illegal_organisation_fact, day::office, 6,
           [](paper_journal& paper) {
             paper.add(day::office, slug_reserved{"aida", day::event}, day::opening);
           }},
          {"a slug taken twice", kind::slug_taken_twice, day::names, 3,
           [](paper_journal& paper) {
             paper.add(day::names, slug_reserved{"tosca-2027", event_id{9}}, day::opening);
           }},
      },
      true);
}

TEST_CASE("no single changed bit of a stored journal goes unnoticed") {
  auto paper = day::facts();
  paper.seal();
  for (auto& [stream, records] : paper.records) {
    for (auto& [at, bytes] : records) {
      // Every byte of every record, another bit each time.
      for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
        const auto flip = static_cast<char>(1U << (byte % 8));
        bytes[byte] = static_cast<char>(bytes[byte] ^ flip);
        const auto report = audit::run_audit(paper);
        REQUIRE_FALSE(report.sound());
        bytes[byte] = static_cast<char>(bytes[byte] ^ flip);
      }
    }
  }
  CHECK(audit::run_audit(paper).sound());
}
