#include "projections/store/rocksdb_projection_store.hpp"
#include "projections/store/store_thread.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections_test::store {

namespace {

using projections::projection_store;
using projections::store_changes;

class scratch {
 public:
  scratch() {
    std::string name = std::filesystem::temp_directory_path() / "holdfast-store-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  scratch(const scratch&) = delete;
  auto operator=(const scratch&) -> scratch& = delete;
  ~scratch() { std::filesystem::remove_all(path_); }
  [[nodiscard]] auto path() const -> std::filesystem::path { return path_ / "store"; }

 private:
  std::filesystem::path path_;
};

struct opened {
  std::unique_ptr<projection_store> store;
  std::size_t repairs = 0;
};

auto open_store(const scratch& where, const std::string& journal = "journal-1") -> opened {
  auto result = projections::open_projection_store(where.path(), journal);
  REQUIRE(result.has_value());
  return {std::move(result->store), result->repairs.size()};
}

auto rows(projection_store& in, std::string_view projection) -> std::map<std::string, std::string> {
  std::map<std::string, std::string> all;
  std::string last;
  const auto loaded = in.load(projection, [&](std::string_view key, std::string_view value) {
    CHECK((all.empty() || std::string{key} > last)); // in key order
    last = key;
    all.emplace(key, value);
    return true;
  });
  REQUIRE(loaded.has_value());
  return all;
}

void put(projection_store& in, std::string_view projection, const std::string& key, const std::string& value,
         const std::string& position) {
  store_changes changes;
  changes.put(key, value);
  REQUIRE(in.commit(projection, changes, journal::cursor{position}).has_value());
}

void damage_tables(const std::filesystem::path& directory) {
  for (const auto& file : std::filesystem::recursive_directory_iterator{directory}) {
    const auto name = file.path().filename().string();
    if (!name.starts_with("MANIFEST"))
      continue;
    std::fstream bytes{file.path(), std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(10);
    bytes << "damaged";
  }
}

} // namespace

TEST_CASE("rows and their position are there again after the store was closed") {
  const scratch where;
  {
    auto at = open_store(where);
    CHECK(at.store->open("bookings", 1) == journal::cursor{});
    put(*at.store, "bookings", std::string{"a\0b", 3}, "1", "7");
    put(*at.store, "bookings", "gone", "2", "8");
    store_changes changes;
    changes.erase("gone");
    changes.put("twice", "first");
    changes.put("twice", "last");
    REQUIRE(at.store->commit("bookings", changes, journal::cursor{"9+2"}).has_value());
  }
  auto at = open_store(where);
  CHECK(at.repairs == 0);
  CHECK(at.store->open("bookings", 1) == journal::cursor{"9+2"});
  CHECK(rows(*at.store, "bookings") ==
        std::map<std::string, std::string>{{std::string{"a\0b", 3}, "1"}, {"twice", "last"}});
  CHECK(*at.store->get("bookings", "twice") == "last");
  CHECK_FALSE(at.store->get("bookings", "gone")->has_value());
}

TEST_CASE("a load stops when its sink says so") {
  const scratch where;
  auto at = open_store(where);
  REQUIRE(at.store->open("p", 1).has_value());
  for (const auto* key : {"a", "b", "c"})
    put(*at.store, "p", key, "", "1");
  int seen = 0;
  REQUIRE(at.store->load("p", [&](std::string_view, std::string_view) { return ++seen < 2; }).has_value());
  CHECK(seen == 2);
}

TEST_CASE("spaces are apart, also when one name begins with another") {
  const scratch where;
  auto at = open_store(where);
  for (const auto* name : {"book", "bookings"}) {
    REQUIRE(at.store->open(name, 1).has_value());
    put(*at.store, name, "key", name, name);
  }
  REQUIRE(at.store->wipe("book").has_value());
  CHECK(rows(*at.store, "book").empty());
  CHECK(at.store->open("book", 1) == journal::cursor{});
  CHECK(rows(*at.store, "bookings") == std::map<std::string, std::string>{{"key", "bookings"}});
  CHECK(at.store->open("bookings", 1) == journal::cursor{"bookings"});
}

TEST_CASE("another state version begins anew") {
  const scratch where;
  {
    auto at = open_store(where);
    REQUIRE(at.store->open("p", 1).has_value());
    put(*at.store, "p", "key", "value", "5");
  }
  auto at = open_store(where);
  CHECK(at.store->open("p", 2) == journal::cursor{});
  CHECK(rows(*at.store, "p").empty());
}

TEST_CASE("a store of another journal, or one that is damaged, is begun anew and says so") {
  const scratch where;
  {
    auto at = open_store(where);
    REQUIRE(at.store->open("p", 1).has_value());
    put(*at.store, "p", "key", "value", "5");
  }
  SUBCASE("another journal") {
    auto at = open_store(where, "journal-2");
    CHECK(at.repairs == 1);
    CHECK(at.store->open("p", 1) == journal::cursor{});
  }
  SUBCASE("damaged") {
    damage_tables(where.path());
    auto at = open_store(where);
    CHECK(at.repairs == 1);
    CHECK(at.store->open("p", 1) == journal::cursor{});
    put(*at.store, "p", "key", "value", "6");
  }
  SUBCASE("used by another process") {
    auto at = open_store(where);
    const auto second = projections::open_projection_store(where.path(), "journal-1");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == journal::failure_kind::locked);
    CHECK(at.store->open("p", 1) == journal::cursor{"5"});
  }
}

TEST_CASE("a look at a store changes nothing") {
  const scratch where;
  CHECK(projections::open_projection_store_read_only(where.path()).error().kind == journal::failure_kind::not_found);
  {
    auto at = open_store(where);
    REQUIRE(at.store->open("p", 1).has_value());
    put(*at.store, "p", "key", "value", "5");
  }
  const auto look = projections::open_projection_store_read_only(where.path());
  REQUIRE(look.has_value());
  CHECK(look->repairs.empty());
  CHECK(look->store->open("p", 1) == journal::cursor{"5"});
  CHECK(rows(*look->store, "p").size() == 1);
  CHECK_FALSE(look->store->commit("p", {}, journal::cursor{"6"}).has_value());
}

TEST_CASE("a look at a store of which one projection's part is damaged has the others") {
  const scratch where;
  {
    auto at = open_store(where);
    for (const auto* name : {"p", "q"}) {
      REQUIRE(at.store->open(name, 1).has_value());
      put(*at.store, name, "key", "value", "5");
    }
  }
  std::filesystem::remove(where.path() / "p" / "CURRENT");
  const auto look = projections::open_projection_store_read_only(where.path());
  REQUIRE(look.has_value());
  CHECK(look->repairs.size() == 1);
  CHECK_FALSE(look->store->open("p", 1).has_value());
  CHECK(look->store->open("q", 1) == journal::cursor{"5"});
  CHECK(rows(*look->store, "q").size() == 1);
}

TEST_CASE("the store's thread runs jobs in order, and drops them after its end") {
  std::vector<int> seen;
  std::promise<void> last;
  auto thread = std::make_unique<projections::store_thread>();
  const auto post = thread->post();
  for (int i = 0; i < 100; ++i)
    post([&, i] { seen.push_back(i); });
  post([&] { last.set_value(); });
  last.get_future().wait();
  REQUIRE(seen.size() == 100);
  for (int i = 0; i < 100; ++i)
    CHECK(seen[static_cast<std::size_t>(i)] == i);
  thread.reset();
  post([&] { seen.push_back(100); });
  CHECK(seen.size() == 100);
}

} // namespace holdfast::projections_test::store
