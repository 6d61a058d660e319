#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// How far local time is from UTC in one zone, and since when.
class zone_rules {
 public:
  /// From the machine's time zone database (TZif, RFC 8536). A zone that it does not have, or whose file cannot be read, is UTC; so is what is no name of a zone.
  /// Blocks on I/O.
  [[nodiscard]] static auto of(std::string_view zone) -> std::shared_ptr<const zone_rules>;

  /// Milliseconds of the Unix epoch as a clock on the wall there shows them. Beyond the last change that the database lists (2037), the rules of
  /// the year 28 years before hold, whose days are the same days of the week.
  [[nodiscard]] auto local_ms(std::int64_t utc_ms) const noexcept -> std::int64_t;

 private:
  struct change {
    std::int64_t since_s = 0;
    std::int32_t offset_s = 0;
  };

  [[nodiscard]] auto read(std::string_view bytes) -> bool;

  std::int32_t first_offset_s_ = 0; ///< before the first change
  std::vector<change> changes_;     ///< by time
};

/// The zones of events, by number. Their rules are read when they are first asked for, by whoever does: who folds never waits for a file.
/// Only ever grows. Thread-safe.
class zone_table {
 public:
  [[nodiscard]] auto intern(std::string_view name) -> std::uint16_t;
  [[nodiscard]] auto name(std::uint16_t id) const -> std::string;
  /// Of all zones that there are at the moment, by number; may block on I/O.
  [[nodiscard]] auto rules() const -> std::vector<std::shared_ptr<const zone_rules>>;

 private:
  struct zone {
    std::string name;
    std::shared_ptr<const zone_rules> rules; ///< null: nobody has asked
  };

  mutable std::mutex mutex_;
  mutable std::deque<zone> zones_;
  std::unordered_map<std::string, std::uint16_t> ids_;
};

} // namespace holdfast::projections
