#include "tests/support/sample_facts.hpp"

#include "domain/check.hpp"
#include "journal/codec.hpp"

#include <numeric>

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

auto sample_facts() -> std::vector<sample> {
  const auto event = event_id{0x0102030405060708};
  auto amended = sample_config();
  amended.name = "Tosca (verlegt)";
  amended.slug.clear();
  amended.venue.latitude_e6.reset();
  amended.venue.longitude_e6.reset();
  amended.sale_opens_at.reset();
  amended.sale_closes_at.reset();
  return {
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
  };
}

auto sample_header(std::size_t place, const fact_body& body) -> journal::record_header {
  journal::record_header header;
  header.type = journal::fact_type(body);
  header.version = journal::fact_version(header.type);
  header.stream = {header.type < 64 ? journal::stream_kind::event : journal::stream_kind::organisation,
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
