#pragma once

#include "journal/audit/books.hpp"
#include "journal/audit/event_check.hpp"
#include "journal/audit/source.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::journal::audit {

/// What an event's records say in the end.
struct event_summary {
  std::uint64_t event = 0;
  std::uint64_t organisation = 0;
  std::string name;
  std::string currency;
  event_check::life status = event_check::life::absent;
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  hash_bytes chain{};
  std::uint64_t state_hash = 0;
  std::uint64_t places = 0; ///< seats and standing places
  std::uint64_t held = 0;
  std::uint64_t sold = 0;
  std::uint64_t holds = 0;
  std::uint64_t orders = 0;
  std::uint64_t complimentary = 0; ///< of the orders
  std::int64_t taken = 0;          ///< Σ totals of orders, in minor units
  std::uint64_t payments = 0;      ///< by card, whatever became of them
  std::uint64_t payments_open = 0; ///< of them, those that have not ended
  std::uint64_t captures = 0;      ///< of them, those whose money was taken
  std::int64_t captured = 0;       ///< Σ of what they took, in minor units
};

struct money_total {
  std::uint64_t orders = 0;
  std::uint64_t places = 0;
  std::int64_t taken = 0;
  std::uint64_t captures = 0;      ///< orders of these that were paid by card
  std::uint64_t payments_open = 0; ///< payments by card that have not ended
  std::int64_t captured = 0;       ///< Σ of what was taken by card
};

struct report {
  findings found;
  std::uint64_t streams = 0;
  std::uint64_t records = 0;
  std::uint64_t snapshots_compared = 0;
  std::vector<event_summary> events;     ///< ascending by event
  std::vector<journal_payment> payments; ///< by event and number; none of events that cannot be folded
  std::map<std::string, money_total> by_currency;
  [[nodiscard]] auto sound() const noexcept -> bool { return found.count() == 0; }
};

struct audit_options {
  std::optional<std::uint64_t> event;                  ///< only this event (and every organisation: keys are needed)
  std::function<void(std::uint64_t records)> progress; ///< told now and then
};

/// Reads a whole journal and checks every promise that a journal can show. Never stops at a violation; the only way to fail is to find some.
[[nodiscard]] auto run_audit(source& from, const audit_options& options = {}) -> report;

/// The state hash of docs/journal-format.md, computed from scratch.
[[nodiscard]] auto state_hash_of(const event_check& event) -> std::uint64_t;

[[nodiscard]] auto name_of(event_check::life status) noexcept -> std::string_view;

} // namespace holdfast::journal::audit
