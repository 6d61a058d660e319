#include "projections/search/text_seal.hpp"

#include "journal/checksum.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;

constexpr const char* seal_file = "seal";
constexpr const char* next_seal_file = "seal.next";
constexpr const char* lock_file = "flintlock"; ///< the library's: empty, and touched by whoever opens

auto checksum_of(const fs::path& file) -> std::optional<std::uint32_t> {
  constexpr std::size_t piece = std::size_t{256} * 1024;
  std::ifstream in{file, std::ios::binary};
  std::vector<char> bytes(piece);
  std::uint32_t sum = 0;
  while (in) {
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    sum = journal::crc32c({bytes.data(), static_cast<std::size_t>(in.gcount())}, sum);
  }
  return in.eof() ? std::optional{sum} : std::nullopt;
}

/// A line a file, by name; nothing when one of them cannot be read.
auto description_of(const fs::path& directory) -> std::optional<std::string> {
  std::error_code failed;
  std::vector<fs::path> files;
  for (const auto& each : fs::directory_iterator{directory, failed}) {
    const auto name = each.path().filename();
    if (name != seal_file && name != next_seal_file && name != lock_file)
      files.push_back(each.path());
  }
  if (failed)
    return std::nullopt;
  std::sort(files.begin(), files.end());
  std::string text;
  for (const auto& file : files) {
    const auto sum = checksum_of(file);
    if (!sum)
      return std::nullopt;
    text.append(std::to_string(*sum)).append(" ").append(file.filename().string()).append("\n");
  }
  return text;
}

} // namespace

void seal_texts(const fs::path& directory) {
  std::error_code failed;
  if (const auto text = description_of(directory)) {
    std::ofstream out{directory / next_seal_file, std::ios::binary};
    out << *text;
    out.close();
    if (out)
      fs::rename(directory / next_seal_file, directory / seal_file, failed);
    if (out && !failed)
      return;
  }
  spdlog::warn("search: the index in {} is not sealed, and will be looked through at the next start",
               directory.string());
}

auto seal_of(const fs::path& directory) -> text_seal {
  std::ifstream in{directory / seal_file, std::ios::binary};
  if (!in)
    return text_seal::absent;
  std::ostringstream said;
  said << in.rdbuf();
  return description_of(directory) == said.str() ? text_seal::sound : text_seal::broken;
}

auto break_seal(const fs::path& directory) -> tl::expected<void, journal::failure> {
  std::error_code failed;
  fs::remove(directory / seal_file, failed);
  if (failed)
    return tl::unexpected{
        journal::failure{journal::failure_kind::io, (directory / seal_file).string() + ": " + failed.message()}};
  return {};
}

} // namespace holdfast::projections
