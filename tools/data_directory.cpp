#include "tools/data_directory.hpp"

#include "http/api_key.hpp"
#include "http/secret_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <utility>

namespace holdfast::tools {

namespace {

constexpr auto ids_file = "ids.key";
constexpr auto requests_file = "requests.key";

auto read_or_create(const std::filesystem::path& file) -> tl::expected<http::secret_bytes, std::string> {
  const auto made = std::filesystem::exists(file) ? http::read_secret(file) : http::create_secret(file);
  if (!made) {
    return tl::unexpected{made.error().what};
  }
  return *made;
}

auto ids_from(const http::secret_bytes& bytes) -> domain::public_ids {
  domain::public_ids::key key{};
  std::memcpy(key.data(), bytes.data(), sizeof key);
  return domain::public_ids{key};
}

/// Writes and syncs under another name, then renames and syncs the folder: the file is whole or absent.
auto write_durably(const std::filesystem::path& file, const std::string& text) -> bool {
  const auto fresh = file.string() + ".new";
  const int target = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (target < 0) {
    return false;
  }
  const bool written =
      ::write(target, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(target) == 0;
  ::close(target);
  if (!written || ::rename(fresh.c_str(), file.c_str()) != 0) {
    return false;
  }
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return false;
  }
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced;
}

} // namespace

data_paths::data_paths(std::filesystem::path root_in)
    : root{std::move(root_in)},
      lock{root / "LOCK"},
      journal{root / "journal"},
      snapshots{root / "snapshots"},
      marks{root / "marks"},
      secrets{root / "secrets"},
      backups{root / "backups"},
      admin_key{root / "admin.key"} {}

auto load_secrets(const std::filesystem::path& folder) -> tl::expected<server_secrets, std::string> {
  if (const auto usable = http::ensure_secret_folder(folder); !usable) {
    return tl::unexpected{usable.error().what};
  }
  auto tokens = http::key_ring::load(folder);
  if (!tokens) {
    return tl::unexpected{tokens.error().what};
  }
  const auto subjects = http::load_subject_key(folder);
  if (!subjects) {
    return tl::unexpected{subjects.error().what};
  }
  const auto ids = read_or_create(folder / ids_file);
  const auto requests = read_or_create(folder / requests_file);
  if (!ids || !requests) {
    return tl::unexpected{ids ? requests.error() : ids.error()};
  }
  return server_secrets{
      .tokens = std::move(*tokens), .subject_key = *subjects, .request_key = *requests, .ids = ids_from(*ids)};
}

auto load_ids(const std::filesystem::path& folder) -> tl::expected<domain::public_ids, std::string> {
  const auto bytes = http::read_secret(folder / ids_file);
  if (!bytes) {
    return tl::unexpected{bytes.error().what};
  }
  return ids_from(*bytes);
}

auto ensure_admin_key(const std::filesystem::path& file) -> tl::expected<std::string, std::string> {
  if (std::ifstream existing{file}; existing) {
    std::string text;
    if (std::getline(existing, text) && !text.empty()) {
      return text;
    }
  }
  auto made = http::make_api_key();
  if (!write_durably(file, made.text + "\n")) {
    return tl::unexpected{"cannot write the first API key to " + file.string() + ": " + std::strerror(errno)};
  }
  return std::move(made.text);
}

} // namespace holdfast::tools
