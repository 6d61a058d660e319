#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::http {

/// A token bucket: filled at `per_second`, holding at most `burst`. A rate of 0 switches it off.
struct rate_rule {
  double per_second = 0;
  double burst = 1;
};

/// What a bucket said.
struct bucket_verdict {
  bool limited = false; ///< there is a rule
  bool allowed = true;
  std::uint32_t remaining = 0;              ///< whole requests left now
  std::chrono::milliseconds reset{0};       ///< until the bucket is full again
  std::chrono::milliseconds retry_after{0}; ///< when refused
};

/// A bucket's rule, worked out: the generic cell rate algorithm (ITU-T I.371), whose whole state is the time at which the bucket is full. Immutable.
class bucket_rule {
 public:
  bucket_rule() = default;
  /// `name` stands in the headers, and lives for ever.
  bucket_rule(std::string_view name, const rate_rule& rule);

  [[nodiscard]] auto is_off() const noexcept -> bool { return interval_ns_ == 0; }
  /// Between two tokens; 0: off.
  [[nodiscard]] auto interval_ns() const noexcept -> std::int64_t { return interval_ns_; }

  /// Takes a token, if there is one, of the bucket that is full at `full_at_ns`. Of a rule that is on.
  [[nodiscard]] auto take(std::int64_t& full_at_ns, std::int64_t now_ns) const noexcept -> bucket_verdict;

  /// The value of `RateLimit-Policy`, and, appended, that of `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
  [[nodiscard]] auto policy() const noexcept -> const std::string& { return policy_; }
  void append_state(std::string& out, const bucket_verdict& said) const;

 private:
  std::int64_t interval_ns_ = 0;
  std::int64_t depth_ns_ = 0; ///< of the whole bucket
  std::string policy_;
  std::string_view name_;
};

} // namespace holdfast::http
