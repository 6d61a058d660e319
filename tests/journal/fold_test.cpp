#include "domain/apply.hpp"
#include "domain/state_image.hpp"
#include "journal/absent_journal.hpp"
#include "journal/codec.hpp"
#include "journal/fold.hpp"
#include "journal/memory_journal.hpp"
#include "journal/snapshot_store.hpp"
#include "tests/journal/journaled_event.hpp"
#include "tests/journal/store_harness.hpp"
#include "tests/support/busy_event.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>

namespace {

using namespace holdfast;
using journal::folded;
using journal::snapshot_store;
using testing::busy_event;
namespace store = holdfast::journal;

auto busy(std::uint64_t seed, std::uint64_t facts) -> busy_event {
  busy_event event{seed, busy_event::event, busy_event::kind::endless};
  while (event.state().seq() < facts) {
    event.step();
  }
  return event;
}

auto fold(journal::journal& from, snapshot_store* snapshots, std::uint64_t at_most = UINT64_MAX)
    -> tl::expected<folded, journal::failure> {
  std::promise<tl::expected<folded, journal::failure>> done;
  journal::fold_event(from, snapshots, busy_event::event, at_most,
                      [&](tl::expected<folded, journal::failure> how) { done.set_value(std::move(how)); });
  return done.get_future().get();
}

/// The state after the first `seq` facts, without any journal.
auto state_at(const busy_event& event, std::uint64_t seq) -> domain::event_state {
  domain::event_state state;
  for (const auto& decision : event.decisions()) {
    for (const auto& fact : decision) {
      if (state.seq() == seq) {
        return state;
      }
      domain::apply(state, fact);
    }
  }
  return state;
}

/// A journal that passes everything on but the records of a stream, which a test may change on their way.
class tampering final : public store::journal {
 public:
  using change = std::function<bool(store::record_view&, std::string& bytes)>;

  tampering(store::journal& real, change how) : real_{real}, how_{std::move(how)} {}

  auto acquire(store::cell_id cell) -> tl::expected<store::tenure, store::failure> override {
    return real_.acquire(cell);
  }
  void append(store::append_group group, std::shared_ptr<store::append_done> done) noexcept override {
    real_.append(std::move(group), std::move(done));
  }
  auto head(store::stream_id stream) -> tl::expected<store::stream_head, store::failure> override {
    return real_.head(stream);
  }
  auto heads(store::stream_kind kind)
      -> tl::expected<std::vector<std::pair<store::stream_id, store::stream_head>>, store::failure> override {
    return real_.heads(kind);
  }
  void read(store::stream_id stream, std::uint64_t from_seq, store::record_sink sink, store::read_done done) override {
    real_.read(
        stream, from_seq,
        [this, sink](std::span<const store::record_view> records) {
          for (auto record : records) {
            std::string bytes;
            if (!how_(record, bytes)) {
              continue;
            }
            if (!sink({&record, 1})) {
              return false;
            }
          }
          return true;
        },
        std::move(done));
  }
  void tail(store::cursor from, store::record_sink sink, store::read_done done) override {
    real_.tail(std::move(from), std::move(sink), std::move(done));
  }
  void find_answer(
      store::stream_id stream, domain::subject_id principal, domain::command_id command, domain::instant at,
      std::function<void(tl::expected<std::optional<store::remembered_answer>, store::failure>)> done) override {
    real_.find_answer(stream, principal, command, at, std::move(done));
  }
  auto run_on_read_pool(std::function<void()>) -> bool override { return false; }
  auto checkpoint(const std::string& directory) -> tl::expected<void, store::failure> override {
    return real_.checkpoint(directory);
  }
  void listen(std::shared_ptr<store::commit_listener> listener) override { real_.listen(std::move(listener)); }
  void on_tenure_lost(std::function<void()> handler) override { real_.on_tenure_lost(std::move(handler)); }
  auto mode() const noexcept -> store::journal_mode override { return real_.mode(); }
  auto end() const -> store::cursor override { return real_.end(); }
  void release() override { real_.release(); }

 private:
  store::journal& real_;
  change how_;
};

struct world {
  explicit world(const busy_event& event) {
    REQUIRE(journal.acquire({}));
    last = testing::append_event(journal, event);
  }

