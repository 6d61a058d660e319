#pragma once

#include <string>
#include <vector>

namespace holdfast::tools {

/// A sample venue as `POST /v1/venues` takes it, with the tiers its events sell.
struct demo_venue {
  std::string name;
  std::string category;
  std::string body;  ///< JSON
  std::string tiers; ///< JSON array, as an event takes it
};

/// A 300-seat theatre, a 2,500-seat hall, a 20,000-seat arena and a 60,000-seat stadium with a standing floor. Always the same.
[[nodiscard]] auto demo_venues() -> std::vector<demo_venue>;

} // namespace holdfast::tools
