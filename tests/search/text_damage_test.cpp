#include "journal/memory_journal.hpp"
#include "projections/search/search_slots.hpp"
#include "projections/search/text_index.hpp"
#include "projections/search/text_inspection.hpp"
#include "projections/search/text_projection.hpp"
#include "projections/search/text_rows.hpp"
#include "projections/search/text_seal.hpp"
#include "projections/search/text_search.hpp"
#include "projections/search/text_session.hpp"
#include "projections/store/offline_fold.hpp"
#include "tests/model/dice.hpp"
#include "tests/search/naive_events.hpp"
#include "tests/search/own_inspection.hpp"
#include "tests/support/temporary_place.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Bytes of the index that have changed on the disk: found at the start, and by whoever compares it with the journal.

namespace holdfast::search_test::text_damage {

namespace {

namespace fs = std::filesystem;

class told final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override { outcome_.set_value(outcome); }
  [[nodiscard]] auto wait() -> journal::append_outcome { return outcome_.get_future().get(); }

 private:
  std::promise<journal::append_outcome> outcome_;
};

void nobody(std::uint64_t) {}

/// A journal, and the index of its texts.
struct kept_index {
  kept_index() {
    REQUIRE(journal.acquire(journal::cell_id{}).has_value());
    for (int i = 0; i < 150; ++i) {
      const auto done = std::make_shared<told>();
      journal.append(events.step(), done);
      REQUIRE(done->wait() == journal::append_outcome::durable);
    }
    REQUIRE(projections::rebuild_texts_offline(journal, "journal", kept, nobody).has_value());
  }

  /// A copy of it in which some bits of one byte are others.
  auto damaged(const fs::path& file, std::uintmax_t offset, unsigned bits = 0x11) -> fs::path {
    auto copy = place.path() / "copy";
    fs::remove_all(copy);
    fs::copy(kept, copy, fs::copy_options::recursive);
    std::fstream bytes{projections::text_projection::current_in(copy) / file,
                       std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(static_cast<std::streamoff>(offset));
    const auto was = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(offset));
    bytes.put(static_cast<char>(was ^ static_cast<char>(bits)));
    return copy;
  }

  [[nodiscard]] auto index() const -> fs::path { return projections::text_projection::current_in(kept); }

  auto texts(const fs::path& from) -> tl::expected<projections::folded_projection, journal::failure> {
    return projections::fold_texts_offline(journal, "journal", from, place.path() / std::to_string(++folds),
                                           own_inspection(), nobody);
  }