  journal::memory_journal journal;
  testing::scratch_directory scratch;
  snapshot_store snapshots{scratch.path()};
  std::uint64_t last = 0;
};

} // namespace

TEST_CASE("a fold gives the live state, its hash and its chain, with and without a thread of its own") {
  for (const std::uint64_t facts : {3U, 300U, 6'000U}) {
    CAPTURE(facts);
    const auto event = busy(7, facts);
    world here{event};
    const auto result = fold(here.journal, nullptr);
    REQUIRE(result.has_value());
    CHECK(result->state.image() == event.state().image());
    CHECK(result->state.hash() == event.state().hash());
    CHECK(result->replayed == here.last);
    CHECK(result->snapshot_seq == 0);
    CHECK(result->chain == here.journal.head({journal::stream_kind::event, busy_event::event.value()})->hash);
  }
}

TEST_CASE("an event without facts folds to a state without facts") {
  journal::memory_journal journal;
  REQUIRE(journal.acquire({}));
  const auto result = fold(journal, nullptr);
  REQUIRE(result.has_value());
  CHECK(result->state.seq() == 0);
  CHECK(result->state.status() == domain::event_status::absent);
}

TEST_CASE("a fold from a snapshot gives the same state as one from the start") {
  const auto event = busy(11, 400);
  world here{event};
  for (const std::uint64_t at : {1U, 2U, 57U, 399U}) {
    const auto then = fold(here.journal, nullptr, at);
    REQUIRE(then.has_value());
    CHECK(then->state.image() == state_at(event, at).image());
    REQUIRE(here.snapshots.save(busy_event::event, at, then->chain, then->state));
    const auto result = fold(here.journal, &here.snapshots);
    REQUIRE(result.has_value());
    CHECK(result->snapshot_seq == at);
    CHECK(result->replayed == here.last - at);
    CHECK(result->state.image() == event.state().image());
    // Time travel uses the newest snapshot before the moment asked for.
    const auto earlier = fold(here.journal, &here.snapshots, at);
    REQUIRE(earlier.has_value());
    CHECK(earlier->replayed == 0);
    CHECK(earlier->chain == then->chain);
  }
}

TEST_CASE(
    "a snapshot whose chain is not the journal's is dropped, and the one before it or the whole stream is folded") {
  const auto event = busy(13, 200);
  world here{event};
  const auto sound = fold(here.journal, nullptr, 50);
  REQUIRE(sound.has_value());
  REQUIRE(here.snapshots.save(busy_event::event, 50, sound->chain, sound->state));
  const auto wrong = fold(here.journal, nullptr, 150);
  REQUIRE(wrong.has_value());
  auto chain = wrong->chain;
  chain[0] = static_cast<std::uint8_t>(chain[0] ^ 1U);
  REQUIRE(here.snapshots.save(busy_event::event, 150, chain, wrong->state));
  const auto result = fold(here.journal, &here.snapshots);
  REQUIRE(result.has_value());
  CHECK(result->snapshot_seq == 50);
  CHECK(result->state.image() == event.state().image());
  CHECK(here.snapshots.list(busy_event::event) == std::vector<std::uint64_t>{50});
}

TEST_CASE("snapshots that are ahead of the journal are dropped, so that new ones are not crowded out") {
  const auto event = busy(17, 200);
  world whole{event};
  auto cut = busy(17, 100);
  world here{cut};
  const auto later = fold(whole.journal, nullptr);
  REQUIRE(later.has_value());
  REQUIRE(here.snapshots.save(busy_event::event, whole.last, later->chain, later->state));
  const auto result = fold(here.journal, &here.snapshots);
  REQUIRE(result.has_value());
  CHECK(result->snapshot_seq == 0);
  CHECK(result->state.seq() == here.last);
  CHECK(here.snapshots.list(busy_event::event).empty());
}

TEST_CASE("a fold refuses a stream that is not whole, naming the seq") {
  const auto event = busy(19, 120);
  world here{event};
  struct fault {
    const char* what;
    tampering::change how;
  };
  const std::vector<fault> faults{
      {"a record left out", [](auto& record, auto&) { return record.header.seq != 60; }},
      {"the end left out", [](auto& record, auto&) { return record.header.seq < 60; }},
      {"a broken chain",
       [](auto& record, auto&) {
         record.header.previous[3] ^= record.header.seq == 60 ? 1 : 0;
         return true;
       }},
      {"another stream's record",
       [](auto& record, auto&) {
         record.header.stream.id += record.header.seq == 60 ? 1 : 0;
         return true;
       }},
      {"time that goes back",
       [](auto& record, auto&) {
         record.header.time.unix_ms -= record.header.seq == 60 ? 100'000'000 : 0;
         return true;
       }},
      {"a payload that is none",
       [](auto& record, auto&) {
         record.payload = record.header.seq == 60 ? "\xff" : record.payload;
         return true;
       }},
      {"an organisation's fact",
       [](auto& record, auto&) {
         record.header.type = record.header.seq == 60 ? 68 : record.header.type;
         return true;
       }},
  };
  for (const auto& [what, how] : faults) {
    CAPTURE(what);
    tampering journal{here.journal, how};
    const auto result = fold(journal, nullptr);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == journal::failure_kind::corrupt);
    CHECK(result.error().detail.find(std::string{what} == "the end left out" ? "59" : "6") != std::string::npos);
  }
  tampering untouched{here.journal, [](auto&, auto&) { return true; }};
  CHECK(fold(untouched, nullptr).has_value());
}

