#pragma once

#include "domain/strong_id.hpp"
#include "http/bucket_rule.hpp"
#include "http/request.hpp"
#include "http/router.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// The buckets. Addresses and buyers share one budget of the public; API keys, the back office, have a lane of their own that
/// no crowd can use up.
struct rate_limits {
  rate_rule address_view{.per_second = 50, .burst = 200};  ///< reads of one address
  rate_rule address_act{.per_second = 20, .burst = 60};    ///< writes of one address
  rate_rule address_session{.per_second = 2, .burst = 30}; ///< new sessions of one address
  rate_rule buyer{.per_second = 10, .burst = 40};          ///< everything of one buyer
  rate_rule key{.per_second = 500, .burst = 1000};         ///< everything of one API key
  rate_rule address_code{.per_second = 0.5, .burst = 600}; ///< access codes that are none, tried from one address
  rate_rule buyer_code{.per_second = 0.05, .burst = 10};   ///< the same, by one buyer
  std::size_t buckets_max = 65'536;                        ///< 16 bytes each; the fullest buckets make room
};

/// Which bucket.
enum class rate_lane : std::uint8_t {
  address_view,
  address_act,
  address_session,
  buyer,
  key,
  address_code,
  buyer_code
};

/// What a bucket of a lane said.
struct rate_verdict : bucket_verdict {
  rate_lane lane = rate_lane::address_view;
};

/// Token buckets by the generic cell rate algorithm (ITU-T I.371): one time stamp a bucket. A table of fixed size; when it is
/// full, the bucket that has been full for longest makes room, which loses nothing. Thread-safe; sharded.
class rate_limiter {
 public:
  using clock = std::chrono::steady_clock;

  explicit rate_limiter(const rate_limits& limits);
  rate_limiter(const rate_limiter&) = delete;
  auto operator=(const rate_limiter&) -> rate_limiter& = delete;
  ~rate_limiter();

  /// Takes one token of an address's bucket; IPv6 addresses count as their /64.
  [[nodiscard]] auto take(rate_lane lane, const client_address& address, clock::time_point now) -> rate_verdict;
  [[nodiscard]] auto take(const domain::subject_id& buyer, clock::time_point now) -> rate_verdict;
  [[nodiscard]] auto take(rate_lane lane, const domain::subject_id& buyer, clock::time_point now) -> rate_verdict;
  [[nodiscard]] auto take(domain::key_id key, clock::time_point now) -> rate_verdict;

  /// Puts a token back that was taken.
  void give_back(rate_lane lane, const client_address& address) noexcept;
  void give_back(rate_lane lane, const domain::subject_id& buyer) noexcept;

  /// Appends `RateLimit-Policy` and `RateLimit` header lines (draft-ietf-httpapi-ratelimit-headers).
  void append_headers(std::string& out, const rate_verdict& verdict) const;

 private:
  struct shard;

  /// Whose a bucket is.
  struct holder {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };

  [[nodiscard]] static auto holder_of(const client_address& address) noexcept -> holder;
  [[nodiscard]] auto hash_of(rate_lane lane, const holder& whose) const noexcept -> std::uint64_t;
  [[nodiscard]] auto take(rate_lane lane, const holder& whose, clock::time_point now) -> rate_verdict;
  void give_back(rate_lane lane, const holder& whose) noexcept;

  std::array<bucket_rule, 7> rules_;
  std::array<std::uint64_t, 2> seed_{}; ///< so that nobody can aim two addresses at one bucket
  std::vector<std::unique_ptr<shard>> shards_;
};

} // namespace holdfast::http
