#include "projections/store/rocksdb_projection_store.hpp"

#include "projections/store/rocksdb_space.hpp"

#include <rocksdb/env.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace holdfast::projections {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

constexpr std::string_view format = "holdfast-projections-2";
constexpr const char* identity_file = "IDENTITY";
constexpr const char* lock_file = "LOCK";

/// Kept by one opener at a time, in this process and in others.
class directory_lock {
 public:
  static auto take(const fs::path& directory) -> tl::expected<std::unique_ptr<directory_lock>, failure> {
    rocksdb::FileLock* raw = nullptr;
    const auto status = rocksdb::Env::Default()->LockFile((directory / lock_file).string(), &raw);
    if (!status.ok()) {
      const bool held = status.ToString().find("lock") != std::string::npos;
      return tl::unexpected{
          failure{held ? failure_kind::locked : failure_kind::io,
                  "cannot open the projections' store in " + directory.string() + ": " + status.ToString()}};
    }
    return std::unique_ptr<directory_lock>{new directory_lock{raw}};
  }

  directory_lock(const directory_lock&) = delete;
  auto operator=(const directory_lock&) -> directory_lock& = delete;
  ~directory_lock() { static_cast<void>(rocksdb::Env::Default()->UnlockFile(lock_)); }

 private:
  explicit directory_lock(rocksdb::FileLock* lock) noexcept : lock_{lock} {}
  rocksdb::FileLock* lock_;
};

/// Names of projections and of their second spaces; what is being removed ends in ".removed".
auto is_space(const fs::path& path) -> bool {
  const auto name = path.filename().string();
  return fs::is_directory(path) && path.extension() != ".removed" &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; });
}

auto spaces_in(const fs::path& directory) -> std::vector<fs::path> {
  std::vector<fs::path> all;
  std::error_code trouble;
  for (const auto& each : fs::directory_iterator{directory, trouble})
    if (is_space(each.path()))
      all.push_back(each.path());
  std::ranges::sort(all);
  return all;
}

class rocksdb_projection_store final : public projection_store {
 public:
  rocksdb_projection_store(fs::path directory, rocksdb_space::access how, std::unique_ptr<directory_lock> lock)
      : directory_{std::move(directory)}, how_{how}, lock_{std::move(lock)} {}

  /// What is there, before anybody asks for it; damaged ones are removed, and reported. Of what is only read, whoever asks for such a one is told.
  auto open_all(std::vector<std::string>& repairs) -> tl::expected<void, failure> {
    for (const auto& each : spaces_in(directory_)) {
      auto& space = space_of(each.filename().string());
      auto opened = space.open();
      if (opened)
        continue;
      if (how_ == rocksdb_space::access::read_only) {
        repairs.push_back(opened.error().detail);
        broken_.emplace(each.filename().string(), std::move(opened.error()));
        continue;
      }
      repairs.push_back("what the projections' store kept of " + each.filename().string() +
                        " was removed and is folded again: " + opened.error().detail);
      if (auto wiped = space.wipe(); !wiped)
        return wiped;
    }
    return {};
  }

  auto open(std::string_view projection, std::uint32_t version) -> tl::expected<journal::cursor, failure> override {
    if (const auto broken = broken_.find(projection); broken != broken_.end())
      return tl::unexpected{broken->second};
    auto& space = space_of(projection);
    if (auto opened = space.open(); !opened)
      return tl::unexpected{std::move(opened.error())};
    return space.position(version);
  }

  auto load(std::string_view projection, const row_sink& sink) -> tl::expected<void, failure> override {
    return space_of(projection).load(sink);
  }

  auto get(std::string_view projection, std::string_view key)
      -> tl::expected<std::optional<std::string>, failure> override {
    return space_of(projection).get(key);
  }

  auto commit(std::string_view projection, const store_changes& what, const journal::cursor& position)
      -> tl::expected<void, failure> override {
    return space_of(projection).commit(what, position);
  }

