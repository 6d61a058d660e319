#pragma once

#include "notifications/channel.hpp"
#include "notifications/desk.hpp"
#include "notifications/rows.hpp"
#include "notifications/settings.hpp"
#include "people/sealing.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::notifications {

/// Webhooks to organisers: in order for each endpoint and event, with a counter that has no gap, at least once. An endpoint that is slow or away
/// holds up nobody but itself. One thread.
class webhooks {
 public:
  /// `secret` seals the endpoints' own.
  webhooks(const webhook_settings& how, channel_parts& with, outbox_metrics& counts, const people::sealing_key& secret);

  [[nodiscard]] auto empty() const noexcept -> bool { return endpoints_.empty(); }
  [[nodiscard]] auto load() -> tl::expected<void, std::string>;
  /// Queues what organisers want to hear of; nothing of it leaves before `to` is on disk, for the caller writes it before anything else runs.
  void queue(const notice& about, people::map_changes& to);
  void start_due();
  [[nodiscard]] auto next_due_ms() const -> std::optional<std::int64_t>;

  // As `desk` has them.
  void create(desk::new_webhook what, const desk::created& done);
  [[nodiscard]] auto list(domain::organisation_id whose) const -> std::vector<desk::webhook>;
  [[nodiscard]] auto remove(domain::organisation_id whose, std::uint64_t id) -> desk::outcome;
  [[nodiscard]] auto read(domain::organisation_id whose, std::uint64_t id, const std::string& after,
                          std::size_t limit) const -> std::pair<desk::outcome, desk::delivery_page>;
  [[nodiscard]] auto redeliver(domain::organisation_id whose, std::uint64_t id, std::uint64_t from_seq,
                               std::optional<domain::event_id> event) -> std::pair<desk::outcome, std::uint64_t>;

 private:
  struct lane {
    rows::place_row place;
    std::int64_t due_ms = 0;
    bool busy = false;
    /// Grows when it is told to go back: what is under way then counts for nothing.
    std::uint64_t turn = 0;
  };

  struct endpoint {
    rows::endpoint_row row;
    std::string secret;
    std::map<domain::event_id, lane> lanes;
    std::size_t under_way = 0;
  };

  /// A delivery that is being made.
  struct attempt {
    std::uint64_t endpoint = 0;
    domain::event_id event;
    std::uint64_t turn = 0;
    rows::delivery_row row;
  };

  [[nodiscard]] auto owned(domain::organisation_id whose, std::uint64_t id) -> endpoint*;
  [[nodiscard]] auto owned(domain::organisation_id whose, std::uint64_t id) const -> const endpoint*;
  [[nodiscard]] auto lane_of(const attempt& of) -> lane*;
  [[nodiscard]] auto open_secret(const rows::endpoint_row& of) const -> std::string;
  [[nodiscard]] auto may_start(const endpoint& at, const lane& of, std::int64_t now) const -> bool;
  void load_lanes(endpoint& into);
  void begin(std::uint64_t id, domain::event_id event);
  void compose(const attempt& what);
  void post(attempt what);
  void answered(attempt what, const transfer_end& how);
  void delivered(attempt what);
  void failed(attempt what, std::string trouble);
  void step(const attempt& what, people::map_changes changes);
  void finish(const attempt& what, std::int64_t due_in_ms);
  void disable(endpoint& of, std::string because);
  auto rewind(endpoint& of, domain::event_id event, std::uint64_t from_seq, people::map_changes& to) -> std::uint64_t;
  auto write(const people::map_changes& what) -> bool;

  const webhook_settings how_;
  channel_parts& with_;
  outbox_metrics& counts_;
  people::sealing_key seal_;
  std::map<std::uint64_t, endpoint> endpoints_;
  std::size_t under_way_ = 0;
};

} // namespace holdfast::notifications
