#include "journal/memory_journal.hpp"
#include "projections/search/columns_projection.hpp"
#include "projections/search/text_place.hpp"
#include "projections/search/text_projection.hpp"
#include "projections/store/offline_fold.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tests/search/own_inspection.hpp"
#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>
#include <xapian.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

// What was kept of the search is compared with the journal: equal when it is, and not when anything was changed.

namespace holdfast::search_test {

namespace {

class told final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override { outcome_.set_value(outcome); }
  [[nodiscard]] auto wait() -> journal::append_outcome { return outcome_.get_future().get(); }

 private:
  std::promise<journal::append_outcome> outcome_;
};

struct fixture {
  fixture() {
    REQUIRE(journal.acquire(journal::cell_id{}).has_value());
    auto opened = projections::open_projection_store(scratch.path() / "store", "journal");
    REQUIRE(opened.has_value());
    store = std::move(opened->store);
    add(120);
  }

  void add(int steps) {
    for (int i = 0; i < steps; ++i) {
      const auto done = std::make_shared<told>();
      journal.append(events.step(), done);
      REQUIRE(done->wait() == journal::append_outcome::durable);
    }
  }

  auto columns(projections::projection_store* from, projections::projection_store* to)
      -> projections::folded_projection {
    const auto folded = projections::fold_offline("search", journal, from, to, nobody);
    REQUIRE(folded.has_value());
    return *folded;
  }

  auto texts(const std::filesystem::path& kept) -> tl::expected<projections::folded_projection, journal::failure> {
    return projections::fold_texts_offline(journal, "journal", kept, scratch.path() / std::to_string(++folds),
                                           own_inspection(), nobody);
  }

  static void nobody(std::uint64_t) {}

  scratch_directory scratch;
  journal::memory_journal journal;
  std::unique_ptr<projections::projection_store> store;
  naive_events events{11};
  int folds = 0;
};

} // namespace

TEST_CASE(
    "columns that were kept and folded on are those that the journal alone gives, unless somebody changed a row") {
  fixture given;
  const auto kept = given.columns(nullptr, given.store.get());
  given.add(60);
  const auto on = given.columns(given.store.get(), nullptr);
  CHECK(on.from_store == kept.rows);
  CHECK(on.commands == 60);
  const auto alone = given.columns(nullptr, nullptr);
  CHECK(alone.commands == 180);
  CHECK(on.rows == alone.rows);
  CHECK(on.checksum == alone.checksum);
  std::string key;
  std::string value;
  const auto read =
      given.store->load("search", [&](std::string_view a_key, std::string_view a_value) { // the last one stays
        key = a_key;
        value = a_value;
        return true;
      });
  REQUIRE(read.has_value());
  value[26] = static_cast<char>(value[26] + 1); // of its start
  projections::store_changes change;
  change.put(key, value);
  const auto at = given.store->open("search", projections::columns_state_version);
  REQUIRE(at.has_value());
  REQUIRE(given.store->commit("search", change, *at).has_value());
  const auto changed = given.columns(given.store.get(), nullptr);
  CHECK(changed.rows == alone.rows);
  CHECK(changed.checksum != alone.checksum);
}

TEST_CASE("an index that was kept and folded on is the one that the journal alone gives, unless somebody changed it") {
  fixture given;
  const auto kept = given.scratch.path() / "kept";
  const auto rebuilt = projections::rebuild_texts_offline(given.journal, "journal", kept, fixture::nobody);
  REQUIRE(rebuilt.has_value());
  given.add(60);
  const auto on = given.texts(kept);
  const auto alone = given.texts({});
  REQUIRE(on.has_value());
  REQUIRE(alone.has_value());
  CHECK(on->from_store == rebuilt->rows);
  CHECK(on->commands < alone->commands);
  CHECK(on->rows == alone->rows);
  CHECK(on->checksum == alone->checksum);
  const auto index = projections::text_projection::current_in(kept);
  {
    Xapian::WritableDatabase database{index.string(), Xapian::DB_OPEN};
    auto document = database.get_document(1);
    document.add_boolean_term("nobody said this");
    database.replace_document(1, document);
  }
  const auto changed = given.texts(kept);
  REQUIRE_FALSE(changed.has_value());
  CHECK(changed.error().kind == journal::failure_kind::corrupt);
  const auto none = given.texts(given.scratch.path() / "nowhere");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().kind == journal::failure_kind::not_found);
  projections::text_place{index}.doubt();
  const auto doubtful = given.texts(kept);
  REQUIRE_FALSE(doubtful.has_value());
  CHECK(doubtful.error().kind == journal::failure_kind::corrupt);
}

} // namespace holdfast::search_test
