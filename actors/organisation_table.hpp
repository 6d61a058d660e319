#pragma once

#include "actors/organisation_core.hpp"
#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace caf {
class actor_system;
} // namespace caf

namespace holdfast::actors {

/// The organisation actors, one a stream `org/<id>`. All are loaded at start: they are few and small, and every request needs their keys. Thread-safe.
class organisation_table {
 public:
  organisation_table(caf::actor_system& system, const event_services& services, organisation_directory& directory);
  ~organisation_table();
  organisation_table(const organisation_table&) = delete;
  auto operator=(const organisation_table&) -> organisation_table& = delete;

  /// Folds every organisation's stream and fills the directory. Blocking; once, at start.
  [[nodiscard]] auto load() -> tl::expected<std::size_t, journal::failure>;
  /// An organisation without facts answers 404 to everything but its creation.
  void submit(domain::organisation_id organisation, organisation_request&& request) noexcept;

  [[nodiscard]] auto in_flight() const noexcept -> std::size_t {
    return static_cast<std::size_t>(credits_->in_flight());
  }

  void stop();

 private:
  struct slot;
  [[nodiscard]] auto find_or_open(domain::organisation_id organisation, bool create) -> std::shared_ptr<slot>;
  void open(domain::organisation_id organisation, domain::organisation_state state);

  caf::actor_system& system_;
  const event_services& services_;
  organisation_directory& directory_;
  std::shared_ptr<inflight_limiter> credits_;
  std::mutex mutex_;
  std::unordered_map<domain::organisation_id, std::shared_ptr<slot>> slots_;
};

} // namespace holdfast::actors
