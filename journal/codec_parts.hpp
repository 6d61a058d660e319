#pragma once

#include "domain/fact.hpp"
#include "domain/layout.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace holdfast::wire {
class Layout;
} // namespace holdfast::wire

/// The parts of the codec: selling's facts, written and read by hand because every hold and every replay pays for them, and all
/// others through the generated classes. Internal to the codec.
namespace holdfast::journal::codec {

/// Numbers of `Fact.fact` in facts.proto.
enum class number : std::uint16_t {
  event_created = 1,
  event_amended = 2,
  layout_replaced = 3,
  event_published = 4,
  event_paused = 5,
  event_resumed = 6,
  event_closed = 7,
  event_cancelled = 8,
  hold_created = 16,
  hold_extended = 17,
  hold_released = 18,
  hold_expired = 19,
  order_confirmed = 20,
  organisation_created = 64,
  venue_created = 65,
  venue_amended = 66,
  key_created = 67,
  key_revoked = 68,
  slug_reserved = 69,
};

void encode(const domain::hold_created& fact, std::string& to);
void encode(const domain::hold_extended& fact, std::string& to);
void encode(const domain::hold_released& fact, std::string& to);
void encode(const domain::hold_expired& fact, std::string& to);
void encode(const domain::order_confirmed& fact, std::string& to);

void encode(const domain::event_created& fact, std::string& to);
void encode(const domain::event_amended& fact, std::string& to);
void encode(const domain::layout_replaced& fact, std::string& to);
void encode(const domain::organisation_created& fact, std::string& to);
void encode(const domain::venue_created& fact, std::string& to);
void encode(const domain::venue_amended& fact, std::string& to);
void encode(const domain::key_created& fact, std::string& to);
void encode(const domain::key_revoked& fact, std::string& to);
void encode(const domain::slug_reserved& fact, std::string& to);

/// Facts that say all by having happened.
template <class Fact>
requires std::is_empty_v<Fact>

void encode(const Fact&, std::string&) {}

/// True when `type` is one of selling's five and the payload was one; otherwise `body` is in no particular state.
[[nodiscard]] auto decode_hot(number type, std::string_view payload, domain::fact_body& body) -> bool;
/// The same for all other facts.
[[nodiscard]] auto decode_cold(number type, std::string_view payload, domain::fact_body& body) -> bool;

/// A configuration by itself, as snapshots keep it.
void encode_config(const domain::event_config& config, std::string& to);
[[nodiscard]] auto decode_config(std::string_view bytes, domain::event_config& to) -> bool;

void write_layout(const domain::layout_spec& from, wire::Layout& to);
/// Nothing when a number is outside of what the domain's types hold.
[[nodiscard]] auto read_layout(const wire::Layout& from) -> std::optional<domain::layout_spec>;
/// Null when the domain refuses the layout.
[[nodiscard]] auto build_layout(const wire::Layout& from) -> std::shared_ptr<const domain::layout>;

} // namespace holdfast::journal::codec
