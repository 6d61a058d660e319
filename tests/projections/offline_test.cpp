#include "journal/memory_journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/store/offline_fold.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace holdfast::projections_test {

namespace {

class told final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override { outcome_.set_value(outcome); }
  [[nodiscard]] auto wait() -> journal::append_outcome { return outcome_.get_future().get(); }

 private:
  std::promise<journal::append_outcome> outcome_;
};

struct scratch {
  scratch() {
    auto text = (std::filesystem::temp_directory_path() / "holdfast-offline-XXXXXX").string();
    REQUIRE(::mkdtemp(text.data()) != nullptr);
    path = text;
  }
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  scratch(const scratch&) = delete;
  auto operator=(const scratch&) -> scratch& = delete;

  std::filesystem::path path;
};

auto folded_at(journal::journal& from, domain::event_id event, std::uint64_t seq) -> journal::folded {
  std::promise<tl::expected<journal::folded, journal::failure>> answer;
  journal::fold_event(from, nullptr, event, seq,
                      [&](tl::expected<journal::folded, journal::failure> made) { answer.set_value(std::move(made)); });
  auto made = answer.get_future().get();
  REQUIRE(made.has_value());
  return *std::move(made);
}

} // namespace

TEST_CASE("what is shown of seats from snapshots and fact by fact is what the rules make of the whole stream") {
  const scratch room;
  journal::memory_journal journal;
  REQUIRE(journal.acquire(journal::cell_id{}).has_value());
  sales from{4, 3};
  domain::instant now{1'795'000'000'000};
  for (int i = 0; i < 600; ++i) {
    now = now + domain::millis{static_cast<std::int64_t>(from.dice().below(20'000))};
    const auto made = from.random_command(now);
    if (!made)
      continue;
    const auto done = std::make_shared<told>();
    journal.append(made->to_append(), done);
    REQUIRE(done->wait() == journal::append_outcome::durable);
  }
  const auto nobody = [](std::uint64_t) {};
  const auto alone = projections::fold_inventory_offline(journal, nullptr, nobody);
  REQUIRE(alone.has_value());
  CHECK(alone->rows == 3 * 4); // events, and forms of each
  CHECK(alone->from_store == 0);
  journal::snapshot_store snapshots{room.path};
  const auto from_facts = projections::fold_inventory_offline(journal, &snapshots, nobody);
  REQUIRE(from_facts.has_value());
  CHECK(from_facts->checksum == alone->checksum);
  for (const auto event : from.events()) {
    const auto half = folded_at(journal, event, from.state(event).seq() / 2);
    REQUIRE(snapshots.save(event, half.state.seq(), half.chain, half.state).has_value());
  }
  const auto from_snapshots = projections::fold_inventory_offline(journal, &snapshots, nobody);
  REQUIRE(from_snapshots.has_value());
  CHECK(from_snapshots->from_store == 3 * 4);
  CHECK(from_snapshots->commands < alone->commands);
  CHECK(from_snapshots->rows == alone->rows);
  CHECK(from_snapshots->checksum == alone->checksum);
}

} // namespace holdfast::projections_test
