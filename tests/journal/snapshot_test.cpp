#include "domain/state_image.hpp"
#include "journal/audit/snapshot_claims.hpp"
#include "journal/checksum.hpp"
#include "journal/snapshot_codec.hpp"
#include "journal/snapshot_store.hpp"
#include "tests/journal/store_harness.hpp"
#include "tests/support/busy_event.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/stubs/logging.h>

#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace holdfast;
using journal::snapshot_store;
using testing::busy_event;
namespace fs = std::filesystem;

auto after(int steps, std::uint64_t seed = 1) -> busy_event {
  busy_event event{seed};
  for (int i = 0; i < steps; ++i) {
    event.step();
  }
  return event;
}

auto chain_of(std::uint8_t byte) -> journal::chain_hash {
  journal::chain_hash hash;
  hash.fill(byte);
  return hash;
}

/// An event's state as a snapshot of it gives it back: the whole of it.
auto from_snapshot(const busy_event& event) -> domain::event_state {
  const auto& before = event.state();
  const auto image = before.image();
  auto decoded = journal::decode_snapshot(
      journal::encode_snapshot({before.id(), before.seq(), chain_of(1), before.hash()}, image));
  REQUIRE(decoded.has_value());
  CHECK(decoded->image == image);
  auto state = domain::event_state::from_image(std::move(decoded->image));
  REQUIRE(state.has_value());
  CHECK(state->hash() == before.hash());
  CHECK(state->image() == image);
  return *std::move(state);
}

auto only_file(const fs::path& directory) -> fs::path {
  for (const auto& entry : fs::recursive_directory_iterator{directory}) {
    if (entry.path().extension() == ".snapshot") {
      return entry.path();
    }
  }
  return {};
}

auto read(const fs::path& file) -> std::string {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

} // namespace

TEST_CASE("a snapshot gives back the whole state, of any event at any moment") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    busy_event event{seed};
    for (int step = 0; step < 300; ++step) {
      event.step();
      if (step % 60 != 0) {
        continue;
      }
      (void)from_snapshot(event);
    }
  }
}

TEST_CASE("a hold that is being paid and an order by card survive a snapshot") {
  std::size_t frozen = 0;
  std::size_t by_card = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    busy_event event{seed, busy_event::event, busy_event::kind::paying};
    for (int step = 0; step < 300; ++step) {
      event.step();
      if (step % 20 != 0) {
        continue;
      }
      const auto image = event.state().image();
      for (const auto& one : image.bookings) {
        frozen += one.frozen && one.paid_by && one.ends_unpaid_at < one.expires_at ? 1U : 0U;
        by_card += !one.frozen && one.paid_by ? 1U : 0U;
      }
      (void)from_snapshot(event);
    }
  }
  CHECK(frozen > 20);
  CHECK(by_card > 20);
}

TEST_CASE("those who wait, and what is offered to them, survive a snapshot") {
  std::size_t waiting = 0;
  std::size_t offered = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    busy_event event{seed, busy_event::event, busy_event::kind::waiting};
    for (int step = 0; step < 300; ++step) {
      event.step();
      if (step % 10 != 0) {
        continue;
      }
      const auto image = event.state().image();
      waiting += event.state().waiting();
      offered += image.waitlist.size() - event.state().waiting();
      CHECK(from_snapshot(event).waiting() == event.state().waiting());
    }
  }
  CHECK(waiting > 20);
  CHECK(offered > 20);
}

TEST_CASE("a snapshot of another version is no snapshot") {
  const auto event = after(40);
  auto bytes = journal::encode_snapshot({event.state().id(), event.state().seq(), chain_of(1), event.state().hash()},
                                        event.state().image());
  CHECK(bytes[8] == 8);
  bytes.resize(bytes.size() - 32);
  bytes[8] = 6;
  const auto hash = journal::sha256(bytes);
  bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  CHECK_FALSE(journal::decode_snapshot(bytes).has_value());
}

