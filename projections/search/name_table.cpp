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

auto name_table::known(std::string_view name, std::string_view of) const -> std::optional<std::uint32_t> {
  if (const auto found = ids_.find(key_of(name, of)); found != ids_.end())
    return found->second;
  if (tells_apart_)
    return std::nullopt;
  // "Zuerich" for "Zürich", or the other way round.
  const auto folded = folded_text(name);
  if (const auto found = spelt_out_.find(folded); found != spelt_out_.end())
    return found->second;
  const auto spelt_out = spelt_out_text(name);
  const auto found = spelt_out == folded ? ids_.end() : ids_.find(spelt_out);
  return found == ids_.end() ? std::nullopt : std::optional{found->second};
}

auto name_table::add(std::string_view name, std::string_view of, std::int64_t latest_ms) -> std::uint32_t {
  const auto id = static_cast<std::uint32_t>(entries_.size());
  auto folded = folded_text(name);
  auto spelt_out = spelt_out_text(name);
  if (spelt_out == folded)
    spelt_out.clear();
  else if (!tells_apart_)
    spelt_out_.try_emplace(spelt_out, id);
  ids_.emplace(key_of(name, of), id);
  entries_.push_back({std::string{name}, std::string{of}, std::move(folded), std::move(spelt_out), latest_ms});
  return id;
}

auto name_table::intern(std::string_view name, std::string_view of) -> std::uint32_t {
  auto written = std::string{name}.append(1, '\0').append(of);
  if (const auto lately = recent_.find(written); lately != recent_.end())
    return lately->second;
  const std::unique_lock lock{mutex_};
  auto id = known(name, of);
  if (!id) {
    id = add(name, of, 0);
    changed_.insert(*id);
  }
  if (recent_.size() >= recent_max)
    recent_.clear();
  recent_.emplace(std::move(written), *id);
  return *id;
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
  if (known(name, of))
    return false;
  static_cast<void>(add(name, of, latest_ms));
  return true;
}

auto name_table::take_changes() -> std::vector<std::uint32_t> {
  const std::unique_lock lock{mutex_};
  std::vector<std::uint32_t> all{changed_.begin(), changed_.end()};
  changed_.clear();
  return all;
}

auto name_table::find(std::string_view name) const -> std::optional<std::uint32_t> {
  const std::shared_lock lock{mutex_};
  return known(name, {});
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
