#include "http/rate_limit.hpp"

#include "http/unique_bits.hpp"

#include <algorithm>
#include <bit>

namespace holdfast::http {

namespace {

constexpr std::size_t shard_count = 16;
constexpr std::size_t ways = 8; ///< buckets that may take each other's place: two cache lines

struct bucket {
  std::uint64_t key = 0;
  std::int64_t full_at_ns = 0; ///< the algorithm's theoretical arrival time
};

constexpr std::array<std::string_view, 7> lane_names{"address", "address-write", "address-session", "buyer",
                                                     "key",     "address-code",  "buyer-code"};

} // namespace

struct rate_limiter::shard {
  std::mutex mutex;
  std::vector<std::array<bucket, ways>> sets;
};

rate_limiter::rate_limiter(const rate_limits& limits) : seed_{unique_bits(), unique_bits()} {
  const std::array given{limits.address_view, limits.address_act,  limits.address_session, limits.buyer,
                         limits.key,          limits.address_code, limits.buyer_code};
  for (std::size_t i = 0; i < given.size(); ++i) {
    rules_[i] = bucket_rule{lane_names[i], given[i]};
  }
  const std::size_t sets = std::bit_ceil(std::max<std::size_t>(1, limits.buckets_max / shard_count / ways));
  for (std::size_t i = 0; i < shard_count; ++i) {
    shards_.push_back(std::make_unique<shard>());
    shards_.back()->sets.resize(sets);
  }
}

rate_limiter::~rate_limiter() = default;

auto rate_limiter::holder_of(const client_address& address) noexcept -> holder {
  const auto one = address.subscriber();
  holder whose;
  for (std::size_t i = 0; i < 8; ++i) {
    whose.high = (whose.high << 8U) | one.bytes[i];
    whose.low = (whose.low << 8U) | one.bytes[i + 8];
  }
  return whose;
}

auto rate_limiter::take(rate_lane lane, const client_address& address, clock::time_point now) -> rate_verdict {
  return take(lane, holder_of(address), now);
}

auto rate_limiter::take(const domain::subject_id& buyer, clock::time_point now) -> rate_verdict {
  return take(rate_lane::buyer, buyer, now);
}

auto rate_limiter::take(rate_lane lane, const domain::subject_id& buyer, clock::time_point now) -> rate_verdict {
  return take(lane, holder{buyer.high, buyer.low}, now);
}

auto rate_limiter::take(domain::key_id key, clock::time_point now) -> rate_verdict {
  return take(rate_lane::key, holder{key.value(), 0}, now);
}

void rate_limiter::give_back(rate_lane lane, const client_address& address) noexcept {
  give_back(lane, holder_of(address));
}

void rate_limiter::give_back(rate_lane lane, const domain::subject_id& buyer) noexcept {
  give_back(lane, holder{buyer.high, buyer.low});
}

auto rate_limiter::hash_of(rate_lane lane, const holder& whose) const noexcept -> std::uint64_t {
  const std::uint64_t lane_bits = static_cast<std::uint64_t>(lane) << 56U;
  return domain::mix64(domain::mix64(whose.high ^ seed_[0]) ^ whose.low ^ seed_[1] ^ lane_bits);
}

void rate_limiter::give_back(rate_lane lane, const holder& whose) noexcept {
  const std::uint64_t hash = hash_of(lane, whose);
  shard& at = *shards_[(hash >> 8U) % shard_count];
  const std::scoped_lock lock{at.mutex};
  for (bucket& each : at.sets[(hash >> 16U) % at.sets.size()]) {
    if (each.key == (hash | 1U)) {
      each.full_at_ns -= rules_[static_cast<std::size_t>(lane)].interval_ns();
      return;
    }
  }
}

auto rate_limiter::take(rate_lane lane, const holder& whose, clock::time_point now) -> rate_verdict {
  const bucket_rule& by = rules_[static_cast<std::size_t>(lane)];
  rate_verdict verdict;
  verdict.lane = lane;
  if (by.is_off()) {
    return verdict;
  }
  const std::uint64_t hash = hash_of(lane, whose);
  const std::uint64_t key = hash | 1U; // 0 marks a bucket that was never used
  const std::int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  shard& at = *shards_[(hash >> 8U) % shard_count];
  const std::scoped_lock lock{at.mutex};
  auto& set = at.sets[(hash >> 16U) % at.sets.size()];
  bucket* mine = nullptr;
  bucket* oldest = &set.front();
  for (bucket& each : set) {
    if (each.key == key) {
      mine = &each;
      break;
    }
    oldest = each.full_at_ns < oldest->full_at_ns ? &each : oldest;
  }
  if (mine == nullptr) {
    mine = oldest;
    *mine = {.key = key, .full_at_ns = now_ns};
  }
  static_cast<bucket_verdict&>(verdict) = by.take(mine->full_at_ns, now_ns);
  return verdict;
}

void rate_limiter::append_headers(std::string& out, const rate_verdict& verdict) const {
  if (!verdict.limited) {
    return;
  }
  const bucket_rule& by = rules_[static_cast<std::size_t>(verdict.lane)];
  out.append("RateLimit-Policy: ").append(by.policy()).append("\r\nRateLimit: ");
  by.append_state(out, verdict);
  out.append("\r\n");
}

} // namespace holdfast::http
