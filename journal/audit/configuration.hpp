#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// An event's configuration as the auditor reads it: what its rules rest on.
namespace holdfast::journal::audit {

struct price_tier {
  std::string id;
  std::string name;
  std::int64_t price = 0;
  std::int64_t fee = 0;
  friend auto operator==(const price_tier&, const price_tier&) -> bool = default;
};

/// A rule that changes a price once.
struct price_rule {
  std::string id, tier;
  std::optional<std::int64_t> at;
  std::uint64_t sold_percent = 0;
  std::optional<std::int64_t> price;
  std::int64_t change_percent = 0;
  std::int64_t floor = 0, cap = 0;
  std::optional<std::int64_t> applied_at;
  friend auto operator==(const price_rule&, const price_rule&) -> bool = default;
};

/// A presale, whose code the journal does not tell: only a hash that is equal for equal ones.
struct sale_phase {
  std::string id;
  std::int64_t opens_at = 0;
  std::optional<std::int64_t> closes_at;
  std::string code_hash;
};

/// At most so many places are bought within any so many seconds: per 1 by a buyer, per 2 with a card.
struct velocity_rule {
  std::uint64_t per = 0, places = 0, seconds = 0;
};

/// What each place is taxed by: mode 1 in its price and fee, 2 on top of them.
struct tax {
  std::string name;
  std::uint64_t basis_points = 0;
  std::uint64_t mode = 0;
  friend auto operator==(const tax&, const tax&) -> bool = default;
};

/// Beside what one place costs: each place's is rounded by itself, a half up.
[[nodiscard]] inline auto tax_on_top(const std::optional<tax>& its, std::uint64_t cost) -> std::uint64_t {
  constexpr std::uint64_t whole = 10'000; // basis points
  constexpr std::uint64_t on_top = 2;
  if (!its || its->mode != on_top)
    return 0;
  const auto exact = cost * its->basis_points;
  return exact / whole + (exact % whole >= whole / 2 ? 1 : 0);
}

struct configuration {
  std::string name;
  std::string venue; ///< the venue's message as stored: compared, never looked into
  std::string currency;
  std::vector<price_tier> tiers;
  std::vector<sale_phase> phases;
  std::vector<price_rule> price_rules;
  std::optional<std::int64_t> sale_opens_at;
  std::optional<std::int64_t> sale_closes_at;
  std::optional<std::int64_t> refunds_until;
  std::int64_t hold_time_ms = 0;
  std::int64_t hold_extension_ms = 0;
  std::int64_t hold_cap_ms = 0;
  std::uint64_t max_per_order = 0;
  std::uint64_t max_per_buyer = 0;
  std::uint64_t max_per_card = 0; ///< 0: any number
  std::int64_t starts_at = 0;
  std::uint64_t resale_max_percent = 0; ///< 0: no resale
  std::vector<velocity_rule> velocity;
  std::uint64_t risk_on_failure = 0;       ///< 1 allow, 2 review, 3 deny; 0: payments are not scored
  std::uint64_t returns_to_allocation = 0; ///< 0: the public's
  std::optional<audit::tax> tax;
  std::int64_t waitlist_offer_ms = 0; ///< 0: no waitlist
};

} // namespace holdfast::journal::audit
