#include "http/secret_file.hpp"
#include "http/token.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

// Signing keys as files: token-<number>.key, the highest number signs, the two highest verify.

namespace holdfast::http {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t live_keys = 2;
constexpr std::uint32_t number_max = 99'999'999;

auto file_of(const fs::path& folder, std::uint32_t number) -> fs::path {
  return folder / ("token-" + std::to_string(number) + ".key");
}

auto number_of(const fs::path& file) -> std::optional<std::uint32_t> {
  const std::string name = file.filename().string();
  constexpr std::string_view prefix = "token-";
  constexpr std::string_view suffix = ".key";
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  const char* const end = name.data() + name.size() - suffix.size();
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, number);
  return error == std::errc{} && stop == end && number >= 1 && number <= number_max ? std::optional{number}
                                                                                    : std::nullopt;
}

/// Numbers of the keys in the folder, highest first.
auto numbers_in(const fs::path& folder) -> tl::expected<std::vector<std::uint32_t>, failure> {
  std::vector<std::uint32_t> numbers;
  std::error_code error;
  for (fs::directory_iterator each{folder, error}, end; !error && each != end; each.increment(error)) {
    if (const auto number = number_of(each->path())) {
      numbers.push_back(*number);
    }
  }
  if (error) {
    return tl::unexpected{failure{folder.string() + ": cannot list the secrets: " + error.message()}};
  }
  std::ranges::sort(numbers, std::ranges::greater{});
  return numbers;
}

} // namespace

auto key_ring::load(const fs::path& folder) -> tl::expected<key_ring, failure> {
  if (const auto ready = ensure_secret_folder(folder); !ready) {
    return tl::unexpected{ready.error()};
  }
  auto numbers = numbers_in(folder);
  if (!numbers) {
    return tl::unexpected{numbers.error()};
  }
  if (numbers->empty()) {
    if (const auto first = create_secret(file_of(folder, 1)); !first) {
      return tl::unexpected{first.error()};
    }
    numbers->push_back(1);
  }
  numbers->resize(std::min(numbers->size(), live_keys));
  std::vector<signing_key> keys;
  for (const std::uint32_t number : *numbers) {
    const auto secret = read_secret(file_of(folder, number));
    if (!secret) {
      return tl::unexpected{secret.error()};
    }
    keys.push_back({std::to_string(number), *secret});
  }
  return key_ring{std::move(keys)};
}

auto load_subject_key(const fs::path& folder) -> tl::expected<std::array<std::uint8_t, 32>, failure> {
  if (const auto ready = ensure_secret_folder(folder); !ready) {
    return tl::unexpected{ready.error()};
  }
  const fs::path file = folder / "subject.key";
  std::error_code error;
  return fs::exists(file, error) ? read_secret(file) : create_secret(file);
}

} // namespace holdfast::http
