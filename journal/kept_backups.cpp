#include "journal/kept_backups.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "backup-";
/// RocksDB writes a checkpoint under this ending and renames it when it is whole.
constexpr std::string_view unfinished = ".tmp";

/// The time in a copy's name; nothing for any other name.
auto time_of(std::string_view name) -> std::optional<std::int64_t> {
  if (!name.starts_with(prefix)) {
    return std::nullopt;
  }
  name.remove_prefix(prefix.size());
  std::int64_t unix_ms = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), unix_ms);
  return error == std::errc{} && end == name.data() + name.size() && unix_ms >= 0 ? std::optional{unix_ms}
                                                                                  : std::nullopt;
}

/// The directories of the folder by name.
auto directories_in(const fs::path& folder) -> std::vector<std::string> {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    if (at->is_directory(unknown) && !at->is_symlink(unknown)) {
      names.push_back(at->path().filename().string());
    }
  }
  return names;
}

auto removed(const fs::path& directory) -> bool {
  std::error_code error;
  fs::remove_all(directory, error);
  return !error;
}

} // namespace

auto backup_name(std::int64_t unix_ms) -> std::string {
  return std::string{prefix} + std::to_string(unix_ms);
}

auto remove_unfinished_backups(const fs::path& folder) -> std::vector<std::string> {
  auto names = directories_in(folder);
  std::erase_if(names, [&folder](const std::string& name) {
    const std::string_view text{name};
    return !text.ends_with(unfinished) || !time_of(text.substr(0, text.size() - unfinished.size())) ||
           !removed(folder / name);
  });
  return names;
}

auto remove_old_backups(const fs::path& folder, std::size_t keep, std::string_view fresh) -> std::vector<std::string> {
  std::vector<std::pair<std::int64_t, std::string>> copies;
  for (auto& name : directories_in(folder)) {
    if (const auto made = time_of(name)) {
      copies.emplace_back(*made, std::move(name));
    }
  }
  std::ranges::sort(copies);
  copies.resize(copies.size() - std::min(keep, copies.size()));
  std::vector<std::string> names;
  for (auto& [made, name] : copies) {
    if (name != fresh && removed(folder / name)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

} // namespace holdfast::journal
