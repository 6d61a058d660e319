#pragma once

#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "journal/journal.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/views.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// Layouts by content: events of one venue share one, and one that nobody uses costs its name and where the journal has it.
/// Recently used ones stay in memory up to a bound; others are read back from the journal. Thread-safe; nothing blocks.
class layout_store : public std::enable_shared_from_this<layout_store> {
 public:
  using seats_ptr = std::shared_ptr<const domain::layout>;

  struct bounds {
    std::size_t bytes_max = std::size_t{64} * 1024 * 1024; ///< of layouts and their encoded forms that only this keeps
    std::size_t loads_max = 256;                           ///< layouts being read from the journal at once
  };

  /// A layout that some fact of a stream carries, at or after `from_seq`.
  struct place {
    journal::stream_id stream;
    std::uint64_t from_seq = 1;
  };

  /// How a layout is encoded.
  enum class form : std::uint8_t { json = 0, binary = 1 };

  /// What is known of a layout for ever. Immutable once made, but for what its store's mutex guards.
  struct entry {
    std::string hash; ///< content address: 64 hex digits
    place where;
    std::atomic<read_outcome> why_not{read_outcome::overloaded}; ///< it could not be had when it was read last
    std::weak_ptr<const domain::layout> seats;                   ///< guarded
    std::array<std::shared_ptr<const view_body>, 2> bodies;      ///< guarded; by `form`
    std::list<std::shared_ptr<entry>>::iterator recent;          ///< guarded; valid while `kept`
    seats_ptr kept;                                              ///< guarded: in the list of recently used ones
    std::size_t bytes = 0;                                       ///< guarded
  };
  using ref = std::shared_ptr<entry>;

  layout_store(journal::journal& from, clock_function clock);
  /// `metrics`: where reads of encoded forms are counted; null: nowhere.
  layout_store(journal::journal& from, clock_function clock, bounds within,
               std::shared_ptr<view_metrics> metrics = nullptr);

  /// The name of a layout; the first place it was seen at is remembered. Costs a hash of its bytes (up to 1 ms) once an object.
  /// `keep` counts as a use: it stays in memory for a while.
  [[nodiscard]] auto intern(const seats_ptr& seats, place where, bool keep = false) -> ref;
  /// A layout that an earlier process interned: its name, and where the journal has it.
  [[nodiscard]] auto remember(const std::string& hash, place where) -> ref;
  /// Null when no fact so far carried it.
  [[nodiscard]] auto find(std::string_view hash) const -> ref;
  /// The layout, at once if it is in memory, else from the read pool. Null when the journal cannot be read or too many wait: `why_not` says.
  void get(const ref& which, std::function<void(seats_ptr)> done);
  /// What to answer when there was none: overloaded; unreadable when the journal's records are damaged; unavailable when they are lost with the journal.
  [[nodiscard]] static auto why_not(const ref& which) noexcept -> read_outcome;
  /// Nobody is answered any more. Those who wait are forgotten: they hold their projection, and it this store.
  void end();
  /// One of its encoded forms, made on the read pool once. Outcomes: ok, overloaded, unreadable. `counted`: as a hit or a miss.
  void encoded(const ref& which, form as, view_done done, bool counted = true);

 private:
  /// What the lock must not be held for: freeing a layout.
  using garbage = std::vector<std::pair<seats_ptr, std::array<std::shared_ptr<const view_body>, 2>>>;

  /// Under the lock.
  auto entry_of(std::string hash, place where) -> ref;
  void load(const ref& which);
  void loaded(const ref& which, const seats_ptr& seats);
  void encode(const ref& which, form as, const seats_ptr& seats, const view_done& done);
  void use(const ref& which, const seats_ptr& seats, garbage& dropped);
  void shrink(garbage& dropped);

  journal::journal& from_;
  const clock_function clock_;
  const bounds within_;
  const std::shared_ptr<view_metrics> metrics_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string_view, ref> entries_; ///< keys point into their entries
  std::list<ref> recent_;                             ///< newest first
  std::size_t bytes_ = 0;
  std::unordered_map<const entry*, std::vector<std::function<void(seats_ptr)>>> loading_;
  bool ended_ = false;
};

/// Hashes the layouts that facts carry, once each, so that `intern` under a lock takes no time.
void hash_layouts(const domain::facts& facts);

} // namespace holdfast::projections
