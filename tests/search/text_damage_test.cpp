#include "journal/memory_journal.hpp"
#include "projections/search/text_index.hpp"
#include "projections/search/text_projection.hpp"
#include "projections/search/text_rows.hpp"
#include "projections/search/text_seal.hpp"
#include "projections/store/offline_fold.hpp"
#include "tests/search/naive_events.hpp"
#include "tests/support/temporary_place.hpp"

#include <doctest/doctest.h>
#include <xapian.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Bytes of the index that have changed on the disk: found at the start, and by whoever compares it with the journal.

namespace holdfast::search_test {

namespace {

namespace fs = std::filesystem;

/// Of some damaged bytes the library reads beyond its buffers: that is its own, and no news to a sanitizer's run.
#ifdef __SANITIZE_ADDRESS__
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

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

  /// A copy of it in which one byte is another one.
  auto damaged(const fs::path& file, std::uintmax_t offset) -> fs::path {
    const auto copy = place.path() / "copy";
    fs::remove_all(copy);
    fs::copy(kept, copy, fs::copy_options::recursive);
    std::fstream bytes{projections::text_projection::current_in(copy) / file,
                       std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(static_cast<std::streamoff>(offset));
    const auto was = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(offset));
    bytes.put(static_cast<char>(was ^ 0x11));
    return copy;
  }

  [[nodiscard]] auto index() const -> fs::path { return projections::text_projection::current_in(kept); }

  auto texts(const fs::path& from) -> tl::expected<projections::folded_projection, journal::failure> {
    return projections::fold_texts_offline(journal, "journal", from, place.path() / std::to_string(++folds), nobody);
  }

  testing::temporary_place place;
  fs::path kept = place.path() / "kept";
  journal::memory_journal journal;
  naive_events events{7};
  int folds = 0;
};

auto position_at_start(const fs::path& directory) -> std::string {
  const auto opened = projections::text_index::open(directory, "journal", false);
  REQUIRE(opened.has_value());
  return (*opened)->position().text();
}

/// What searches read; nothing when it cannot be read.
auto postings(const fs::path& directory) -> std::optional<std::map<std::string, std::vector<std::uint32_t>>> {
  std::map<std::string, std::vector<std::uint32_t>> all;
  try {
    const Xapian::Database database{directory.string()};
    for (auto term = database.allterms_begin(); term != database.allterms_end(); ++term) {
      auto& of = all[*term];
      for (auto at = database.postlist_begin(*term); at != database.postlist_end(*term); ++at) {
        of.push_back(*at);
        of.push_back(at.get_wdf());
      }
    }
  } catch (const Xapian::Error&) {
    return std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt; // lengths that cannot be
  }
  return all;
}

/// Everything that it has; nothing when it cannot be read.
auto rows(const fs::path& directory) -> std::optional<std::map<std::string, std::string>> {
  std::map<std::string, std::string> all;
  const auto read = projections::visit_text_rows(
      directory, [&all](std::string_view key, std::string_view value) { all.emplace(key, value); });
  return read ? std::optional{std::move(all)} : std::nullopt;
}

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

TEST_CASE("an index is left as it is by a start and a close, and its seal is not while it is written") {
  const kept_index given;
  const auto position = projections::text_position_in(given.index());
  REQUIRE(position.has_value());
  for (int start = 0; start < 3; ++start) {
    {
      const auto opened = projections::text_index::open(given.index(), "journal", false);
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
  CHECK(projections::check_text_index(given.index()).has_value());
  {
    // Somebody was writing: what was not committed does not count.
    const auto opened = projections::text_index::open(given.index(), "journal", false);
    REQUIRE(opened.has_value());
    (*opened)->created(domain::event_id{99}, 1, {});
  }
  CHECK(position_at_start(given.index()) == position->text());
}

TEST_CASE(
    "after a crash an index is begun anew, or has what was committed to it, when bytes that searches read have changed" *
    doctest::skip(is_sanitized)) {
  kept_index given;
  REQUIRE(projections::break_seal(given.index()).has_value());
  const auto truth = rows(given.index());
  REQUIRE(truth.has_value());
  int anew = 0;
  // Of other bytes the library's own check may die, before anything of ours is asked.
  const auto size = fs::file_size(given.index() / "postlist.glass");
  for (std::uintmax_t offset = 0; offset < size; offset += 211) {
    CAPTURE(offset);
    const auto copy = projections::text_projection::current_in(given.damaged("postlist.glass", offset));
    if (position_at_start(copy).empty())
      ++anew;
    else
      CHECK(rows(copy) == truth);
  }
  CHECK(anew > 0);
}

TEST_CASE("an index whose documents were changed many times has what was committed to it after every crash") {
  const testing::temporary_place place;
  naive_events events{11};
  const auto directory = place.path() / "texts";
  std::string last;
  for (int crash = 0; crash < 20; ++crash) {
    const auto opened = projections::text_index::open(directory, "journal", false);
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

TEST_CASE("whoever compares the index with the journal sees damage in what searches read" *
          doctest::skip(is_sanitized)) {
  kept_index given;
  const auto alone = given.texts({});
  const auto sound = given.texts(given.kept);
  REQUIRE(alone.has_value());
  REQUIRE(sound.has_value());
  CHECK(sound->checksum == alone->checksum);
  const auto truth = postings(given.index());
  REQUIRE(truth.has_value());
  int damages = 0;
  const auto size = fs::file_size(given.index() / "postlist.glass");
  for (std::uintmax_t offset = 0; offset < size; offset += 97) {
    const auto copy = given.damaged("postlist.glass", offset);
    if (postings(projections::text_projection::current_in(copy)) == truth)
      continue; // of what nobody reads
    ++damages;
    CAPTURE(offset);
    const auto compared = given.texts(copy);
    CHECK((!compared || compared->checksum != alone->checksum));
  }
  CHECK(damages > 0);
}

} // namespace holdfast::search_test
