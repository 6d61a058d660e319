#include "http/door/address_buckets.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace holdfast::http::door {

namespace {

/// One bucket's name in its shard.
struct named {
  door_key whose;
  join_lane lane = join_lane::address;
  friend auto operator<=>(const named&, const named&) noexcept = default;
};

struct named_hash {
  door_key_hash by;

  [[nodiscard]] auto operator()(const named& of) const noexcept -> std::size_t {
    return by({of.whose.high + static_cast<std::uint64_t>(of.lane), of.whose.low});
  }
};

} // namespace

struct address_buckets::shard {
  mutable std::mutex mutex;
  std::unordered_map<named, std::int64_t, named_hash> full_at; ///< of those that are not full
  std::set<std::pair<std::int64_t, named>> by_time;

  /// Forgets what is full: at least as much as comes in, so that little is left behind.
  void forget_full(std::int64_t now_ns) {
    constexpr int at_once = 4;
    for (int i = 0; i < at_once && !by_time.empty() && by_time.begin()->first <= now_ns; ++i) {
      full_at.erase(by_time.begin()->second);
      by_time.erase(by_time.begin());
    }
  }

  void set(const named& of, std::int64_t from_ns, std::int64_t to_ns) {
    by_time.erase({from_ns, of});
    by_time.emplace(to_ns, of);
    full_at[of] = to_ns;
  }
};

address_buckets::address_buckets(const rate_rule& address, const rate_rule& buyer, std::size_t buckets_max)
    : rules_{bucket_rule{"address-join", address}, bucket_rule{"buyer-join", buyer}},
      per_shard_max_{std::max<std::size_t>(1, buckets_max / shard_count)} {
  for (auto& each : shards_) {
    each = std::make_unique<shard>();
  }
}

address_buckets::~address_buckets() = default;

auto address_buckets::take(const client_address& address, const domain::subject_id& buyer, time_point now)
    -> join_verdict {
  const auto now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  // The buyer first: who knocks too often takes nothing from the others behind the same address.
  const auto of_buyer = take_one(join_lane::buyer, key_of(buyer), now_ns);
  if (!of_buyer.allowed) {
    return of_buyer;
  }
  const auto of_address = take_one(join_lane::address, key_of(address), now_ns);
  if (!of_address.allowed) {
    if (of_buyer.limited) {
      give_back(join_lane::buyer, key_of(buyer));
    }
    return of_address;
  }
  const bool is_address_nearer = of_address.limited && (!of_buyer.limited || of_address.remaining < of_buyer.remaining);
  return is_address_nearer ? of_address : of_buyer;
}

auto address_buckets::take_one(join_lane lane, const door_key& whose, std::int64_t now_ns) -> join_verdict {
  const auto& by = rules_[static_cast<std::size_t>(lane)];
  join_verdict said;
  said.lane = lane;
  if (by.is_off()) {
    return said;
  }
  const named name{whose, lane};
  auto& in = shard_of(whose);
  const std::scoped_lock lock{in.mutex};
  in.forget_full(now_ns);
  const auto found = in.full_at.find(name);
  if (found == in.full_at.end() && in.full_at.size() >= per_shard_max_) {
    constexpr std::int64_t ns_a_ms = 1'000'000;
    said.limited = true;
    said.allowed = false;
    said.crowded = true;
    said.retry_after = std::chrono::milliseconds{(in.by_time.begin()->first - now_ns) / ns_a_ms + 1};
    return said;
  }
  const auto before = found == in.full_at.end() ? now_ns : found->second;
  auto after = before;
  static_cast<bucket_verdict&>(said) = by.take(after, now_ns);
  if (said.allowed) {
    in.set(name, before, after);
  }
  return said;
}

void address_buckets::give_back(join_lane lane, const door_key& whose) {
  const named name{whose, lane};
  auto& in = shard_of(whose);
  const std::scoped_lock lock{in.mutex};
  // Nothing to give back to a bucket that is full, and so forgotten, meanwhile.
  if (const auto found = in.full_at.find(name); found != in.full_at.end()) {
    const auto before = found->second;
    in.set(name, before, before - rules_[static_cast<std::size_t>(lane)].interval_ns());
  }
}

auto address_buckets::shard_of(const door_key& whose) -> shard& {
  return *shards_[hash_(whose) % shard_count];
}

auto address_buckets::policy_of(const join_verdict& said) const -> std::string {
  return rules_[static_cast<std::size_t>(said.lane)].policy();
}

auto address_buckets::state_of(const join_verdict& said) const -> std::string {
  std::string out;
  rules_[static_cast<std::size_t>(said.lane)].append_state(out, said);
  return out;
}

auto address_buckets::size() const -> std::size_t {
  std::size_t sum = 0;
  for (const auto& each : shards_) {
    const std::scoped_lock lock{each->mutex};
    sum += each->full_at.size();
  }
  return sum;
}

} // namespace holdfast::http::door
