#include "projections/store/checkpoint_lane.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tests/support/temporary_place.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

namespace {

namespace fs = std::filesystem;
using projections::checkpoint_lane;
using projections::projection_store;
using projections::store_changes;
using rows = std::map<std::string, std::string>;

constexpr std::string_view name = "bookings";
constexpr std::uint32_t version = 3;

/// By position: what a checkpoint of it has.
using history = std::map<std::string, rows>;

auto open_store(const fs::path& directory) -> std::unique_ptr<projection_store> {
  auto opened = projections::open_projection_store(directory, "journal-1");
  REQUIRE(opened.has_value());
  return std::move(opened->store);
}

auto lane_of(projection_store& store) -> std::shared_ptr<checkpoint_lane> {
  return std::make_shared<checkpoint_lane>(
      store, [](const std::function<void()>& job) { job(); }, std::string{name}, version);
}

/// Some 600 rows that differ from round to round in part.
auto rows_of(int round) -> rows {
  rows all;
  for (int i = 0; i < 600; ++i) {
    auto key = "order " + std::to_string(1'000'000 + i * 7 + (i % 3 == 0 ? round : 0));
    all.emplace(std::move(key), "row " + std::to_string(i) + " of round " + std::to_string(round) +
                                    std::string(static_cast<std::size_t>(i % 50), 'x'));
  }
  return all;
}

/// From one state to the next.
auto changes_of(const rows& before, const rows& after) -> store_changes {
  store_changes changes;
  for (const auto& [key, value] : before)
    if (!after.contains(key))
      changes.erase(key);
  for (const auto& [key, value] : after)
    if (const auto found = before.find(key); found == before.end() || found->second != value)
      changes.put(key, value);
  return changes;
}

void commit(checkpoint_lane& to, const rows& before, const rows& after, const std::string& position) {
  to.commit_now(changes_of(before, after), journal::cursor{position});
}

auto load(checkpoint_lane& from) -> std::optional<rows> {
  rows loaded;
  const bool found = from.load([&](std::string_view key, std::string_view value) {
    loaded.emplace(key, value);
    return true;
  });
  return found ? std::optional{std::move(loaded)} : std::nullopt;
}

/// A store that has been rebuilt and started many times: every start puts what was written before into a table.
auto rebuild_often(const fs::path& directory, int rounds) -> history {
  for (int round = 0; round < rounds; ++round) {
    const auto store = open_store(directory);
    const auto lane = lane_of(*store);
    static_cast<void>(load(*lane));
    lane->wipe();
    commit(*lane, {}, rows_of(round), "4711");
    REQUIRE(lane->ready());
  }
  static_cast<void>(open_store(directory));
  return {{"4711", rows_of(rounds - 1)}};
}

/// A store that has gone on from checkpoint to checkpoint and from start to start; the last two are in the log only.
auto commit_often(const fs::path& directory, int rounds) -> history {
  history all;
  rows before;
  const auto next = [&](checkpoint_lane& lane, int round) {
    const auto after = rows_of(round);
    commit(lane, before, after, std::to_string(round));
    REQUIRE(lane.ready());
    all.emplace(std::to_string(round), after);
    before = after;
  };
  for (int round = 1; round <= rounds; ++round) {
    const auto store = open_store(directory);
    const auto lane = lane_of(*store);
    static_cast<void>(load(*lane));
    next(*lane, round);
    if (round == rounds)
      next(*lane, round + 1);
  }
  return all;
}

/// A table for each round: what is never loaded is never merged.
auto many_tables(const fs::path& directory, int rounds) -> history {
  rows before;
  for (int round = 1; round <= rounds; ++round) {
    const auto store = open_store(directory);
    REQUIRE(store->open(name, version).has_value());
    auto after = rows_of(round);
    REQUIRE(store->commit(name, changes_of(before, after), journal::cursor{std::to_string(round)}).has_value());
    before = std::move(after);
  }
  static_cast<void>(open_store(directory));
  return {{std::to_string(rounds), before}};
}

/// What a start has in the end: what was kept, or what it folds from the journal.
enum class started { went_on, began_anew, lost_rows, dead };

auto start_again(const fs::path& directory, const history& truth) -> started {
  auto result = started::went_on;
  const auto folded = std::prev(truth.end());
  {
    const auto store = open_store(directory);
    const auto lane = lane_of(*store);
    if (const auto loaded = load(*lane)) {
      const auto meant = truth.find(std::string{lane->position().text()});
      if (meant == truth.end() || meant->second != *loaded)
        return started::lost_rows;
      commit(*lane, *loaded, folded->second, folded->first);
    } else {
      result = started::began_anew;
      if (!lane->ready())
        return started::dead;
      commit(*lane, {}, folded->second, folded->first);
    }
    if (!lane->ready())
      return started::dead;
  }
  const auto store = open_store(directory);
  const auto lane = lane_of(*store);
  return load(*lane) == folded->second ? result : started::dead;
}

auto files_in(const fs::path& directory) -> std::vector<fs::path> {
  std::vector<fs::path> all;
  for (const auto& each : fs::recursive_directory_iterator{directory})
    if (each.is_regular_file())
      all.push_back(fs::relative(each.path(), directory));
  std::ranges::sort(all);
  return all;
}

void flip(const fs::path& file, std::uintmax_t offset) {
  std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekg(static_cast<std::streamoff>(offset));
  const auto was = static_cast<char>(bytes.get());
  bytes.seekp(static_cast<std::streamoff>(offset));
  bytes.put(static_cast<char>(was ^ 0x55));
}

/// The oldest first.
auto tables_in(const fs::path& directory) -> std::vector<fs::path> {
  std::vector<fs::path> all;
  for (const auto& file : files_in(directory))
    if (file.extension() == ".sst")
      all.push_back(directory / file);
  return all;
}

void flip_often(const fs::path& file) {
  for (std::uintmax_t offset = 0; offset + 100 < fs::file_size(file); offset += 300)
    flip(file, offset);
}

/// What happens to copies of a store, counted.
class damages {
 public:
  damages(fs::path sound, history truth) : sound_{std::move(sound)}, truth_{std::move(truth)} {}