  auto wipe(std::string_view projection) -> tl::expected<void, failure> override { return space_of(projection).wipe(); }

 private:
  auto space_of(std::string_view projection) -> rocksdb_space& {
    const std::scoped_lock lock{mutex_};
    auto& space = spaces_[std::string{projection}];
    if (!space)
      space = std::make_unique<rocksdb_space>(directory_ / projection, how_);
    return *space;
  }

  const fs::path directory_;
  const rocksdb_space::access how_;
  const std::unique_ptr<directory_lock> lock_;         ///< null: only read
  std::map<std::string, failure, std::less<>> broken_; ///< that could not be read when they were opened
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<rocksdb_space>, std::less<>> spaces_;
};

/// Why what is in the directory is not this journal's store; empty when it is, or when nothing is there.
auto unusable(const fs::path& directory, const std::string& wanted) -> std::string {
  std::error_code trouble;
  std::ifstream in{directory / identity_file, std::ios::binary};
  const std::string found{std::istreambuf_iterator<char>{in}, {}};
  if (in && found == wanted)
    return {};
  const bool is_new = !fs::exists(directory / identity_file, trouble) && spaces_in(directory).empty() &&
                      !fs::exists(directory / "CURRENT", trouble);
  return is_new ? std::string{} : "it belongs to another journal or has another format";
}

auto identify(const fs::path& directory, const std::string& identity) -> tl::expected<void, failure> {
  std::ofstream out{directory / identity_file, std::ios::binary | std::ios::trunc};
  out << identity;
  out.close();
  if (!out)
    return tl::unexpected{failure{failure_kind::io, "cannot write to the projections' store in " + directory.string()}};
  return {};
}

/// Everything but the lock that is held.
void empty(const fs::path& directory) {
  std::error_code trouble;
  for (const auto& each : fs::directory_iterator{directory, trouble})
    if (each.path().filename() != lock_file)
      fs::remove_all(each.path(), trouble);
}

void remove_leftovers(const fs::path& directory) {
  std::error_code trouble;
  for (const auto& each : fs::directory_iterator{directory, trouble})
    if (each.path().extension() == ".removed")
      fs::remove_all(each.path(), trouble);
}

} // namespace

auto open_projection_store(const fs::path& directory, const std::string& journal_identity)
    -> tl::expected<store_opening, failure> {
  std::string identity; // by appending: GCC 12 sees a false overflow in operator+
  identity.append(format).append(" ").append(journal_identity).append("\n");
  std::error_code error;
  fs::create_directories(directory, error);
  auto lock = directory_lock::take(directory);
  if (!lock)
    return tl::unexpected{std::move(lock.error())};
  store_opening result;
  if (const auto why = unusable(directory, identity); !why.empty()) {
    result.repairs.push_back("the projections' store was removed and is folded again: " + why);
    empty(directory);
  }
  remove_leftovers(directory);
  if (auto identified = identify(directory, identity); !identified)
    return tl::unexpected{std::move(identified.error())};
  auto store =
      std::make_unique<rocksdb_projection_store>(directory, rocksdb_space::access::read_write, *std::move(lock));
  if (auto opened = store->open_all(result.repairs); !opened)
    return tl::unexpected{std::move(opened.error())};
  result.store = std::move(store);
  return result;
}

auto open_projection_store_read_only(const fs::path& directory) -> tl::expected<store_opening, failure> {
  std::error_code error;
  if (!fs::exists(directory / identity_file, error))
    return tl::unexpected{failure{failure_kind::not_found, directory.string() + ": there is no store of projections"}};
  auto store = std::make_unique<rocksdb_projection_store>(directory, rocksdb_space::access::read_only, nullptr);
  store_opening result;
  if (auto opened = store->open_all(result.repairs); !opened)
    return tl::unexpected{std::move(opened.error())};
  result.store = std::move(store);
  return result;
}

} // namespace holdfast::projections
