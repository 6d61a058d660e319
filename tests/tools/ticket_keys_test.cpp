#include "http/secret_file.hpp"
#include "tools/data_directory.hpp"
#include "tools/ticket_keys.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;

/// A folder for secrets that goes away.
class secret_room {
 public:
  secret_room() : folder_{fs::temp_directory_path() / ("holdfast-ticket-keys-" + std::to_string(::getpid()))} {
    REQUIRE(http::ensure_secret_folder(folder_));
  }
  secret_room(const secret_room&) = delete;
  auto operator=(const secret_room&) -> secret_room& = delete;
  ~secret_room() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] auto folder() const -> const fs::path& { return folder_; }
  [[nodiscard]] auto ids() const -> std::vector<int> {
    const auto keys = load_ticket_keys(folder_);
    REQUIRE_MESSAGE(keys, (keys ? "" : keys.error()));
    std::vector<int> out;
    for (const auto& key : *keys) {
      out.push_back(key.id);
    }
    return out;
  }

 private:
  fs::path folder_;
};

} // namespace

TEST_CASE("the first key of tickets is made once, for its owner alone") {
  const secret_room room;
  CHECK(room.ids() == std::vector{1});
  const auto file = room.folder() / first_ticket_key_file;
  CHECK(fs::file_size(file) == 32);
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  const auto first = load_ticket_keys(room.folder());
  const auto again = load_ticket_keys(room.folder());
  REQUIRE(first);
  REQUIRE(again);
  CHECK(first->front().seed == again->front().seed);
}

TEST_CASE("the key with the highest number signs, and those before verify, as many as may") {
  const secret_room room;
  CHECK(room.ids() == std::vector{1});
  for (const int number : {2, 10, 9, 30, 31, 32, 33, 34, 255}) {
    REQUIRE(http::create_secret(room.folder() / ("ticket-" + std::to_string(number) + ".key")));
  }
  CHECK(room.ids() == std::vector{255, 34, 33, 32, 31, 30, 10, 9});
}

TEST_CASE("what looks like a key of tickets and is none ends the start with its name") {
  const secret_room room;
  CHECK(room.ids() == std::vector{1});
  for (const char* other : {"ticket-.key", "ticket-x.key", "ticket-01.key", "ticket-2.key.new", "tickets-2.key"}) {
    std::ofstream{room.folder() / other} << "x";
  }
  CHECK(room.ids() == std::vector{1});
  for (const char* wrong : {"ticket-256.key", "ticket-99999999999999999999.key", "ticket-3.key"}) {
    const auto file = room.folder() / wrong;
    std::ofstream{file} << "too short";
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    const auto keys = load_ticket_keys(room.folder());
    REQUIRE(!keys);
    CHECK(keys.error().find(wrong) != std::string::npos);
    fs::remove(file);
  }
  const auto open = room.folder() / "ticket-2.key";
  REQUIRE(http::create_secret(open));
  fs::permissions(open, fs::perms::others_read, fs::perm_options::add);
  const auto keys = load_ticket_keys(room.folder());
  REQUIRE(!keys);
  CHECK(keys.error().find("chmod 600") != std::string::npos);
}

TEST_CASE("a server's secrets have its keys of tickets, and know what their loss means") {
  const secret_room room;
  const auto secrets = load_secrets(room.folder());
  REQUIRE_MESSAGE(secrets, (secrets ? "" : secrets.error()));
  REQUIRE(secrets->ticket_keys.size() == 1);
  CHECK(secrets->made.back() == first_ticket_key_file);
  CHECK(loss_of_secret("ticket-7.key").starts_with("codes of tickets"));
  fs::rename(room.folder() / "ticket-1.key", room.folder() / "ticket-2.key");
  CHECK(missing_secrets(room.folder()).empty());
  CHECK(load_secrets(room.folder())->ticket_keys.front().id == 2);
}

} // namespace holdfast::tools