  template <class Damage>
  void try_one(const fs::path& file, Damage&& damage) {
    const auto copy = sound_.parent_path() / "damaged";
    fs::remove_all(copy);
    fs::copy(sound_, copy, fs::copy_options::recursive);
    damage(copy / file);
    CAPTURE(file.string());
    const auto result = start_again(copy, truth_);
    CHECK(result != started::lost_rows);
    CHECK(result != started::dead);
    ++counted_[result];
  }

  [[nodiscard]] auto count(started what) -> int { return counted_[what]; }

 private:
  fs::path sound_;
  history truth_;
  std::map<started, int> counted_;
};

} // namespace

TEST_CASE("a byte that has changed in the store is read over or has it folded again, and never costs a row") {
  const testing::temporary_place place;
  const auto sound = place.path() / "sound";
  history truth;
  SUBCASE("after many rebuilds") {
    truth = rebuild_often(sound, 6);
  }
  SUBCASE("after many checkpoints") {
    truth = commit_often(sound, 6);
  }
  damages all{sound, truth};
  for (const auto& file : files_in(sound)) {
    const auto size = fs::file_size(sound / file);
    // The end of a table is what tells how to read the rest.
    for (std::uintmax_t offset = 0; offset < size; offset += offset + 1'500 < size ? 700 : 31) {
      CAPTURE(offset);
      all.try_one(file, [&](const fs::path& damaged) { flip(damaged, offset); });
    }
  }
  CHECK(all.count(started::went_on) > 0);
  CHECK(all.count(started::began_anew) > 0);
}

TEST_CASE("files of the store that are gone, empty or cut off have it folded again at most") {
  const testing::temporary_place place;
  const auto sound = place.path() / "sound";
  history truth;
  SUBCASE("after many rebuilds") {
    truth = rebuild_often(sound, 3);
  }
  SUBCASE("after many checkpoints") {
    truth = commit_often(sound, 6);
  }
  damages all{sound, truth};
  for (const auto& file : files_in(sound)) {
    const auto size = fs::file_size(sound / file);
    all.try_one(file, [](const fs::path& damaged) { fs::remove(damaged); });
    for (const auto left : {size / 2, std::uintmax_t{0}})
      all.try_one(file, [&](const fs::path& damaged) { fs::resize_file(damaged, left); });
  }
  all.try_one(fs::path{name}, [](const fs::path& damaged) { fs::remove_all(damaged); });
  all.try_one(fs::path{}, [](const fs::path& damaged) { fs::remove_all(damaged); });
  CHECK(all.count(started::began_anew) > 0);
}

TEST_CASE("damage met while the store is written ends its checkpoints until the next start or rebuild") {
  const testing::temporary_place place;
  const auto directory = place.path() / "store";
  const auto truth = many_tables(directory, 6);
  const auto& newest = truth.begin()->second;
  {
    const auto store = open_store(directory);
    const auto lane = lane_of(*store);
    // All rows have been read when tables change that are to be merged; the newest of them says where the projection is.
    std::size_t left = newest.size();
    const bool found = lane->load([&](std::string_view, std::string_view) {
      if (--left > 0)
        return true;
      const auto all = tables_in(directory);
      for (std::size_t i = 0; i + 1 < all.size(); ++i)
        flip_often(all[i]);
      return true;
    });
    REQUIRE(found);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (int round = 0; lane->ready() && std::chrono::steady_clock::now() < until; ++round)
      commit(*lane, {}, {{"new " + std::to_string(round), "row"}}, std::to_string(1'000 + round));
    REQUIRE(lane->failed());
    CHECK_FALSE(fs::exists(directory / name));

    // A rebuild goes into the other space, whatever has become of the first.
    const auto other = std::make_shared<checkpoint_lane>(
        *store, [](const std::function<void()>& job) { job(); }, std::string{name} + ".2", version);
    CHECK_FALSE(load(*other).has_value());
    commit(*other, {}, newest, "9");
    CHECK(other->ready());
    // And so it may into the first.
    REQUIRE(store->wipe(name).has_value());
    CHECK(store->commit(name, {}, journal::cursor{"1"}).has_value());
    REQUIRE(store->wipe(name).has_value());
  }
  CHECK(start_again(directory, truth) == started::began_anew);
}

TEST_CASE("a start removes what was damaged while the store was written") {
  const testing::temporary_place place;
  const auto directory = place.path() / "store";
  const auto truth = commit_often(directory, 3);
  {
    const auto store = open_store(directory);
    const auto lane = lane_of(*store);
    const auto loaded = load(*lane);
    REQUIRE(loaded.has_value());
    for (const auto& table : tables_in(directory))
      flip_often(table);
    commit(*lane, *loaded, rows_of(9), "9");
    CHECK(lane->failed());
  }
  CHECK_FALSE(fs::exists(directory / name));
  CHECK(start_again(directory, truth) == started::began_anew);
}

} // namespace holdfast::projections_test
