#pragma once

#include "domain/instant.hpp"
#include "domain/queue/command.hpp"
#include "domain/queue/fact.hpp"
#include "domain/queue/settings.hpp"
#include "http/json_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::http {

/// What an organiser changes about a waiting room: settings, and then at most one step.
struct queue_change {
  template <class Value>
  using cleared_or = std::optional<std::optional<Value>>; ///< absent: stays; empty inside: is taken away

  cleared_or<domain::instant> pre_queue_at;
  cleared_or<domain::instant> starts_at;
  std::optional<std::string> public_round;
  std::optional<std::uint32_t> rate_milli_per_s;
  std::optional<std::uint32_t> batch;
  cleared_or<std::uint32_t> max_active;
  std::optional<std::uint32_t> capacity_milli_per_s;
  std::optional<domain::millis> expected_stay;
  std::optional<domain::millis> heartbeat;
  std::optional<domain::millis> queue_ttl;
  std::optional<domain::millis> admission;
  std::optional<std::uint32_t> load_on_per_s;
  std::optional<std::vector<domain::queue::band>> bands;

  std::optional<domain::queue::mode> mode; ///< pre_queue: is opened
  std::optional<bool> revoke;              ///< with the mode paused: admissions are worth nothing meanwhile
  std::optional<bool> paused;
  bool close_pre_queue = false;
  std::optional<domain::queue::draw_lots> draw;

  std::string reason;

  [[nodiscard]] auto sets_something() const noexcept -> bool;
  /// The settings with the changes.
  [[nodiscard]] auto applied_to(domain::queue::settings before) const -> domain::queue::settings;
  /// The step, in a room of this mode; nothing when none is asked for, or it is done already.
  [[nodiscard]] auto step_from(domain::queue::mode now) const -> std::optional<domain::queue::command_body>;
};

/// Reads a `PATCH` of a waiting room; faults are recorded in the body's document. Whether the settings are sound together is for the room.
[[nodiscard]] auto read_queue_change(const json_object& body) -> queue_change;

} // namespace holdfast::http
