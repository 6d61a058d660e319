#pragma once

#include "domain/instant.hpp"
#include "projections/search/columns.hpp"
#include "projections/search/text_place.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

namespace holdfast::projections {

/// What searches read at the moment: replaced as a whole when a rebuild is done. Thread-safe.
template <class What>
class published_slot {
 public:
  struct current {
    std::shared_ptr<What> what; ///< null: nothing was published yet
    std::uint64_t serial = 0;   ///< grows with every replacement
  };

  [[nodiscard]] auto get() const -> current {
    const std::scoped_lock lock{mutex_};
    return now_;
  }

  void publish(std::shared_ptr<What> what) {
    const std::scoped_lock lock{mutex_};
    now_.what.swap(what); // the old one is freed after the lock
    ++now_.serial;
  }

 private:
  mutable std::mutex mutex_;
  current now_;
};

struct search_slots {
  static constexpr std::int64_t still = std::numeric_limits<std::int64_t>::max();

  published_slot<const search_columns> columns;
  published_slot<text_place> texts;
  /// Neither has shown what was durable at the start yet, and nothing of what is kept says how far it is behind: nothing is answered.
  std::atomic<bool> begins{false};
  /// Until when each followed the journal; `still`: it does.
  std::atomic<std::int64_t> columns_until_ms{still};
  std::atomic<std::int64_t> texts_until_ms{still};

  /// What is worked out from both is not newer than this; `still` while both follow.
  [[nodiscard]] auto follows_until() const noexcept -> domain::instant {
    return {std::min(columns_until_ms.load(std::memory_order_acquire), texts_until_ms.load(std::memory_order_acquire))};
  }
};

} // namespace holdfast::projections
