#pragma once

#include "actors/answer_encoder.hpp"
#include "domain/command.hpp"
#include "domain/organisation/command.hpp"
#include "journal/journal.hpp"

#include <atomic>
#include <optional>

namespace holdfast::actors {

/// Whether the selling plane takes a command at all just now: draining, storage, disk and clock. Thread-safe.
class selling_gate {
 public:
  explicit selling_gate(const journal::journal& journal) noexcept : journal_{journal} {}

  /// Why this command is refused before it is decided; nothing when it is not. Remembered requests are the caller's to let through.
  [[nodiscard]] auto refuses(const domain::command_body& what) const noexcept -> std::optional<refusal>;
  [[nodiscard]] auto refuses(const domain::organisation_command_body& what) const noexcept -> std::optional<refusal>;
  /// Refusals that no command escapes: draining and a storage error.
  [[nodiscard]] auto refuses_all() const noexcept -> std::optional<refusal>;

  /// Whether holds may expire: not while it is unsure what time it is.
  [[nodiscard]] auto expires() const noexcept -> bool {
    return !clock_unsure_.load(std::memory_order_relaxed) && journal_.mode() != journal::journal_mode::latched;
  }

  void drain() noexcept { draining_.store(true, std::memory_order_release); }

  [[nodiscard]] auto draining() const noexcept -> bool { return draining_.load(std::memory_order_acquire); }

  void set_clock_unsure(bool unsure) noexcept { clock_unsure_.store(unsure, std::memory_order_release); }

  [[nodiscard]] auto clock_unsure() const noexcept -> bool { return clock_unsure_.load(std::memory_order_acquire); }

 private:
  const journal::journal& journal_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> clock_unsure_{false};
};

} // namespace holdfast::actors
