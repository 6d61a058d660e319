#include "journal/codec.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/stubs/logging.h>

#include <random>
#include <string>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace codec = holdfast::journal::codec;

auto payload_of(const fact_body& body) -> std::string {
  std::string bytes;
  journal::encode_fact(body, bytes);
  return bytes;
}

auto read(std::uint16_t type, std::uint16_t version, std::string_view payload) {
  journal::record_view record;
  record.header.type = type;
  record.header.version = version;
  record.payload = payload;
  return journal::decode_fact(record);
}

auto read(std::uint16_t type, std::string_view payload) {
  return read(type, journal::fact_version(type), payload);
}

/// Numbers of every length: the edges of varints matter more than the middle.
class numbers {
 public:
  explicit numbers(std::uint64_t seed) : random_{seed} {}

  auto any() -> std::uint64_t { return random_() >> (random_() % 64); }

  auto below(std::uint64_t end) -> std::uint64_t { return random_() % 8 == 0 ? 0 : any() % end; }

 private:
  std::mt19937_64 random_;
};

auto random_hold(numbers& next) -> hold_created {
  hold_created hold;
  hold.hold = hold_number{static_cast<std::uint32_t>(next.below(1U << 30U))};
  hold.by = {{next.below(UINT64_MAX), next.any()}, organisation_id{next.below(3)}};
  hold.sold_by = key_id{next.below(UINT64_MAX)};
  for (auto left = next.below(40); left > 0; --left) {
    hold.seats.push_back(static_cast<std::uint32_t>(next.below(1ULL << 32U)));
    hold.prices.push_back(static_cast<minor_units>(next.below(1ULL << 62U)));
  }
  for (auto left = next.below(5); left > 0; --left) {
    hold.areas.push_back({static_cast<area_index>(next.below(1U << 16U)), static_cast<std::uint32_t>(next.any()),
                          static_cast<minor_units>(next.below(1ULL << 62U))});
  }
  hold.expires_at.unix_ms = static_cast<std::int64_t>(next.below(1ULL << 63U));
  hold.cap_at.unix_ms = static_cast<std::int64_t>(next.below(1ULL << 63U));
  return hold;
}

auto as_message(const hold_created& hold) -> wire::HoldCreated {
  wire::HoldCreated message;
  message.set_hold(hold.hold.value());
  message.mutable_by()->set_subject_high(hold.by.subject.high);
  message.mutable_by()->set_subject_low(hold.by.subject.low);
  message.mutable_by()->set_organisation(hold.by.organisation.value());
  message.set_sold_by(hold.sold_by.value());
  for (const auto seat : hold.seats) {
    message.add_seats(seat);
  }
  for (const auto price : hold.prices) {
    message.add_prices(price);
  }
  for (const auto& area : hold.areas) {
    auto& to = *message.add_areas();
    to.set_area(area.area);
    to.set_quantity(area.quantity);
    to.set_price(area.price);
  }
  message.set_expires_at(hold.expires_at.unix_ms);
  message.set_cap_at(hold.cap_at.unix_ms);
  return message;
}

} // namespace

TEST_CASE("a hold written by hand has the bytes that Protocol Buffers writes, and reads back") {
  numbers next{20'261'122};
  for (int round = 0; round < 20'000; ++round) {
    const auto hold = random_hold(next);
    const auto bytes = payload_of(hold);
    REQUIRE(bytes == as_message(hold).SerializeAsString());
    const auto again = read(16, bytes);
    REQUIRE(again.has_value());
    REQUIRE(payload_of(again->body) == bytes);
    REQUIRE(std::get<hold_created>(again->body).seats == hold.seats);
    REQUIRE(std::get<hold_created>(again->body).by == hold.by);
  }
}

