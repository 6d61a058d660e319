#pragma once

#include "actors/answer_encoder.hpp"
#include "tracing/traced_commit.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace holdfast::actors {

/// When a traced command came on its way; everybody else's is never looked at.
class request_times {
 public:
  /// Whom a command is for, in its spans.
  struct addressee {
    std::string_view kind;   ///< "event"
    std::string_view id_key; ///< static text; may be empty
    std::string_view id;
  };

  [[nodiscard]] static auto submitted_now(const request_meta& meta) noexcept -> request_times;

  /// The actor turns to the command.
  void taken_by_actor(const request_meta& meta) noexcept {
    if (meta.traced) {
      taken_ = tracing::clock::now();
    }
  }

  /// Records the wait for the actor and its decision, which ends now. Only of a traced command, once.
  void record_decision(const request_meta& meta, const addressee& by) const;

 private:
  tracing::clock::time_point submitted_;
  tracing::clock::time_point taken_;
};

/// The trace of what is appended for a command now; null when it is not traced.
[[nodiscard]] auto trace_commit(const request_meta& meta, std::uint64_t first_seq, std::size_t facts)
    -> std::shared_ptr<const tracing::traced_commit>;

} // namespace holdfast::actors
