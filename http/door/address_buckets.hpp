#pragma once

#include "http/bucket_rule.hpp"
#include "http/door/door_key.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::http::door {

/// Whose bucket.
enum class join_lane : std::uint8_t { address = 0, buyer = 1 };

/// What the buckets of one who joins said: the one that refused, or else the one with the least left.
struct join_verdict : bucket_verdict {
  bool crowded = false; ///< refused because there is no room for one more bucket
  join_lane lane = join_lane::address;
};

/// Token buckets of those who join, by address (/64 of IPv6) and by buyer. They never give more than their rule says: a bucket is forgotten
/// only when it is full, which loses nothing; while as many as there is room for are not full, whoever has none yet is refused. Thread-safe; sharded.
class address_buckets {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  address_buckets(const rate_rule& address, const rate_rule& buyer, std::size_t buckets_max);
  address_buckets(const address_buckets&) = delete;
  auto operator=(const address_buckets&) -> address_buckets& = delete;
  ~address_buckets();

  /// A token of the buyer's bucket and one of the address's, or none at all.
  [[nodiscard]] auto take(const client_address& address, const domain::subject_id& buyer, time_point now)
      -> join_verdict;
  /// The values of `RateLimit-Policy` and `RateLimit`; of a verdict that is limited and not crowded.
  [[nodiscard]] auto policy_of(const join_verdict& said) const -> std::string;
  [[nodiscard]] auto state_of(const join_verdict& said) const -> std::string;
  /// Buckets that were not full when somebody last looked.
  [[nodiscard]] auto size() const -> std::size_t;

 private:
  struct shard;
  static constexpr std::size_t shard_count = 16;

  auto take_one(join_lane lane, const door_key& whose, std::int64_t now_ns) -> join_verdict;
  void give_back(join_lane lane, const door_key& whose);
  [[nodiscard]] auto shard_of(const door_key& whose) -> shard&;

  std::array<bucket_rule, 2> rules_;
  std::size_t per_shard_max_;
  door_key_hash hash_;
  std::array<std::unique_ptr<shard>, shard_count> shards_;
};

} // namespace holdfast::http::door
