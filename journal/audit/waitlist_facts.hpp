#pragma once

#include <cstdint>
#include <utility>
#include <vector>

/// Facts of the waitlist, as the auditor reads them.
namespace holdfast::journal::audit {

struct waitlist_choice {
  std::vector<std::uint64_t> groups; ///< seats of each
  std::vector<std::uint64_t> tiers;  ///< numbers of the layout's; none: any
  std::uint64_t accessible = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> areas; ///< area, places of it
  std::int64_t each_max = 0;

  [[nodiscard]] auto places() const -> std::uint64_t;
};

struct waitlist_joined {
  std::uint64_t order = 0;
  std::uint64_t who_high = 0;
  std::uint64_t who_low = 0;
  std::uint64_t rank = 0;
  std::vector<waitlist_choice> choices;
};

struct waitlist_left {
  std::uint64_t order = 0;
};

} // namespace holdfast::journal::audit
