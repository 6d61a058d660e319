#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "domain/strong_id.hpp"
#include "projections/store/row_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::projections {

/// What a tier costs from a moment on.
struct price_change {
  enum class cause : std::uint8_t { start = 0, organiser = 1, rule = 2 };
  domain::instant at;
  std::uint64_t seq = 0;
  std::string tier;
  domain::minor_units price = 0;
  domain::minor_units fee = 0;
  cause by = cause::start;
  std::string rule; ///< the id of the price rule that made it
  friend auto operator==(const price_change&, const price_change&) -> bool = default;
};

/// What each tier of an event has cost, from its publication on: of a draft only what it costs now. The newest `changes_max` are kept beside
/// how each tier began. Some 100 bytes a change. Not thread-safe.
class price_history {
 public:
  static constexpr std::size_t changes_max = 1'000;

  /// The configuration as of a fact.
  void take(const domain::event_config& config, domain::instant at, std::uint64_t seq, bool draft);

  [[nodiscard]] auto tiers() const noexcept -> const std::vector<domain::price_tier>& { return tiers_; }
  /// Oldest first.
  [[nodiscard]] auto changes() const noexcept -> const std::vector<price_change>& { return changes_; }
  /// Seq of the last configuration: nothing here changes but with it.
  [[nodiscard]] auto seq() const noexcept -> std::uint64_t { return seq_; }

  /// As a row has it. What is taken back is what was put; whether the row was sound shows at its reader.
  void put(row_writer& to) const;
  void take_back(row_reader& in);

 private:
  void drop_oldest();

  std::vector<domain::price_tier> tiers_;
  std::vector<std::string> made_; ///< ids of the rules that were made
  std::vector<price_change> changes_;
  std::uint64_t seq_ = 0;
};

/// As `GET /v1/events/{event}/prices` shows it.
[[nodiscard]] auto prices_json(domain::event_id event, domain::currency_code currency, const price_history& from)
    -> std::string;

} // namespace holdfast::projections
