#pragma once

#include <atomic>
#include <cstdint>

namespace holdfast::projections {

/// What the search counts. Plain atomics, relaxed.
struct search_metrics {
  std::atomic<std::uint64_t> cache_hits{
      0}; ///< searches and suggestions answered at once, or with somebody else's answer
  std::atomic<std::uint64_t> cache_misses{0}; ///< those that were worked out
  std::atomic<std::uint64_t> refused{0};      ///< the read pool was full, or the index could not be read
  std::atomic<std::uint64_t> partial{0};      ///< searches whose time was up before every event was looked at
  std::atomic<std::uint64_t> corrected{0};    ///< searches with a word in another spelling
  std::atomic<std::uint64_t> cache_bytes{0};  ///< gauge
};

} // namespace holdfast::projections