TEST_CASE("the auditor reads what a snapshot claims") {
  const testing::scratch_directory scratch;
  snapshot_store store{scratch.path()};
  const auto event = after(40);
  REQUIRE(store.save(busy_event::event, event.state().seq(), chain_of(7), event.state()));
  const auto claims = journal::audit::snapshot_claims(scratch.path(), busy_event::event.value());
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].seq == event.state().seq());
  CHECK(claims[0].chain == chain_of(7));
  CHECK(claims[0].state_hash == event.state().hash());
}

TEST_CASE("a state without facts survives as a snapshot too") {
  const domain::event_state nothing;
  const auto bytes = journal::encode_snapshot({domain::event_id{5}, 0, {}, nothing.hash()}, nothing.image());
  const auto decoded = journal::decode_snapshot(bytes);
  REQUIRE(decoded.has_value());
  CHECK(decoded->image == nothing.image());
}

TEST_CASE("any changed, missing or added byte of a snapshot is noticed") {
  const auto event = after(40);
  const auto sound = journal::encode_snapshot(
      {event.state().id(), event.state().seq(), chain_of(1), event.state().hash()}, event.state().image());
  REQUIRE(journal::decode_snapshot(sound).has_value());
  for (std::size_t at = 0; at < sound.size(); ++at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    REQUIRE_FALSE(journal::decode_snapshot(bytes).has_value());
  }
  for (std::size_t size = 0; size < sound.size(); size += 7) {
    REQUIRE_FALSE(journal::decode_snapshot(std::string_view{sound}.substr(0, size)).has_value());
  }
  CHECK_FALSE(journal::decode_snapshot(sound + '\0').has_value());
}

TEST_CASE("a snapshot whose lists claim more than the file has is refused before memory is taken") {
  const google::protobuf::LogSilencer quiet;
  const auto event = after(40);
  const auto sound = journal::encode_snapshot(
      {event.state().id(), event.state().seq(), chain_of(1), event.state().hash()}, event.state().image());
  // Every aligned word of the body as if it were a count, the file's hash made to fit.
  for (std::size_t at = journal::snapshot_header_bytes; at + 4 <= sound.size() - 32; ++at) {
    auto bytes = sound.substr(0, sound.size() - 32);
    bytes.replace(at, 4, "\xff\xff\xff\x7f");
    const auto hash = journal::sha256(bytes);
    bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    auto decoded = journal::decode_snapshot(bytes);
    if (decoded) {
      // Some number that is no count: then the state contradicts itself, or its hash, or is another sound state.
      const auto state = domain::event_state::from_image(std::move(decoded->image));
      if (state && state->hash() == event.state().hash()) {
        // What the hash leaves out: texts, ended holds and remembered keys, whose loss the file's own hash guards against.
        CHECK(state->seq() == event.state().seq());
      }
    }
  }
}

TEST_CASE("the newest snapshot at or before a seq is loaded, and only the newest four are kept") {
  const testing::scratch_directory scratch;
  snapshot_store store{scratch.path()};
  busy_event event{3};
  std::vector<std::uint64_t> seqs;
  std::vector<std::uint64_t> hashes;
  while (seqs.size() < 6) {
    for (int i = 0; i < 20; ++i) {
      event.step();
    }
    if (!seqs.empty() && seqs.back() == event.state().seq()) {
      continue;
    }
    seqs.push_back(event.state().seq());
    hashes.push_back(event.state().hash());
    REQUIRE(
        store.save(busy_event::event, seqs.back(), chain_of(static_cast<std::uint8_t>(seqs.size())), event.state()));
  }
  CHECK(store.list(busy_event::event) == std::vector(seqs.begin() + 2, seqs.end()));
  const auto newest = store.load(busy_event::event, UINT64_MAX);
  REQUIRE(newest.has_value());
  CHECK(newest->seq == seqs[5]);
  CHECK(newest->state.hash() == hashes[5]);
  CHECK(newest->chain == chain_of(6));
  const auto earlier = store.load(busy_event::event, seqs[4] - 1);
  REQUIRE(earlier.has_value());
  CHECK(earlier->seq == seqs[3]);
  CHECK(earlier->state.seq() == seqs[3]);
  CHECK_FALSE(store.load(busy_event::event, seqs[2] - 1).has_value());
  CHECK_FALSE(store.load(domain::event_id{9}, UINT64_MAX).has_value());
}