TEST_CASE("the other facts written by hand have the bytes that Protocol Buffers writes, and read back") {
  numbers next{77};
  for (int round = 0; round < 5'000; ++round) {
    const auto hold = hold_number{static_cast<std::uint32_t>(next.below(1U << 30U))};
    const auto time = static_cast<std::int64_t>(next.below(1ULL << 63U));
    const auto key = next.below(UINT64_MAX);

    wire::HoldExtended extended;
    extended.set_hold(hold.value());
    extended.set_expires_at(time);
    REQUIRE(payload_of(hold_extended{hold, {time}}) == extended.SerializeAsString());

    wire::HoldReleased released;
    released.set_hold(hold.value());
    released.set_by(key);
    REQUIRE(payload_of(hold_released{hold, key_id{key}}) == released.SerializeAsString());

    wire::HoldExpired expired;
    expired.set_hold(hold.value());
    REQUIRE(payload_of(hold_expired{hold}) == expired.SerializeAsString());

    const order_confirmed order{hold,
                                {static_cast<payment_record::method>(1 + next.any() % 4),
                                 std::string(next.below(65), 'r'), std::string(next.below(65), 's')},
                                key_id{key},
                                time,
                                payment_number{static_cast<std::uint32_t>(next.below(1ULL << 32U))}};
    wire::OrderConfirmed confirmed;
    confirmed.set_hold(hold.value());
    confirmed.mutable_payment()->set_method(static_cast<std::uint32_t>(order.payment.by));
    confirmed.mutable_payment()->set_reference(order.payment.reference);
    confirmed.mutable_payment()->set_reason(order.payment.reason);
    confirmed.set_confirmed_by(key);
    confirmed.set_total(time);
    confirmed.set_by_payment(order.by_payment.value());
    REQUIRE(payload_of(order) == confirmed.SerializeAsString());

    for (const fact_body& body : {fact_body{hold_extended{hold, {time}}}, fact_body{hold_released{hold, key_id{key}}},
                                  fact_body{hold_expired{hold}}, fact_body{order}}) {
      const auto again = read(journal::fact_type(body), payload_of(body));
      REQUIRE(again.has_value());
      REQUIRE(again->body.index() == body.index());
      REQUIRE(payload_of(again->body) == payload_of(body));
    }
  }
}

TEST_CASE("every fact keeps its number and name, reads back as itself, and has the number that the schema gives it") {
  const auto* schema = wire::Fact::descriptor();
  for (const auto& [name, body] : testing::sample_facts()) {
    CAPTURE(name);
    const auto type = journal::fact_type(body);
    CHECK(journal::fact_name(type) == name);
    CHECK(journal::fact_version(type) == 1);
    REQUIRE(schema->FindFieldByNumber(type) != nullptr);
    CHECK(schema->FindFieldByNumber(type)->name() == name);
    const auto bytes = payload_of(body);
    const auto again = read(type, bytes);
    REQUIRE(again.has_value());
    CHECK(again->body.index() == body.index());
    CHECK(payload_of(again->body) == bytes);
  }
  CHECK(static_cast<std::size_t>(schema->field_count()) == std::variant_size_v<fact_body>);
}

TEST_CASE("a configuration keeps every field, absent ones included") {
  for (const auto& [name, body] : testing::sample_facts()) {
    const auto* created = std::get_if<event_created>(&body);
    const auto* amended = std::get_if<event_amended>(&body);
    if (created == nullptr && amended == nullptr) {
      continue;
    }
    const auto again = read(journal::fact_type(body), payload_of(body));
    REQUIRE(again.has_value());
    if (created != nullptr) {
      const auto& read_back = std::get<event_created>(again->body);
      CHECK(read_back.config == created->config);
      CHECK(read_back.event == created->event);
      CHECK(read_back.organisation == created->organisation);
      CHECK(read_back.seats->spec() == created->seats->spec());
    } else {
      CHECK(std::get<event_amended>(again->body).config == amended->config);
    }
  }
}

