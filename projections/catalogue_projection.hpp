#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "projections/layout_store.hpp"
#include "projections/projection.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// The events of each organisation, and where every layout of events and venues is in the journal. Folded in memory from the
/// journal's beginning; facts about holds are passed over. Some 1 KiB an event.
///
/// `apply`, `publish` and `reset` run on its actor, the reads on any thread.
class catalogue_projection final : public projection {
 public:
  explicit catalogue_projection(std::shared_ptr<layout_store> layouts);

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "catalogue"; }

  void apply(const applied_group& group) override;

  void publish(const journal::cursor& position) override { position_ = position; }

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  void reset() override;
  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool override;

  /// In id order after `after`, at most `limit`.
  [[nodiscard]] auto events_of(domain::organisation_id organisation, domain::event_id after, std::size_t limit) const
      -> std::vector<event_summary>;

 private:
  struct line {
    domain::event_config config; ///< without its description
    domain::event_status status = domain::event_status::draft;
  };
  using key = std::pair<domain::organisation_id, domain::event_id>;

  class folder;

  const std::shared_ptr<layout_store> layouts_;
  journal::cursor position_; ///< the actor's
  mutable std::shared_mutex mutex_;
  std::map<key, line> lines_;
  std::unordered_map<domain::event_id, line*> by_event_; ///< into lines_
};

} // namespace holdfast::projections
