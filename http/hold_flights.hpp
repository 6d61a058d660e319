#pragma once

#include "actors/reply_port.hpp"
#include "domain/strong_id.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace holdfast::http {

/// Holds of buyers that are being made: one at a time of each buyer and event, so that somebody who was let in cannot ask on many connections at once.
/// The same request again, which is known by its idempotency key, is the same one. Thread-safe; the counts are exact.
class hold_flights : public std::enable_shared_from_this<hold_flights> {
 public:
  /// One request's share; ends when it is destroyed.
  class flight;

  /// Null while another hold of the buyer's is under way.
  [[nodiscard]] auto begin(domain::event_id event, const domain::subject_id& who, std::uint64_t key)
      -> std::shared_ptr<flight>;
  /// A share of the looks for earlier answers that are made at a time for buyers who show no admission, so that a crowd that nobody let in keeps nothing else
  /// from being read; ends when it is destroyed. Null when there are too many.
  [[nodiscard]] auto begin_lookup() -> std::shared_ptr<hold_flights>;
  /// Of how many buyers and events.
  [[nodiscard]] auto under_way() const -> std::size_t;

 private:
  using whose = std::pair<domain::event_id, domain::subject_id>;

  struct share {
    std::uint64_t key = 0;
    std::size_t requests = 0;
  };

  void end(const whose& of) noexcept;

  std::atomic<int> lookups_{0};
  mutable std::mutex mutex_;
  std::map<whose, share> shares_;
};

/// Ends a flight before its answer goes out, so that whoever gets it may ask again at once.
[[nodiscard]] auto ending(std::shared_ptr<hold_flights::flight> what, actors::reply_port&& to) -> actors::reply_port;

} // namespace holdfast::http