TEST_CASE("an unknown type, a later version and a version 0 are failures, never skipped") {
  for (const std::uint16_t type :
       std::initializer_list<std::uint16_t>{0, 12, 15, 34, 63, 70, 127, 146, 4'711, 65'535}) {
    const auto result = read(type, 1, "");
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == journal::failure_kind::corrupt);
    CHECK(journal::fact_name(type).empty());
    CHECK(journal::fact_version(type) == 0);
  }
  CHECK_FALSE(read(4, 2, "").has_value());
  CHECK_FALSE(read(4, 0, "").has_value());
  CHECK(read(4, 1, "").has_value());
}

TEST_CASE("a payload that is cut short, goes on, or has a field nobody knows is refused") {
  const google::protobuf::LogSilencer quiet;
  for (const auto& [name, body] : testing::sample_facts()) {
    CAPTURE(name);
    const auto type = journal::fact_type(body);
    const auto bytes = payload_of(body);
    CHECK_FALSE(read(type, bytes + '\x00').has_value());
    CHECK_FALSE(read(type, bytes + "\xf8\x01\x01").has_value()); // field 31, varint 1
    CHECK_FALSE(read(type, bytes + "\x7a\x01x").has_value());    // field 15, text "x"
    CHECK_FALSE(read(type, bytes + '\xff').has_value());
    // Cut anywhere, it is refused or it is another fact: never the same one, and never a crash.
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto cut = read(type, bytes.substr(0, size));
      CHECK((!cut || payload_of(cut->body) != bytes));
    }
  }
}

TEST_CASE("bytes changed at random are refused or are a fact that can be written again") {
  const google::protobuf::LogSilencer quiet;
  numbers next{99};
  for (const auto& [name, body] : testing::sample_facts()) {
    const auto type = journal::fact_type(body);
    const auto sound = payload_of(body);
    for (int round = 0; round < 500 && !sound.empty(); ++round) {
      auto bytes = sound;
      for (int changes = 1 + static_cast<int>(next.any() % 3); changes > 0; --changes) {
        bytes[next.any() % bytes.size()] = static_cast<char>(next.any());
      }
      const auto result = read(type, bytes);
      if (result) {
        CHECK(read(type, payload_of(result->body)).has_value());
      }
    }
  }
}

TEST_CASE("a hold with more seats than prices is refused") {
  auto message = as_message(hold_created{hold_number{1}, {}, {}, {1, 2}, {10, 20}, {}, {}, {}});
  message.add_seats(3);
  CHECK_FALSE(read(16, message.SerializeAsString()).has_value());
}

TEST_CASE("numbers that do not fit the domain's types are refused") {
  auto hold = as_message(hold_created{});
  hold.add_areas()->set_area(65'536);
  CHECK_FALSE(read(16, hold.SerializeAsString()).has_value());

  wire::HoldExtended extended;
  extended.set_expires_at(-1);
  CHECK_FALSE(read(17, extended.SerializeAsString()).has_value());

  wire::OrderConfirmed order;
  order.mutable_payment()->set_method(5);
  CHECK_FALSE(read(20, order.SerializeAsString()).has_value());
  order.mutable_payment()->set_method(0);
  CHECK_FALSE(read(20, order.SerializeAsString()).has_value());
}

TEST_CASE("a layout reads back as itself, and its hash is that of its bytes") {
  const auto layout = testing::sample_layout();
  const auto bytes = journal::encode_layout(layout->spec());
  const auto again = journal::decode_layout(bytes);
  REQUIRE(again.has_value());
  CHECK(*again == layout->spec());
  CHECK(journal::encode_layout(*again) == bytes);
  const auto hash = journal::layout_hash(layout->spec());
  CHECK(hash.size() == 64);
  auto other = layout->spec();
  other.areas[0].capacity += 1;
  CHECK(journal::layout_hash(other) != hash);
  CHECK_FALSE(journal::decode_layout(bytes.substr(0, bytes.size() - 1)).has_value());
}
