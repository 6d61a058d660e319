#include "journal/audit/room_history.hpp"

#include <algorithm>

namespace holdfast::journal::audit {

void room_history::opened(std::int64_t at_ms, std::uint64_t seq) {
  if (open_.empty() || open_.back().to_ms)
    open_.push_back({at_ms, std::nullopt, seq});
}

void room_history::closed(std::int64_t at_ms) {
  if (!open_.empty() && !open_.back().to_ms)
    open_.back().to_ms = at_ms;
  for (auto& [who, stays] : inside_) {
    if (!stays.back().to_ms)
      stays.back().to_ms = at_ms;
  }
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

auto room_history::revoked_by(std::int64_t at_ms) const -> std::optional<std::uint64_t> {
  const auto found = std::find_if(revoked_.begin(), revoked_.end(), [at_ms](const span& one) {
    return one.from_ms + slack_ms < at_ms && (!one.to_ms || at_ms + slack_ms < *one.to_ms);
  });
  return found == revoked_.end() ? std::nullopt : std::optional{found->seq};
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
      if (stay.from_ms <= at_ms + slack_ms && (!stay.to_ms || at_ms <= *stay.to_ms + slack_ms))
        return revoked_by(at_ms);
      if (stay.to_ms && *stay.to_ms < at_ms)
        since = std::max(since, stay.seq);
    }
  }
  return since;
}

} // namespace holdfast::journal::audit
