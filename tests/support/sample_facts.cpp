#include "tests/support/sample_facts.hpp"

#include "domain/check.hpp"
#include "journal/codec.hpp"
#include "tests/support/queue_samples.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

namespace holdfast::testing {
namespace {

using namespace domain;

auto secret_hash() -> std::array<std::uint8_t, 32> {
  std::array<std::uint8_t, 32> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

auto sample_venue() -> venue {
  return {{venue_id{0x2122232425262728}, "Stadttheater Köln", "Köln", "DE", "Europe/Berlin", 50'937'500, -6'960'000},
          sample_layout()};
}

auto buyers_hold() -> hold_created {
  hold_created hold;
  hold.hold = hold_number{300};
  hold.by.subject = {0x3132333435363738, 0x4142434445464748};
  hold.seats = {0, 1, 11};
  hold.prices = {8'900, 8'900, 4'500};
  hold.expires_at = {1'800'000'600'000};
  hold.cap_at = {1'800'007'200'000};
  return hold;
}

/// As `buyers_hold`, with a fee for two of the seats.
auto hold_with_fees() -> hold_created {
  auto hold = buyers_hold();
  hold.fees = {250, 0, 1'000};
  return hold;
}

auto hold_of_places_with_fees() -> hold_created {
  auto hold = buyers_hold();
  hold.seats.clear();
  hold.prices.clear();
  hold.areas = {{0, 20, 2'500, 130}};
  return hold;
}

/// All that a configuration can say.
auto full_config() -> event_config {
  auto config = sample_config();
  config.tiers[0].fee = 250;
  config.tiers[2].fee = 90;
  config.performers = {{"Floria Tosca", "https://floria.example/"}, {"Mario Cavaradossi", ""}};
  config.images = {{"https://images.example/tosca.jpg", "Eine Frau mit Fächer", "poster"},
                   {"https://images.example/engelsburg.jpg", "Die Engelsburg", ""}};
  config.languages = {"it", "de-AT"};
  config.few = {few_left::unit::places, 25};
  return config;
}

auto sample_code() -> access_code_hash {
  access_code_hash hash{};
  std::iota(hash.begin(), hash.end(), std::uint8_t{0xc0});
  return hash;
}

/// Presales and price rules.
auto planned_config() -> event_config {
  auto config = sample_config();
  config.phases = {{"members", "Abonnenten", {1'795'000'000'000}, instant{1'796'000'000'000}, sample_code()},
                   {"card", "", {1'795'500'000'000}, std::nullopt, sample_code()}};
  config.price_rules.resize(2);
  auto& early = config.price_rules[0];
  early.id = "early";
  early.tier = "stalls";
  early.at = instant{1'800'000'000'000};
  early.price = 9'900;
  early.cap = 12'000;
  early.applied_at = instant{1'800'000'000'021};
  auto& full = config.price_rules[1];
  full.id = "half-full";
  full.tier = "balcony";
  full.sold_percent = 50;
  full.change_percent = -15;
  full.floor = 3'000;
  return config;
}

/// What guards a sale, and keeps what is given back.
auto guarded_config() -> event_config {
  auto config = sample_config();
  config.velocity = {{velocity_rule::whose::buyer, 6, 3'600}, {velocity_rule::whose::card, 4, 604'800}};
  config.returns_to_allocation = allocation_number{300};
  return config;
}

auto guard_samples() -> std::vector<sample> {
  std::vector<sample> all{{"event_amended", event_amended{guarded_config()}}};
  std::ranges::move(tax_samples(), std::back_inserter(all));
  return all;
}

auto hold_of_an_allocation() -> hold_created {
  auto hold = buyers_hold();
  hold.allocation = allocation_number{300};
  return hold;
}

auto hold_of_a_presale() -> hold_created {
  auto hold = buyers_hold();
  const std::string phase = "members";
  hold.phase = phase;
  return hold;
}

auto returned_order(const hold_created& hold, minor_units total) -> order_returned {
  return {hold.hold,   return_cause::uncaptured,
          key_id{},    hold.seats,
          hold.prices, hold.fees,
          hold.areas,  allocation_number{hold.seats.empty() ? std::uint16_t{0} : std::uint16_t{300}},
          total};
}

auto box_office_hold() -> hold_created {
  hold_created hold;
  hold.hold = hold_number{1};
  hold.by.organisation = organisation_id{7};
  hold.sold_by = key_id{0x5152535455565758};
  hold.areas = {{0, 20, 2'500}, {3, 1, 0}};
  hold.expires_at = {1'800'000'060'000};
  hold.cap_at = {1'800'000'120'000};
  return hold;
}

/// Of paying by card.
auto refunded_order() -> order_returned {
  auto back = returned_order(hold_with_fees(), 23'550);
  back.why = return_cause::refunded;
  back.by = key_id{9};
  return back;
}

auto ticket_samples() -> std::vector<sample> {
  const ticket_number which{hold_number{300}, 2};
  const owner buyer{{0x3132333435363738, 0x4142434445464748}, {}};
  const owner office{{}, organisation_id{7}};
  const std::string gate = "Nordtür";
  return {
      {"ticket_transferred", ticket_transferred{which, 2, office, buyer, key_id{}}},
      {"ticket_transferred",
       ticket_transferred{{hold_number{1}, 0}, 65'535, buyer, office, key_id{0x5152535455565758}}},
      {"ticket_admitted",
       ticket_admitted{which, 2, gate, 0xfedcba9876543210, {1'800'000'000'000}, key_id{0x5152535455565758}}},
      {"admission_undone", admission_undone{which, 0xfedcba9876543210, key_id{9}}},
  };
}

auto scan_samples() -> std::vector<sample> {
  return {{"scan_turned_away", scan_turned_away{{hold_number{300}, 17}, 0xfedcba9876543211, key_id{9}}}};
}

auto returned_tickets() -> order_returned {
  auto back = returned_order(hold_of_places_with_fees(), 25'300);
  back.why = return_cause::refunded;
  back.by = key_id{9};
  back.tickets = {1, 4};
  back.goes_on = true;
  back.method = payment_record::method::cash;
  return back;
}

auto refund_samples() -> std::vector<sample> {
  return {
      {"order_returned", returned_tickets()},
      {"payment_turned", payment_turned{payment_number{70'000}, turn::refunded, event_refusal::none, "",
                                        organisation_id{}, key_id{}, return_cause::cancelled}},
      {"refund_requested", refund_requested{payment_number{70'000},
                                            {0, 2, 300},
                                            return_cause::refunded,
                                            organisation_id{0x0102030405060708},
                                            key_id{9}}},
      {"refund_requested", refund_requested{payment_number{70'000}, {1}, return_cause::by_buyer, {}, {}}},
      {"refund_owed", refund_owed{payment_number{70'000}, 8'900}},
      {"refund_refused", refund_refused{payment_number{70'000}, event_refusal::refund_closed}},
      {"refund_paid", refund_paid{payment_number{70'000}}},
      {"payment_authorised", payment_authorised{payment_number{70'000}, 0x6162636465666768}},
      {"order_confirmed", order_confirmed{hold_number{300},
                                          {payment_record::method::card, "pi_3PqYz2K", ""},
                                          key_id{},
                                          23'550,
                                          payment_number{70'000},
                                          0x6162636465666768}},
  };
}

auto resale_samples() -> std::vector<sample> {
  const ticket_number which{hold_number{300}, 2};
  const owner buyer{{0x3132333435363738, 0x4142434445464748}, {}};
  auto config = sample_config();
  config.resale_max_percent = 90;
  return {
      {"ticket_offered", ticket_offered{which, 300, 12'345, buyer}},
      {"offer_withdrawn", offer_withdrawn{{hold_number{1}, 0}}},
      {"resale_held",
       resale_held{hold_number{301}, which, {false, 70'000}, buyer, 12'345, {1'800'000'600'000}, {1'800'007'200'000}}},
      {"resale_held",
       resale_held{hold_number{302}, which, {true, 3}, buyer, 0, {1'800'000'600'000}, {1'800'000'600'000}}},
      {"ticket_resold", ticket_resold{which,
                                      hold_number{301},
                                      {false, 70'000},
                                      12'000,
                                      1'345,
                                      12'345,
                                      allocation_number{7},
                                      payment_number{70'000},
                                      true}},
      {"ticket_resold",
       ticket_resold{
           {hold_number{1}, 0}, hold_number{302}, {true, 3}, 0, 0, 0, allocation_number{}, payment_number{1}, false}},
      {"resale_owed", resale_owed{payment_number{1}, payment_number{70'000}, which, 12'345, 1'000}},
      {"payment_intended",
       payment_intended{payment_number{70'001}, 12'345, {{'E', 'U', 'R'}}, {1'800'007'200'000}, payment_number{1}}},
      {"event_amended", event_amended{config}},
  };
}

auto payment_samples() -> std::vector<sample> {
  return {
      {"hold_frozen", hold_frozen{hold_number{300}, payment_number{70'000}, {1'800'007'200'000}}},
      {"hold_thawed", hold_thawed{hold_number{300}, payment_number{70'000}, {1'800'000'700'000}, turn::unavailable}},
      {"order_confirmed", order_confirmed{hold_number{300},
                                          {payment_record::method::card, "pi_3PqYz2K", ""},
                                          key_id{},
                                          23'550,
                                          payment_number{70'000}}},
      {"order_returned", returned_order(hold_with_fees(), 23'550)},
      {"order_returned", returned_order(hold_of_places_with_fees(), 52'600)},
      {"payment_requested",
       payment_requested{
           payment_number{70'000}, hold_number{300}, {0x3132333435363738, 0x4142434445464748}, "pm_1NX-4242_visa"}},
      {"payment_intended", payment_intended{payment_number{70'000}, 23'550, {{'E', 'U', 'R'}}, {1'800'007'200'000}}},
      {"payment_prepared", payment_prepared{payment_number{70'000}, "pi_3PqYz2K"}},
      {"payment_authorised", payment_authorised{payment_number{70'000}}},
      {"payment_booked", payment_booked{payment_number{70'000}}},
      {"payment_captured", payment_captured{payment_number{70'000}, 23'550}},
      {"payment_turned",
       payment_turned{payment_number{70'000}, turn::declined, event_refusal::none, "insufficient_funds"}},
      {"payment_turned", payment_turned{payment_number{3}, turn::lost, event_refusal::hold_expired, ""}},
      {"payment_voided", payment_voided{payment_number{70'000}}},
      {"payment_freed", payment_freed{payment_number{70'000}}},
      {"order_returned", refunded_order()},
      {"payment_turned", payment_turned{payment_number{70'000}, turn::refunded, event_refusal::none, "",
                                        organisation_id{0x0102030405060708}, key_id{9}}},
      {"payment_restored", payment_restored{payment_number{70'000}, event_refusal::not_found}},
      {"payment_hinted", payment_hinted{payment_number{70'000}, "evt_3PqYz2KQ"}},
  };
}

} // namespace

auto sample_layout() -> std::shared_ptr<const layout> {
  layout_spec spec;
  spec.sections = {{"Parkett",
                    "stalls",
                    {{"1", 1, 4, {0, 0}, 100, 0, {{2, seat_attribute::accessible}, {3, seat_attribute::companion}}},
                     {"2", 11, 3, {-50, 100}, 100, -150, {}}}},
                   {"Balkon", "balcony", {{"A", 1, 5, {0, 900}, 110, 4'500, {{5, seat_attribute::restricted_view}}}}}};
  spec.areas = {{"Stehplatz", "floor", 50}};
  spec.focal = plan_point{150, -400};
  auto built = layout::build(std::move(spec));
  HF_CHECK(built.has_value(), "the sample layout is sound");
  return *std::move(built);
}

auto sample_config() -> event_config {
  event_config config;
  config.name = "Tosca";
  config.slug = "tosca-2027";
  config.description = "Oper in drei Akten – Premiere";
  config.category = "opera";
  config.venue = sample_venue().summary;
  config.starts_at = {1'803'927'600'000};
  config.currency = {{'E', 'U', 'R'}};
  config.tiers = {{"stalls", "Parkett", 8'900}, {"balcony", "Balkon", 4'500}, {"floor", "Stehplatz", 0}};
  config.sale_opens_at = instant{1'796'115'600'000};
  config.sale_closes_at = instant{1'803'924'000'000};
  config.hold_time = minutes(10);
  config.hold_extension = minutes(5);
  config.hold_cap = minutes(30);
  config.max_per_order = 8;
  config.max_per_buyer = 12;
  return config;
}

/// In the order of their golden files.
constexpr std::array more_samples{payment_samples,  ticket_samples,     refund_samples, resale_samples,
                                  guard_samples,    queue_samples,      risk_samples,   scan_samples,
                                  waitlist_samples, later_queue_samples};

auto sample_facts() -> std::vector<sample> {
  const auto event = event_id{0x0102030405060708};
  auto amended = sample_config();
  amended.name = "Tosca (verlegt)";
  amended.slug.clear();
  amended.venue.latitude_e6.reset();
  amended.venue.longitude_e6.reset();
  amended.sale_opens_at.reset();
  amended.sale_closes_at.reset();
  std::vector<sample> all{
      {"event_created", event_created{event, organisation_id{7}, sample_config(), sample_layout()}},
      {"event_amended", event_amended{amended}},
      {"layout_replaced", layout_replaced{sample_layout()}},
      {"event_published", event_published{}},
      {"event_paused", event_paused{}},
      {"event_resumed", event_resumed{}},
      {"event_closed", event_closed{}},
      {"event_cancelled", event_cancelled{}},
      {"hold_created", buyers_hold()},
      {"hold_created", box_office_hold()},
      {"hold_extended", hold_extended{hold_number{300}, {1'800'000'900'000}}},
      {"hold_released", hold_released{hold_number{300}, key_id{}}},
      {"hold_released", hold_released{hold_number{1}, key_id{0x5152535455565758}}},
      {"hold_expired", hold_expired{hold_number{16'383}}},
      {"order_confirmed",
       order_confirmed{
           hold_number{300}, {payment_record::method::cash, "till 3", ""}, key_id{0x5152535455565758}, 22'300}},
      {"order_confirmed",
       order_confirmed{hold_number{1}, {payment_record::method::complimentary, "", "press"}, key_id{9}, 0}},
      {"organisation_created", organisation_created{organisation_id{7}, "Stadttheater"}},
      {"venue_created", venue_created{sample_venue()}},
      {"venue_amended", venue_amended{sample_venue()}},
      {"key_created",
       key_created{key_id{0x5152535455565758}, "Abendkasse", key_scope::sell | key_scope::scan, secret_hash()}},
      {"key_revoked", key_revoked{key_id{0x5152535455565758}}},
      {"slug_reserved", slug_reserved{"tosca-2027", event}},
      {"event_amended", event_amended{full_config()}},
      {"hold_created", hold_with_fees()},
      {"hold_created", hold_of_places_with_fees()},
      {"seats_allocated",
       seats_allocated{
           {allocation_number{300}, allocation_kind::presale, "Abonnement", "bis 1. Mai", sample_code(), {{0, 20, 0}}},
           {1, 2, 11},
           key_id{9}}},
      {"seats_allocated",
       seats_allocated{
           {allocation_number{1}, allocation_kind::kill, "Pult", "Sicht", std::nullopt, {}}, {0}, key_id{9}}},
      {"allocation_changed", allocation_changed{allocation_number{300}, {3, 4}, {11}, key_id{9}}},
      {"allocation_released", allocation_released{allocation_number{300}, key_id{9}}},
      {"hold_created", hold_of_an_allocation()},
      {"event_amended", event_amended{planned_config()}},
      {"allocation_changed",
       allocation_changed{allocation_number{2}, {3, 4}, {}, key_id{9}, allocation_number{300}, {{0, 12}, {3, 0}}}},
      {"hold_created", hold_of_a_presale()},
  };
  for (auto* const more : more_samples) {
    std::ranges::move(more(), std::back_inserter(all));
  }
  return all;
}

auto sample_header(std::size_t place, const fact_body& body) -> journal::record_header {
  journal::record_header header;
  header.type = journal::fact_type(body);
  header.version = journal::fact_version(header.type);
  header.stream = {header.type < 64    ? journal::stream_kind::event
                   : header.type < 128 ? journal::stream_kind::organisation
                   : header.type < 160 ? journal::stream_kind::payment
                                       : journal::stream_kind::queue,
                   0x0102030405060708};
  header.seq = place + 1;
  header.epoch = 3;
  header.flags = place % 2 == 0 ? std::uint8_t{0} : journal::record_flag::command_continues;
  header.time = {1'800'000'000'000 + static_cast<std::int64_t>(place)};
  header.command = {0x6162636465666768, 0x7172737475767778};
  header.trace = {0x8182838485868788, 0x9192939495969798};
  header.previous.fill(static_cast<std::uint8_t>(0xa0 + place));
  return header;
}

} // namespace holdfast::testing
