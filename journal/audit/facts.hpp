#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The auditor's own reading of journal/facts.proto: plain values, no validation but of the encoding.
namespace holdfast::journal::audit {

struct price_tier {
  std::string id;
  std::string name;
  std::int64_t price = 0;
  friend auto operator==(const price_tier&, const price_tier&) -> bool = default;
};

struct configuration {
  std::string name;
  std::string venue; ///< the venue's message as stored: compared, never looked into
  std::string currency;
  std::vector<price_tier> tiers;
  std::optional<std::int64_t> sale_opens_at;
  std::optional<std::int64_t> sale_closes_at;
  std::int64_t hold_time_ms = 0;
  std::int64_t hold_extension_ms = 0;
  std::int64_t hold_cap_ms = 0;
  std::uint64_t max_per_order = 0;
  std::uint64_t max_per_buyer = 0;
};

struct standing_area {
  std::string tier;
  std::uint64_t capacity = 0;
};

struct seating {
  std::vector<std::string> tiers;       ///< ids, in order of first use
  std::vector<std::uint32_t> seat_tier; ///< a number of `tiers` for each seat, in the layout's order
  std::vector<standing_area> areas;
  friend auto operator==(const seating&, const seating&) -> bool = default;
};

[[nodiscard]] auto operator==(const standing_area& a, const standing_area& b) -> bool;

struct owner {
  std::uint64_t subject_high = 0;
  std::uint64_t subject_low = 0;
  std::uint64_t organisation = 0;
  friend auto operator<=>(const owner&, const owner&) = default;

  [[nodiscard]] auto is_buyer() const -> bool { return subject_high != 0 || subject_low != 0; }
};

struct area_places {
  std::uint64_t area = 0;
  std::uint64_t quantity = 0;
  std::int64_t price = 0;
};

struct event_created {
  std::uint64_t event = 0;
  std::uint64_t organisation = 0;
  configuration config;
  seating seats;
};

struct event_amended {
  configuration config;
};

struct layout_replaced {
  seating seats;
};

struct life_changed {
  enum class to : std::uint8_t { published, paused, resumed, closed, cancelled };
  to what = to::published;
};

struct hold_created {
  std::uint64_t hold = 0;
  owner by;
  std::uint64_t sold_by = 0;
  std::vector<std::uint64_t> seats;
  std::vector<std::uint64_t> prices;
  std::vector<area_places> areas;
  std::int64_t expires_at = 0;
  std::int64_t cap_at = 0;
};

struct hold_extended {
  std::uint64_t hold = 0;
  std::int64_t expires_at = 0;
};

struct hold_released {
  std::uint64_t hold = 0;
  std::uint64_t by = 0;
};

struct hold_expired {
  std::uint64_t hold = 0;
};

struct order_confirmed {
  std::uint64_t hold = 0;
  std::uint64_t method = 0;
  std::string reference;
  std::string reason;
  std::uint64_t confirmed_by = 0;
  std::int64_t total = 0;
};

struct organisation_created {
  std::uint64_t organisation = 0;
};

struct venue_changed {
  std::uint64_t venue = 0;
  bool created = false;
  seating seats;
};

struct key_created {
  std::uint64_t key = 0;
  std::uint64_t scopes = 0;
};

struct key_revoked {
  std::uint64_t key = 0;
};

struct slug_reserved {
  std::string slug;
  std::uint64_t event = 0;
};

using fact = std::variant<event_created, event_amended, layout_replaced, life_changed, hold_created, hold_extended,
                          hold_released, hold_expired, order_confirmed, organisation_created, venue_changed,
                          key_created, key_revoked, slug_reserved>;

/// Whether the format knows this type in this version.
[[nodiscard]] auto is_known(std::uint16_t type, std::uint16_t version) -> bool;
/// Whether facts of this type belong to streams of this kind.
[[nodiscard]] auto belongs(std::uint16_t type, std::uint8_t stream_kind) -> bool;
/// Nothing when the payload is not what its type says.
[[nodiscard]] auto read_fact(std::uint16_t type, std::string_view payload) -> std::optional<fact>;

} // namespace holdfast::journal::audit