TEST_CASE("of older snapshots those stay that are spread over the event's past") {
  const testing::scratch_directory scratch;
  snapshot_store store{scratch.path(), 2, 4};
  busy_event event{3};
  std::vector<std::uint64_t> saved{0};
  while (saved.size() < 41) {
    event.step();
    if (event.state().seq() < saved.back() + 20) {
      continue;
    }
    saved.push_back(event.state().seq());
    REQUIRE(store.save(busy_event::event, saved.back(), chain_of(1), event.state()));
  }
  auto kept = store.list(busy_event::event);
  REQUIRE(kept.size() == 6);
  CHECK(kept[5] == saved[40]);
  CHECK(kept[4] == saved[39]);
  kept.insert(kept.begin(), 0);
  for (std::size_t i = 1; i < kept.size(); ++i) {
    CHECK(kept[i] - kept[i - 1] <= saved[40] * 2 / 5);
  }
}

TEST_CASE("a damaged snapshot is passed over for the one before it, and put aside") {
  const testing::scratch_directory scratch;
  snapshot_store store{scratch.path()};
  auto event = after(30);
  const auto first = event.state().seq();
  REQUIRE(store.save(busy_event::event, first, chain_of(1), event.state()));
  const auto sound = only_file(scratch.path());
  for (int i = 0; i < 60; ++i) {
    event.step();
  }
  REQUIRE(store.save(busy_event::event, event.state().seq(), chain_of(2), event.state()));
  auto damaged = fs::path{};
  for (const auto& entry : fs::recursive_directory_iterator{scratch.path()}) {
    if (entry.path().extension() == ".snapshot" && entry.path() != sound) {
      damaged = entry.path();
    }
  }
  auto bytes = read(damaged);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write(damaged, bytes);
  const auto loaded = store.load(busy_event::event, UINT64_MAX);
  REQUIRE(loaded.has_value());
  CHECK(loaded->seq == first);
  CHECK_FALSE(fs::exists(damaged));
  CHECK(store.list(busy_event::event).size() == 1);
}

TEST_CASE("a snapshot under another event's or another seq's name is not used") {
  const testing::scratch_directory scratch;
  snapshot_store store{scratch.path()};
  const auto event = after(30);
  REQUIRE(store.save(busy_event::event, event.state().seq(), chain_of(1), event.state()));
  const auto file = only_file(scratch.path());
  const auto other = scratch.path() / "0000000000000009";
  fs::create_directories(other);
  fs::copy_file(file, other / file.filename());
  CHECK_FALSE(store.load(domain::event_id{9}, UINT64_MAX).has_value());
  fs::rename(file, file.parent_path() / "00000000000000000001.snapshot");
  CHECK_FALSE(store.load(busy_event::event, UINT64_MAX).has_value());
}

TEST_CASE("what a crash leaves of a snapshot that was being written is no snapshot") {
  const testing::scratch_directory scratch;
  snapshot_store store{scratch.path()};
  const auto event = after(30);
  REQUIRE(store.save(busy_event::event, event.state().seq(), chain_of(1), event.state()));
  const auto file = only_file(scratch.path());
  auto unfinished = file;
  unfinished += ".new";
  fs::rename(file, unfinished);
  CHECK(store.list(busy_event::event).empty());
  CHECK_FALSE(store.load(busy_event::event, UINT64_MAX).has_value());
  REQUIRE(store.save(busy_event::event, event.state().seq(), chain_of(1), event.state()));
  CHECK(store.load(busy_event::event, UINT64_MAX).has_value());
}

TEST_CASE("a snapshot that cannot be written is a failure, not a crash") {
  const testing::scratch_directory scratch;
  write(scratch.path() / "file", "in the way");
  snapshot_store store{scratch.path() / "file"};
  const auto event = after(5);
  const auto saved = store.save(busy_event::event, event.state().seq(), chain_of(1), event.state());
  REQUIRE_FALSE(saved.has_value());
  CHECK(saved.error().kind == journal::failure_kind::io);
}
