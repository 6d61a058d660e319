#pragma once

#include <cstddef>

namespace holdfast::http {

/// Limits of live seat maps. Every viewer is a connection too, so the caps on connections come first.
struct live_options {
  std::size_t viewers_max = 20'000;          ///< in all; beyond: 503
  std::size_t viewers_per_address_max = 128; ///< beyond: 429. A household, an office or a school behind one address
};

} // namespace holdfast::http
