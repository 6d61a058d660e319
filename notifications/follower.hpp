#pragma once

#include "journal/journal.hpp"
#include "notifications/notice.hpp"
#include "notifications/waitlist_watch.hpp"
#include "people/contact.hpp"
#include "people/durable_map.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::notifications {

/// Reads the journal behind the sales and says what there is to tell. Where it is, is kept with what it told, in one write: nothing is told
/// twice by it, and nothing is left out. A journal that had facts before it was first followed is not told of; nor is one that was put back to
/// an earlier state.
///
/// Not thread-safe: one thread calls it. Reading runs on the journal's pool.
class follower {
 public:
  /// What a part of the journal tells.
  struct part {
    std::vector<notice> notices;
    std::vector<people::order_ref>
        over; ///< holds that ended unsold after somebody had tried to pay them, and waitlists of events that are over
    std::vector<told_waiting> served; ///< orders that are on no waitlist any more
    bool more = false;                ///< it ended at a limit
  };

  using part_done = std::function<void(tl::expected<part, journal::failure>)>;

  /// `identity` tells this journal from others.
  follower(journal::journal& from, people::durable_map& store, std::string identity);

  /// Finds its place if it has followed this journal before; rests otherwise. Blocking; once, before anything else.
  [[nodiscard]] auto open() -> tl::expected<void, std::string>;
  /// Ends its rest: of what the journal holds by now nothing is told. Blocking.
  [[nodiscard]] auto begin() -> tl::expected<void, std::string>;
  [[nodiscard]] auto rests() const noexcept -> bool { return rests_; }
  /// Whether there is something that has not been read, as far as can be seen without reading.
  [[nodiscard]] auto is_behind() const -> bool;
  /// Reads on. `done` runs on the journal's pool; until `take` was called for it, `read` is not called again.
  void read(part_done done);
  /// What is to be written together with what the part leads to.
  void take(people::map_changes& to);

  static constexpr std::size_t notices_max = 2'000;   ///< of a part
  static constexpr std::size_t records_max = 100'000; ///< looked at for a part

 private:
  struct event_row {
    domain::organisation_id organisation;
  };

  /// What a reading saw, besides what it tells. Written by the pool while `read` is under way, by the one thread otherwise.
  struct reading {
    part told;
    people::map_changes changes;
    std::size_t records = 0;
    journal::cursor end;
  };

  auto load_rows() -> tl::expected<void, std::string>;
  [[nodiscard]] auto is_of_interest(const journal::record_header& record) const -> bool;
  [[nodiscard]] auto see(const journal::record_view& record) -> bool;
  void note(const journal::record_view& record, const domain::fact_body& what);
  void ended(domain::event_id event, domain::hold_number hold);

  journal::journal& from_;
  people::durable_map& store_;
  std::string identity_;
  journal::cursor at_;
  std::map<domain::event_id, std::uint64_t> told_before_; ///< seqs up to which nothing is told
  std::map<domain::event_id, event_row> events_;
  std::set<std::pair<domain::event_id, domain::hold_number>> tried_; ///< holds whose payment came to nothing
  waitlist_watch waiting_;
  reading now_;
  std::atomic<bool> rests_ = true; ///< the pool may end it, when the journal turns out to be an earlier one
};

} // namespace holdfast::notifications
