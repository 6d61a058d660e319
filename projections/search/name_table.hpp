#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// Names that many events share, by number, so that a row has four bytes for each and equal names are equal numbers. Names that differ in case,
/// diacritics or punctuation alone are one, and for a table that does not tell apart also Zürich and Zuerich; the spelling that came first is shown. Only ever grows. Thread-safe; one thread interns.
class name_table {
 public:
  struct entry {
    std::string name;
    std::string of; ///< what else people are told: a venue's city, a city's country
    std::string folded;
    std::string spelt_out;      ///< folded, with ä, ö, ü as ae, oe, ue; empty when that makes no difference
    std::int64_t latest_ms = 0; ///< start of the latest event that may be found under it
  };

  /// `tells_apart`: two entries of one name and different `of` are two.
  explicit name_table(bool tells_apart);

  [[nodiscard]] auto intern(std::string_view name, std::string_view of) -> std::uint32_t;
  /// An event that starts then may be found under it.
  void use(std::uint32_t id, std::int64_t starts_at_ms);
  /// Adds an entry that was stored, in the order of numbers. False when its name is there already.
  [[nodiscard]] auto take(std::string_view name, std::string_view of, std::int64_t latest_ms) -> bool;
  /// Entries that are new or used anew since the last call, in the order of their numbers. The interning thread's.
  [[nodiscard]] auto take_changes() -> std::vector<std::uint32_t>;

  /// For a table that does not tell apart: the number of a name in any spelling.
  [[nodiscard]] auto find(std::string_view name) const -> std::optional<std::uint32_t>;
  [[nodiscard]] auto at(std::uint32_t id) const -> entry;
  [[nodiscard]] auto size() const -> std::size_t;

  /// Calls `visit(id, entry)` for each, under the lock.
  template <class Visit>
  void for_each(Visit&& visit) const {
    const std::shared_lock lock{mutex_};
    for (std::size_t i = 0; i < entries_.size(); ++i)
      visit(static_cast<std::uint32_t>(i), entries_[i]);
  }

 private:
  /// The lock is held.
  [[nodiscard]] auto known(std::string_view name, std::string_view of) const -> std::optional<std::uint32_t>;
  [[nodiscard]] auto add(std::string_view name, std::string_view of, std::int64_t latest_ms) -> std::uint32_t;
  [[nodiscard]] auto key_of(std::string_view name, std::string_view of) const -> std::string;

  const bool tells_apart_;
  mutable std::shared_mutex mutex_;
  std::deque<entry> entries_;
  std::unordered_map<std::string, std::uint32_t> ids_;       ///< by key
  std::unordered_map<std::string, std::uint32_t> spelt_out_; ///< by name spelt out, where that is another text
  /// What was interned lately, as it was written: spares folding the same names again. The interning thread's.
  std::unordered_map<std::string, std::uint32_t> recent_;
  std::set<std::uint32_t> changed_; ///< since they were last taken
};

} // namespace holdfast::projections