  testing::temporary_place place;
  fs::path kept = place.path() / "kept";
  journal::memory_journal journal;
  naive_events events{7};
  int folds = 0;
};

auto position_at_start(const fs::path& directory) -> std::string {
  const auto opened = projections::text_index::open(directory, "journal", false, own_inspection());
  REQUIRE(opened.has_value());
  return (*opened)->position().text();
}

/// Everything that it has; nothing when it cannot be read.
auto rows(const fs::path& directory) -> std::optional<std::map<std::string, std::string>> {
  std::map<std::string, std::string> all;
  const auto read = projections::visit_text_rows(
      directory, [&all](std::string_view key, std::string_view value) { all.emplace(key, value); });
  return read ? std::optional{std::move(all)} : std::nullopt;
}

/// What a server does with an index: it searches, corrects and writes.
void serve(projections::text_index& index) {
  static_cast<void>(index.place()->read([](projections::text_session& session) {
    for (const auto* text : {"tosca", "toska", "graz", "vienn", "opra", "concert", "th", "nothing like it"})
      static_cast<void>(projections::find_text(session, {projections::words_of(text, 16), true, true}));
    for (std::uint32_t row = 0; row < session.database.get_lastdocid(); ++row)
      static_cast<void>(projections::text_at(session, row));
  }));
  domain::event_config config;
  config.name = "An evening with Tosca in Graz";
  index.created(domain::event_id{4'711}, 1, config);
  index.listed(domain::event_id{4'711}, 2);
  index.commit(journal::cursor{"somewhere"});
}

/// Of each file of the index.
constexpr std::uintmax_t places_a_file = 80;

} // namespace

TEST_CASE("an index that was closed in good order is begun anew when any byte of it has changed") {
  kept_index given;
  const auto position = projections::text_position_in(given.index());
  REQUIRE(position.has_value());
  REQUIRE_FALSE(position->text().empty());
  CHECK(projections::seal_of(given.index()) == projections::text_seal::sound);
  for (const auto& file : fs::directory_iterator{given.index()}) {
    const auto name = file.path().filename();
    const auto size = fs::file_size(file.path());
    for (std::uintmax_t offset = 0; offset < size; offset += size / 9 + 1) {
      CAPTURE(name.string());
      CAPTURE(offset);
      const auto copy = given.damaged(name, offset);
      CHECK(position_at_start(projections::text_projection::current_in(copy)).empty());
    }
  }
  fs::remove(given.index() / "docdata.glass");
  CHECK(position_at_start(given.index()).empty());
}

TEST_CASE("an index that cannot be looked at is begun anew") {
  kept_index given;
  const auto copy = projections::text_projection::current_in(given.damaged("docdata.glass", 0));
  fs::remove(copy / "iamglass");
  fs::create_symlink("iamglass", copy / "iamglass"); // leads nowhere for ever
  CHECK(position_at_start(copy).empty());
  fs::remove_all(copy);
  fs::create_symlink(copy.filename(), copy);
  CHECK(position_at_start(copy).empty());
  CHECK(fs::is_directory(fs::symlink_status(copy)));
}

TEST_CASE("an index is left as it is by a start and a close, and its seal is not while it is written") {
  const kept_index given;
  const auto position = projections::text_position_in(given.index());
  REQUIRE(position.has_value());
  for (int start = 0; start < 3; ++start) {
    {
      const auto opened = projections::text_index::open(given.index(), "journal", false, own_inspection());
      REQUIRE(opened.has_value());
      CHECK((*opened)->position() == *position);
      CHECK(projections::seal_of(given.index()) == projections::text_seal::absent);
    }
    // Odd starts end without a seal, as after a crash: then the tables are looked through.
    if (start % 2 == 0)
      projections::seal_texts(given.index());
  }
}

TEST_CASE("an index whose process died is begun anew when its tables are damaged, and goes on when they are not") {
  kept_index given;
  const auto position = projections::text_position_in(given.index());
  REQUIRE(position.has_value());
  REQUIRE(projections::break_seal(given.index()).has_value());
  CHECK(projections::inspect_index(own_inspection(), given.index()).has_value());
  {
    // Somebody was writing: what was not committed does not count.
    const auto opened = projections::text_index::open(given.index(), "journal", false, own_inspection());
    REQUIRE(opened.has_value());
    (*opened)->created(domain::event_id{99}, 1, {});
  }
  CHECK(position_at_start(given.index()) == position->text());
}

TEST_CASE("after a crash an index of which any byte has changed is begun anew or is what was committed, and serves") {
  kept_index given;
  REQUIRE(projections::break_seal(given.index()).has_value());
  const auto truth = rows(given.index());
  REQUIRE(truth.has_value());
  const auto position = projections::text_position_in(given.index());
  REQUIRE(position.has_value());
  model::dice dice{17};
  int anew = 0;
  int kept = 0;
  for (const auto& file : fs::directory_iterator{given.index()}) {
    const auto name = file.path().filename();
    const auto size = fs::file_size(file.path());
    const auto places = std::min<std::uintmax_t>(size, places_a_file);
    for (std::uintmax_t i = 0; i < places; ++i) {
      // All of a small file; of a large one a byte somewhere in each of as many parts.
      const auto part = size / places;
      const auto offset = i * part + dice.below(part);
      const auto bits = static_cast<unsigned>(dice.between(1, 255));
      CAPTURE(name.string());
      CAPTURE(offset);
      CAPTURE(bits);
      const auto copy = projections::text_projection::current_in(given.damaged(name, offset, bits));
      {
        const auto opened = projections::text_index::open(copy, "journal", false, own_inspection());
        REQUIRE(opened.has_value());
        if ((*opened)->position() == *position)
          ++kept;
        else
          ++anew;
        CHECK(((*opened)->position() == *position ? rows(copy) == truth : (*opened)->position().text().empty()));
        serve(**opened);
      }
    }
  }
  CHECK(anew > 100);
  CHECK(kept > 0); // of bytes that nobody reads
}

TEST_CASE("bytes that change under a running server end it once at most: its next start looks through them") {
  kept_index given;
  const auto copy = given.damaged("postlist.glass", 8'200);
  const auto index = projections::text_projection::current_in(copy);
  projections::seal_texts(index); // a stop in good order over bytes that had changed
  CHECK(projections::seal_of(index) == projections::text_seal::sound);
  {
    const auto opened = projections::text_index::open(index, "journal", false, own_inspection());
    CHECK(projections::seal_of(index) == projections::text_seal::absent); // whatever came of it
  }
  const auto position = projections::text_position_in(given.index());
  REQUIRE(position.has_value());
  fs::remove(index / "doubtful");
  CHECK(position_at_start(index) != position->text());
}

TEST_CASE("an index without a seal is begun anew when nobody can look through it, or who does so dies") {
  const auto position_with = [](const projections::inspection_command& inspection) {
    kept_index given;
    REQUIRE(projections::break_seal(given.index()).has_value());
    const auto opened = projections::text_index::open(given.index(), "journal", false, inspection);
    REQUIRE(opened.has_value());
    return (*opened)->position().text();
  };
  CHECK_FALSE(position_with(own_inspection()).empty());
  CHECK_FALSE(position_with({"/bin/true"}).empty());
  CHECK(position_with({}).empty());
  CHECK(position_with({"/no/such/program"}).empty());
  CHECK(position_with({"/bin/false"}).empty());
  CHECK(position_with({"/bin/sh", "-c", "kill -SEGV $$"}).empty());

  kept_index given;
  const auto died = projections::inspect_index({"/bin/sh", "-c", "kill -SEGV $$"}, given.index());
  REQUIRE_FALSE(died.has_value());
  CHECK(died.error().kind == journal::failure_kind::corrupt);
  CHECK(died.error().detail.find("died of signal 11") != std::string::npos);
  const auto told = projections::inspect_index({"/bin/sh", "-c", "printf 'so\\nit\\303is'; exit 1"}, given.index());
  REQUIRE_FALSE(told.has_value());
  CHECK(told.error().detail == "so?it?is");
  CHECK(projections::run_inspection({"nonsense", "words"}) == 2);
}

TEST_CASE("beside a journal that was refused an index is shown when it is sound, and only then") {
  kept_index given;
  const auto shown = [&given](const fs::path& directory) {
    projections::search_settings settings;
    settings.directory = directory;
    settings.read_only = true;
    settings.inspection = own_inspection();
    const auto slots = std::make_shared<projections::search_slots>();
    projections::text_projection{slots, settings, [] { return domain::instant{}; }}.load();
    return slots->texts.get().what != nullptr;
  };
  CHECK(shown(given.kept));
  CHECK(projections::seal_of(given.index()) == projections::text_seal::sound); // nothing was written
  const auto broken = given.damaged("postlist.glass", 8'200);
  CHECK_FALSE(shown(broken));
  projections::seal_texts(projections::text_projection::current_in(broken));
  CHECK_FALSE(shown(broken));
  REQUIRE(projections::break_seal(given.index()).has_value());
  CHECK(shown(given.kept));
}

TEST_CASE("an index whose documents were changed many times has what was committed to it after every crash") {
  const testing::temporary_place place;
  naive_events events{11};
  const auto directory = place.path() / "texts";
  std::string last;
  for (int crash = 0; crash < 20; ++crash) {
    const auto opened = projections::text_index::open(directory, "journal", false, own_inspection());
    REQUIRE(opened.has_value());
    CHECK((*opened)->position().text() == last); // it was not begun anew
    for (int i = 0; i < 10; ++i) {
      const auto event = domain::event_id{static_cast<std::uint64_t>(1 + (crash * 7 + i) % 23)};
      const auto seq = static_cast<std::uint64_t>(1 + crash * 20 + 2 * i);
      domain::event_config config;
      config.name = "Evening " + std::to_string(seq) + " of Tosca";
      (*opened)->created(event, seq, config);
      config.name += " and Carmen";
      (*opened)->amended(event, seq + 1, config);
      if (i % 3 == 0)
        (*opened)->listed(event, seq + 2);
      if (i == 6) {
        last = "position " + std::to_string(crash);
        (*opened)->commit(journal::cursor{last});
      }
    }
  }
}

TEST_CASE("whoever compares the index with the journal sees damage, whether it was closed in good order or not") {
  kept_index given;
  const auto alone = given.texts({});
  const auto sound = given.texts(given.kept);
  REQUIRE(alone.has_value());
  REQUIRE(sound.has_value());
  CHECK(sound->checksum == alone->checksum);
  const auto size = fs::file_size(given.index() / "postlist.glass");
  const auto sealed = given.texts(given.damaged("postlist.glass", size / 2));
  REQUIRE_FALSE(sealed.has_value());
  CHECK(sealed.error().kind == journal::failure_kind::corrupt);
  REQUIRE(projections::break_seal(given.index()).has_value());
  const auto unsealed = given.texts(given.kept);
  REQUIRE(unsealed.has_value());
  CHECK(unsealed->checksum == alone->checksum);
  int seen = 0;
  for (std::uintmax_t offset = 0; offset < size; offset += size / 60) {
    CAPTURE(offset);
    const auto compared = given.texts(given.damaged("postlist.glass", offset));
    if (compared)
      CHECK(compared->checksum == alone->checksum); // of bytes that nobody reads
    else
      ++seen;
  }
  CHECK(seen > 0);
}

} // namespace holdfast::search_test::text_damage
