#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "projections/layout_store.hpp"
#include "projections/projection.hpp"
#include "projections/store/checkpoint_lane.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// An API key, as the stream of its organisation has it.
struct kept_key {
  domain::organisation_id organisation;
  domain::key_created what;
  domain::instant created_at;
  std::optional<domain::instant> revoked_at;
};

/// The events and API keys of each organisation, and where every layout of events and venues is in the journal. Folded in memory from the
/// journal's beginning (or from the last checkpoint on); facts about holds are passed over. Some 1 KiB an event.
///
/// `apply` to `tick` run on its actor, the reads on any thread.
class catalogue_projection final : public projection {
 public:
  explicit catalogue_projection(std::shared_ptr<layout_store> layouts,
                                domain::millis checkpoint_every = domain::seconds(30));

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "catalogue"; }

  /// From now on checkpoints go there; null: nowhere. Before `load`.
  void keep_in(std::shared_ptr<checkpoint_lane> lane) { lane_ = std::move(lane); }

  /// Takes back what its lane has, or is to be folded from the beginning. Before its runner starts, on any one thread.
  void load();
  /// Checkpoints. Every 100 ms or so.
  void tick(domain::instant now);
  /// A last checkpoint, on its actor; blocks.
  void save();

  void apply(const applied_group& group) override;

  void publish(const journal::cursor& position) override {
    position_ = position;
    between_positions_ = false;
  }

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  void reset() override;
  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool override;

  /// Published events whose sale opens between `from` and `to`, by their openings, and then those that were published at or after `from`,
  /// the newest first; at most `limit`.
  [[nodiscard]] auto opening(domain::instant from, domain::instant to, std::size_t limit) const
      -> std::vector<domain::event_id>;

  /// The slugs of events, as a store keeps them; for a server that has nothing else.
  [[nodiscard]] static auto kept_slugs(projection_store& store)
      -> std::vector<std::pair<std::string, domain::event_id>>;

  /// The API keys, revoked ones too, as a store keeps them; for the same.
  [[nodiscard]] static auto kept_keys(projection_store& store) -> std::vector<kept_key>;

  /// Every row that it keeps but those of layouts. On its actor, or when nothing is folded.
  void visit_rows(const row_visitor& visit) const;

  [[nodiscard]] auto event(domain::event_id event) const -> std::optional<event_summary>;
  /// In id order after `after`, at most `limit`.
  [[nodiscard]] auto events_of(domain::organisation_id organisation, domain::event_id after, std::size_t limit) const
      -> std::vector<event_summary>;

 private:
  struct line {
    domain::organisation_id organisation;
    domain::event_config config; ///< without its description
    domain::event_status status = domain::event_status::draft;
  };
  using line_key = std::pair<domain::organisation_id, domain::event_id>;

  class folder;

  [[nodiscard]] static auto summary_of(domain::event_id event, const line& its) -> event_summary;

  /// Puts an event where its sale opens. The lock is held.
  void place(domain::event_id event, const line& its);
  void forget_openings(domain::instant before);
  [[nodiscard]] auto take_row(std::string_view key, std::string_view value) -> bool;
  [[nodiscard]] auto take_changes() -> store_changes;

  const std::shared_ptr<layout_store> layouts_;

  // The actor's.
  journal::cursor position_;
  std::shared_ptr<checkpoint_lane> lane_; ///< null: nothing is kept
  const domain::millis checkpoint_every_;
  domain::instant checkpointed_at_;
  bool between_positions_ = false; ///< folded and not published yet
  std::set<domain::event_id> changed_events_;
  std::map<std::string, layout_store::ref> found_layouts_; ///< since the last checkpoint
  using key_place = std::pair<domain::organisation_id, domain::key_id>;
  std::map<key_place, kept_key> keys_;
  std::set<key_place> changed_keys_;

  mutable std::shared_mutex mutex_;
  std::map<line_key, line> lines_;
  std::unordered_map<domain::event_id, line*> by_event_;            ///< into lines_
  static constexpr domain::millis openings_kept = domain::hours(1); ///< after they are over
  /// Published events with a moment of opening, by that moment and by themselves. Some 100 bytes for each.
  std::set<std::pair<domain::instant, domain::event_id>> openings_;
  std::unordered_map<domain::event_id, std::vector<domain::instant>> opens_at_; ///< the sale, and each presale
  std::deque<std::pair<domain::instant, domain::event_id>> published_; ///< the last ones, in the journal's order
};

/// State version of the catalogue: raised with every change of its rows or of what they mean.
inline constexpr std::uint32_t catalogue_state_version = 2;

} // namespace holdfast::projections
