#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/body_encoder.hpp"
#include "projections/body_slots.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_store.hpp"
#include "projections/projection.hpp"
#include "projections/seat_ledger.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace holdfast::projections {

/// An event's fold as the inventory keeps it: everything people are shown, without bookings.
struct event_fold {
  domain::event_id event;
  domain::organisation_id organisation;
  domain::event_status status = domain::event_status::absent;
  std::uint64_t seq = 0;
  std::uint64_t version = 0;
  std::uint64_t state_hash = 0;
  bool hash_known = false; ///< the journal does not have it: facts read back from there leave it behind
  std::shared_ptr<const domain::event_config> config;
  layout_store::ref layout;
  seat_ledger ledger;
};

/// The fold of a whole state. `keep` says that somebody is about to look at its layout.
[[nodiscard]] auto make_fold(domain::event_id event, const domain::event_state& state, layout_store& layouts, bool keep)
    -> event_fold;

/// Folds a group into a complete fold; facts that it has are passed over. Throws `unfoldable` when one is missing in between.
/// False when there was nothing new.
auto fold_group(event_fold& to, const applied_group& group, layout_store& layouts, ledger_findings& findings) -> bool;

/// Has a partial ledger see what a group does to places.
void watch_group(seat_ledger& ledger, const applied_group& group, ledger_findings& findings);

/// Whether a group does anything to places.
[[nodiscard]] auto about_places(const domain::facts& facts) noexcept -> bool;

/// `as_of`: until when the fold followed the journal; absent: it does.
[[nodiscard]] auto picture_of(const event_fold& from, std::optional<domain::instant> as_of = {},
                              std::shared_ptr<const follow_mark> follows = {})
    -> std::shared_ptr<const inventory_picture>;

/// An event that is folded anew beside what is shown of it.
struct rebuilt_event {
  bool loaded = false; ///< until then groups are kept
  event_fold fold;
  std::vector<applied_group> kept_groups;
  bool overflowed = false; ///< more groups came than are kept: to be loaded again
};

/// An event in the inventory's memory.
struct event_entry {
  /// `watching`: a partial ledger only. `loading`: the journal is being read, groups are kept until it is. `complete`: can be shown.
  enum class stage : std::uint8_t { watching = 0, loading, complete };

  /// In which queue it waits to be loaded; the later name goes first.
  enum class queue : std::uint8_t { none = 0, check, readers };

  struct encoding {
    bool running = false;
    domain::instant started_at;
    domain::instant not_before; ///< of the next
    bool outdated = false;      ///< of a fold that a rebuild has replaced meanwhile
  };

  stage at = stage::watching;
  stage before_loading = stage::watching;
  queue queued = queue::none;
  event_fold fold;
  std::uint64_t load_number = 0; ///< of the load under way
  std::vector<applied_group> kept_groups;
  bool overflowed = false; ///< more groups came than are kept: to be loaded again
  bool touched = false;    ///< folded since the last publication
  bool broken = false;     ///< a fold threw: what it left behind is no state of the event
  domain::instant loaded_at;
  domain::instant last_fact;
  std::shared_ptr<body_slot> slot; ///< null while nobody has read
  bool has_bodies = false;
  std::vector<waiting_reader> waiting;
  bool listed = false; ///< among those with readers waiting
  std::array<encoding, body_kinds> encodings;
};

} // namespace holdfast::projections