TEST_CASE("of a refused journal an event is folded as far as its records are sound, and no snapshot is dropped") {
  const auto event = busy(19, 120);
  world here{event};
  const auto remains = [&](tampering::change how) {
    return journal::absent_journal{1, 16, std::make_unique<tampering>(here.journal, std::move(how))};
  };
  const std::vector<tampering::change> faults{[](auto& record, auto&) { return record.header.seq != 60; },
                                              [](auto& record, auto&) { return record.header.seq < 60; },
                                              [](auto& record, auto&) {
                                                record.header.previous[3] ^= record.header.seq == 60 ? 1 : 0;
                                                return true;
                                              }};
  for (const auto& how : faults) {
    auto left = remains(how);
    const auto result = fold(left, nullptr);
    REQUIRE(result.has_value());
    CHECK(result->replayed == 59);
    CHECK(result->state.image() == state_at(event, 59).image());
    const auto earlier = fold(left, nullptr, 30);
    REQUIRE(earlier.has_value());
    CHECK(earlier->state.seq() == 30);
  }
  // A snapshot behind the damage is newer than all that can be read; what follows it is folded where it is chained to it.
  const auto then = fold(here.journal, nullptr, 100);
  REQUIRE(then.has_value());
  REQUIRE(here.snapshots.save(busy_event::event, 100, then->chain, then->state));
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(i);
    auto left = remains(faults[i]);
    const auto result = fold(left, &here.snapshots);
    REQUIRE(result.has_value());
    CHECK(result->snapshot_seq == 100);
    CHECK(result->state.seq() == (i == 1 ? 100 : here.last));
    CHECK(here.snapshots.list(busy_event::event) == std::vector<std::uint64_t>{100});
  }
  auto wrong = then->chain;
  wrong[0] = static_cast<std::uint8_t>(wrong[0] ^ 1U);
  REQUIRE(here.snapshots.save(busy_event::event, 100, wrong, then->state));
  auto whole = remains([](auto&, auto&) { return true; });
  const auto alone = fold(whole, &here.snapshots);
  REQUIRE(alone.has_value());
  CHECK(alone->state.seq() == 100);
  CHECK(here.snapshots.list(busy_event::event) == std::vector<std::uint64_t>{100});
  journal::absent_journal nothing{1, 16};
  CHECK(fold(nothing, nullptr).error().kind == journal::failure_kind::not_found);
}

TEST_CASE("a record that cannot be decoded far behind the reader ends a long fold as a failure") {
  const auto event = busy(23, 9'000);
  world here{event};
  REQUIRE(here.last >= 9'000);
  tampering journal{here.journal, [](auto& record, auto&) {
                      record.payload = record.header.seq == 6'000 ? "\xff" : record.payload;
                      return true;
                    }};
  const auto result = fold(journal, nullptr);
  REQUIRE_FALSE(result.has_value());
  CAPTURE(result.error().detail);
  CHECK(result.error().detail.find("6000") != std::string::npos);
}
