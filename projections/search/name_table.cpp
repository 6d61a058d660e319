#include "projections/search/name_table.hpp"

#include "projections/search/words.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::size_t recent_max = 16'384;

} // namespace

name_table::name_table(bool tells_apart) : tells_apart_{tells_apart} {}

auto name_table::key_of(std::string_view name, std::string_view of) const -> std::string {
  auto key = folded_text(name);
  // A name without any word ("!!!") is itself.
  if (key.empty())
    key = name;
  if (tells_apart_)
    key.append(1, '\0').append(folded_text(of));
  return key;
}

auto name_table::intern(std::string_view name, std::string_view of) -> std::uint32_t {
  auto written = std::string{name}.append(1, '\0').append(of);
  if (const auto known = recent_.find(written); known != recent_.end())
    return known->second;
  auto key = key_of(name, of);
  const std::unique_lock lock{mutex_};
  const auto [place, is_new] = ids_.try_emplace(std::move(key), static_cast<std::uint32_t>(entries_.size()));
  if (is_new) {
    entries_.push_back({std::string{name}, std::string{of}, folded_text(name), 0});
    changed_.insert(place->second);
  }
  if (recent_.size() >= recent_max)
    recent_.clear();
  recent_.emplace(std::move(written), place->second);
  return place->second;
}

void name_table::use(std::uint32_t id, std::int64_t starts_at_ms) {
  const std::unique_lock lock{mutex_};
  auto& latest = entries_[id].latest_ms;
  if (starts_at_ms > latest) {
    latest = starts_at_ms;
    changed_.insert(id);
  }
}

auto name_table::take(std::string_view name, std::string_view of, std::int64_t latest_ms) -> bool {
  const std::unique_lock lock{mutex_};
  const auto [place, is_new] = ids_.try_emplace(key_of(name, of), static_cast<std::uint32_t>(entries_.size()));
  if (is_new)
    entries_.push_back({std::string{name}, std::string{of}, folded_text(name), latest_ms});
  return is_new;
}

auto name_table::take_changes() -> std::vector<std::uint32_t> {
  const std::unique_lock lock{mutex_};
  std::vector<std::uint32_t> all{changed_.begin(), changed_.end()};
  changed_.clear();
  return all;
}

auto name_table::find(std::string_view name) const -> std::optional<std::uint32_t> {
  const auto key = key_of(name, {});
  const std::shared_lock lock{mutex_};
  const auto found = ids_.find(key);
  return found == ids_.end() ? std::nullopt : std::optional{found->second};
}

auto name_table::at(std::uint32_t id) const -> entry {
  const std::shared_lock lock{mutex_};
  return entries_[id];
}

auto name_table::size() const -> std::size_t {
  const std::shared_lock lock{mutex_};
  return entries_.size();
}

} // namespace holdfast::projections
