#include "journal/mark.hpp"
#include "tools/marks_location.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using journal::failure_kind;

/// A data directory in a scratch directory, removed at the end.
class scratch_data {
 public:
  scratch_data() {
    auto name = (fs::temp_directory_path() / "holdfast-marks-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    fs::create_directories(data().root);
  }
  scratch_data(const scratch_data&) = delete;
  auto operator=(const scratch_data&) -> scratch_data& = delete;
  ~scratch_data() { fs::remove_all(root_); }

  [[nodiscard]] auto data() const -> data_paths { return data_paths{root_ / "data"}; }
  [[nodiscard]] auto at(const std::string& name) const -> fs::path { return root_ / name; }

  /// As if there were a journal.
  void put_journal() const {
    fs::create_directories(data().journal);
    std::ofstream{data().journal / "CURRENT"} << "MANIFEST-000001\n";
  }

  static void put_mark(const fs::path& directory, std::uint8_t journal, std::uint64_t position) {
    journal::mark mark;
    mark.journal.fill(journal);
    mark.position = position;
    REQUIRE(journal::mark_file::create(directory, mark).has_value());
  }

 private:
  fs::path root_;
};

TEST_CASE("marks are in their usual place unless the data directory says otherwise") {
  const scratch_data room;
  CHECK(*marks_of(room.data()) == room.data().marks);
  REQUIRE(remember_marks(room.data(), room.at("far")).has_value());
  CHECK(*marks_of(room.data()) == room.at("far"));
  CHECK(*choose_marks(room.data(), {}, false) == room.at("far"));
  REQUIRE(remember_marks(room.data(), room.data().marks).has_value());
  CHECK_FALSE(fs::exists(room.data().marks_note));
}

TEST_CASE("a relative directory is remembered from the root on, and a slash at its end means nothing") {
  const scratch_data room;
  const auto here = fs::current_path();
  fs::current_path(room.at(""));
  const auto chosen = choose_marks(room.data(), "near/", false);
  fs::current_path(here);
  REQUIRE(chosen.has_value());
  CHECK(fs::weakly_canonical(*marks_of(room.data())) == fs::weakly_canonical(room.at("near")));
  CHECK(choose_marks(room.data(), room.at("near") / "", false).has_value());
}

TEST_CASE("a new data directory takes any place that has no mark, and remembers it before its journal is made") {
  const scratch_data room;
  CHECK(*choose_marks(room.data(), room.at("one"), false) == room.at("one"));
  CHECK(*marks_of(room.data()) == room.at("one"));
  CHECK(*choose_marks(room.data(), room.at("two"), false) == room.at("two"));
  CHECK(*marks_of(room.data()) == room.at("two"));
}

TEST_CASE(
    "a mark that is there already is taken for a new directory, and remembered only once the journal was opened") {
  const scratch_data room;
  scratch_data::put_mark(room.at("one"), 1, 5);
  CHECK(*choose_marks(room.data(), room.at("one"), false) == room.at("one"));
  CHECK(*marks_of(room.data()) == room.data().marks);
}

TEST_CASE("another place takes over only with a mark of the same journal that is as new") {
  struct row {
    const char* name;
    std::uint8_t journal;
    std::uint64_t position; ///< 0: no mark at all
    bool taken;
  };
  for (const auto& row :
       {row{"no mark", 1, 0, false}, row{"older", 1, 6, false}, row{"of another journal", 2, 9, false},
        row{"the same", 1, 7, true}, row{"newer", 1, 8, true}}) {
    CAPTURE(row.name);
    const scratch_data room;
    room.put_journal();
    scratch_data::put_mark(room.data().marks, 1, 7);
    if (row.position != 0) {
      scratch_data::put_mark(room.at("other"), row.journal, row.position);
    }
    const auto chosen = choose_marks(room.data(), room.at("other"), false);
    CHECK(chosen.has_value() == row.taken);
    if (!chosen) {
      CHECK(chosen.error().kind == failure_kind::behind_mark);
      CHECK(chosen.error().detail.find(room.data().marks.string()) != std::string::npos);
    }
    // An operator who accepts a loss is not asked again.
    CHECK(choose_marks(room.data(), room.at("other"), true).has_value());
  }
}

TEST_CASE("marks that were moved before anybody remembered are found by naming their place") {
  const scratch_data room;
  room.put_journal();
  CHECK_FALSE(choose_marks(room.data(), room.at("moved"), false).has_value());
  scratch_data::put_mark(room.at("moved"), 1, 7);
  CHECK(*choose_marks(room.data(), room.at("moved"), false) == room.at("moved"));
}

TEST_CASE("a note that names no directory from the root on is refused instead of guessed at") {
  for (const std::string text : {"", "\n", "marks\n", "/one\n/two\n"}) {
    CAPTURE(text);
    const scratch_data room;
    std::ofstream{room.data().marks_note} << text;
    REQUIRE_FALSE(marks_of(room.data()).has_value());
    CHECK(marks_of(room.data()).error().kind == failure_kind::corrupt);
    CHECK_FALSE(choose_marks(room.data(), room.at("one"), false).has_value());
    REQUIRE(choose_marks(room.data(), room.at("one"), true).has_value());
    REQUIRE(remember_marks(room.data(), room.at("one")).has_value());
    CHECK(*marks_of(room.data()) == room.at("one"));
  }
}

TEST_CASE("every secret of a server has words for its loss, and one that is there is not missing") {
  const scratch_data room;
  const auto folder = room.data().secrets;
  const auto missing = missing_secrets(folder);
  REQUIRE(missing.size() == 6);
  for (const auto& name : missing) {
    CAPTURE(name);
    CHECK_FALSE(loss_of_secret(name).empty());
  }
  CHECK(loss_of_secret("receipt.key").empty());
  const auto first = load_secrets(folder);
  REQUIRE(first.has_value());
  CHECK(first->made == missing);
  CHECK(missing_secrets(folder).empty());
  // A rotated signing key has another number.
  fs::rename(folder / "token-1.key", folder / "token-2.key");
  CHECK(load_secrets(folder)->made.empty());
  fs::remove(folder / "subject.key");
  CHECK(load_secrets(folder)->made == std::vector<std::string>{"subject.key"});
}

} // namespace
} // namespace holdfast::tools
