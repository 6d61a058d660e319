#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_store.hpp"
#include "projections/past/past_ports.hpp"
#include "projections/ports.hpp"
#include "projections/report/report_figures.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <set>

namespace holdfast::projections {

/// Events as they were: the newest snapshot at or before the place and a fold of the journal's durable facts after it, on the read
/// pool, piece by piece. Reports, whose history no snapshot has, are folded from the beginning; beyond `facts_max` they have what the state says. Bounded: so many facts a look, one look a requester, so many at once; what was folded lately is kept.
/// Thread-safe; nothing blocks. Made by `std::make_shared`; the journal and the snapshots outlive every job of the read pool.
class past_views : public std::enable_shared_from_this<past_views> {
 public:
  struct bounds {
    /// Some 2 s of one of the read pool's threads.
    std::uint64_t facts_max = 2'000'000;
    std::size_t looks_max = 4;
    /// Some 30 KiB each for 100,000 seats.
    std::size_t states_kept = 64;
  };

  /// `snapshots` may be null: then every look folds from the beginning.
  past_views(journal::journal& from, journal::snapshot_store* snapshots, std::shared_ptr<layout_store> layouts,
             clock_function clock, bounds within);

  void read(past_wish what, past_done done);

 private:
  /// All that can be said of an event at one seq.
  struct state {
    std::shared_ptr<const inventory_picture> picture;
    layout_store::ref layout;
    report_figures figures;
  };
  using state_ptr = std::shared_ptr<const state>;

  class look;

  [[nodiscard]] auto begin(std::uint64_t requester) -> past_outcome;
  void end(std::uint64_t requester);
  [[nodiscard]] auto find(domain::event_id event, std::uint64_t seq) -> state_ptr;
  void keep(const state_ptr& made);

  journal::journal& from_;
  journal::snapshot_store* const snapshots_;
  const std::shared_ptr<layout_store> layouts_;
  const clock_function clock_;
  const bounds within_;

  std::mutex mutex_;
  std::set<std::uint64_t> looking_; ///< requesters
  std::list<state_ptr> kept_;       ///< newest first
};

} // namespace holdfast::projections
