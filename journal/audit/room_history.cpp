#include "journal/audit/room_history.hpp"

#include <algorithm>

namespace holdfast::journal::audit {

void room_history::opened(std::int64_t at_ms, std::uint64_t seq) {
  if (open_.empty() || open_.back().to_ms)
    open_.push_back({at_ms, std::nullopt, seq});
}

void room_history::closed(std::int64_t at_ms, std::uint64_t seq) {
  if (!open_.empty() && !open_.back().to_ms)
    open_.back().to_ms = at_ms;
  const auto end = [&](span& last) {
    if (!last.to_ms) {
      last.to_ms = at_ms;
      last.seq = seq;
    }
  };
  for (auto& [who, stays] : inside_)
    end(stays.back());
  for (auto& [who, ranks] : ranks_)
    end(ranks.back().while_it);
}

void room_history::stood(const buyer& who, std::uint64_t rank, std::int64_t at_ms) {
  if (watched_.contains(who))
    ranks_[who].push_back({rank, {at_ms, std::nullopt, 0}});
}

void room_history::stands_no_more(const buyer& who, std::int64_t at_ms, std::uint64_t seq) {
  const auto found = ranks_.find(who);
  if (found == ranks_.end() || found->second.back().while_it.to_ms)
    return;
  found->second.back().while_it.to_ms = at_ms;
  found->second.back().while_it.seq = seq;
}

void room_history::let_in(const buyer& who, std::int64_t at_ms) {
  auto& stays = inside_[who];
  if (stays.empty() || stays.back().to_ms)
    stays.push_back({at_ms, std::nullopt, 0});
}

void room_history::ended(const buyer& who, std::int64_t at_ms, std::uint64_t seq) {
  const auto found = inside_.find(who);
  if (found == inside_.end() || found->second.back().to_ms)
    return;
  found->second.back().to_ms = at_ms;
  found->second.back().seq = seq;
}

void room_history::revoked(std::int64_t at_ms, std::uint64_t seq) {
  revoked_.push_back({at_ms, std::nullopt, seq});
}

void room_history::restored(std::int64_t at_ms) {
  if (!revoked_.empty() && !revoked_.back().to_ms)
    revoked_.back().to_ms = at_ms;
}

auto room_history::claim_of(const span& one, std::int64_t at_ms) -> claim {
  if (one.from_ms > at_ms + slack_ms)
    return {};
  if (!one.to_ms || at_ms <= *one.to_ms + slack_ms)
    return {true, {}};
  return {false, one.seq};
}

auto room_history::stands(const buyer& who, std::uint64_t rank, std::int64_t at_ms) const -> claim {
  claim made;
  if (const auto found = ranks_.find(who); found != ranks_.end()) {
    for (const auto& one : found->second) {
      if (one.rank == rank)
        made = claim_of(one.while_it, at_ms);
      if (made.holds)
        break;
    }
  }
  return made;
}

auto room_history::is_inside(const buyer& who, std::int64_t at_ms) const -> claim {
  claim made;
  if (const auto found = inside_.find(who); found != inside_.end()) {
    for (const auto& stay : found->second) {
      const auto its = claim_of(stay, at_ms);
      if (its.holds) {
        const auto revoked = revoked_by(at_ms);
        return {!revoked, revoked};
      }
      if (its.ended)
        made = its;
    }
  }
  return made;
}

auto room_history::certain(const std::vector<span>& all, std::int64_t at_ms) -> const span* {
  const auto found = std::find_if(all.begin(), all.end(), [at_ms](const span& one) {
    return one.from_ms + slack_ms < at_ms && (!one.to_ms || at_ms + slack_ms < *one.to_ms);
  });
  return found == all.end() ? nullptr : &*found;
}

auto room_history::is_off(std::int64_t at_ms) const -> claim {
  const auto* const open = certain(open_, at_ms);
  return open == nullptr ? claim{true, {}} : claim{false, open->seq};
}

auto room_history::revoked_by(std::int64_t at_ms) const -> std::optional<std::uint64_t> {
  const auto* const found = certain(revoked_, at_ms);
  return found == nullptr ? std::nullopt : std::optional{found->seq};
}

auto room_history::objection(const buyer& who, std::int64_t at_ms) const -> std::optional<std::uint64_t> {
  const auto open = std::find_if(open_.begin(), open_.end(), [at_ms](const span& one) {
    return one.from_ms + slack_ms < at_ms && (!one.to_ms || at_ms < *one.to_ms);
  });
  if (open == open_.end())
    return std::nullopt;
  auto since = open->seq;
  if (const auto found = inside_.find(who); found != inside_.end()) {
    for (const auto& stay : found->second) {
      if (claim_of(stay, at_ms).holds)
        return revoked_by(at_ms);
      if (stay.to_ms && *stay.to_ms < at_ms)
        since = std::max(since, stay.seq);
    }
  }
  return since;
}

} // namespace holdfast::journal::audit
