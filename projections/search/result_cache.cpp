#include "projections/search/result_cache.hpp"

#include <utility>

namespace holdfast::projections {

namespace {

/// Of an entry, its key in two places and its places in list and table.
constexpr std::size_t entry_bytes = 400;
/// Compressed forms are made when somebody asks for them, which the cache does not see: each is about a third of the body.
constexpr std::size_t packed_thirds = 2;

auto bytes_of_body(const view_body& body) -> std::size_t {
  constexpr std::size_t thirds = 3;
  return body.bytes.size() + (body.packed ? body.bytes.size() * packed_thirds / thirds : 0);
}

} // namespace

result_cache::result_cache(const search_settings& settings, std::shared_ptr<search_metrics> metrics)
    : settings_{settings}, metrics_{std::move(metrics)} {}

auto result_cache::is_fresh(const entry& its, const stamp& now, clock::time_point at) const -> bool {
  if (!its.body || its.of.texts != now.texts || its.of.texts_serial != now.texts_serial)
    return false;
  return at - its.at < (its.of == now ? settings_.unchanged_answers_kept : settings_.answers_kept);
}

auto result_cache::bytes_of(const entry& its) -> std::size_t {
  return entry_bytes + 2 * its.key.size() + (its.body ? bytes_of_body(*its.body) : 0);
}

auto result_cache::ask(const std::string& key, const stamp& now, clock::time_point at, view_done& done) -> claim {
  std::shared_ptr<const view_body> body;
  {
    const std::scoped_lock lock{mutex_};
    const auto known = by_key_.find(key);
    if (known == by_key_.end()) {
      auto& made = recent_.emplace_front();
      made.key = key;
      made.running = true;
      made.waiting.push_back(std::move(done));
      by_key_.emplace(key, recent_.begin());
      bytes_ += bytes_of(made);
      metrics_->cache_misses.fetch_add(1, std::memory_order_relaxed);
      return claim::yours;
    }
    auto& its = *known->second;
    recent_.splice(recent_.begin(), recent_, known->second);
    if (!is_fresh(its, now, at)) {
      its.waiting.push_back(std::move(done));
      if (!std::exchange(its.running, true)) {
        metrics_->cache_misses.fetch_add(1, std::memory_order_relaxed);
        return claim::yours;
      }
      metrics_->cache_hits.fetch_add(1, std::memory_order_relaxed);
      return claim::answered;
    }
    body = its.body;
  }
  metrics_->cache_hits.fetch_add(1, std::memory_order_relaxed);
  done(read_outcome::ok, body);
  return claim::answered;
}

void result_cache::complete(const std::string& key, const stamp& of, clock::time_point at,
                            std::shared_ptr<const view_body> body) {
  std::vector<view_done> waiting;
  entries dropped; // freed after the lock
  auto given = body;
  {
    const std::scoped_lock lock{mutex_};
    auto& its = *by_key_.at(key);
    bytes_ -= bytes_of(its);
    its.of = of;
    its.at = at;
    its.body.swap(body);
    its.running = false;
    bytes_ += bytes_of(its);
    waiting.swap(its.waiting);
    shrink(dropped);
  }
  for (const auto& done : waiting)
    done(read_outcome::ok, given);
}

void result_cache::give_up(const std::string& key, read_outcome why) {
  std::vector<view_done> waiting;
  entries dropped;
  {
    const std::scoped_lock lock{mutex_};
    const auto place = by_key_.at(key);
    waiting.swap(place->waiting);
    bytes_ -= bytes_of(*place);
    by_key_.erase(key);
    dropped.splice(dropped.begin(), recent_, place);
  }
  for (const auto& done : waiting)
    done(why, nullptr);
}

/// What was asked for longest ago goes first; what is being worked out stays.
void result_cache::shrink(entries& dropped) {
  auto at = recent_.end();
  while (bytes_ > settings_.cache_bytes_max && at != recent_.begin()) {
    const auto oldest = std::prev(at);
    if (oldest->running) {
      at = oldest;
      continue;
    }
    bytes_ -= bytes_of(*oldest);
    by_key_.erase(oldest->key);
    dropped.splice(dropped.begin(), recent_, oldest);
  }
  metrics_->cache_bytes.store(bytes_, std::memory_order_relaxed);
}

} // namespace holdfast::projections
