#include "tools/ticket_keys.hpp"

#include "http/secret_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <system_error>

namespace holdfast::tools {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "ticket-";
constexpr std::string_view suffix = ".key";
constexpr unsigned number_max = 255; // a byte of every code

/// The number in a file's name, as it would be written; 0 for one that is too large for a code.
auto number_of(std::string_view file_name) noexcept -> std::optional<unsigned> {
  if (!file_name.starts_with(prefix) || !file_name.ends_with(suffix) ||
      file_name.size() <= prefix.size() + suffix.size()) {
    return std::nullopt;
  }
  const auto digits = file_name.substr(prefix.size(), file_name.size() - prefix.size() - suffix.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size() || digits.front() == '0' || error == std::errc::invalid_argument) {
    return std::nullopt;
  }
  return error == std::errc{} && number <= number_max ? number : 0;
}

auto file_of(const fs::path& folder, unsigned number) -> fs::path {
  return folder / (std::string{prefix} + std::to_string(number) + std::string{suffix});
}

auto numbers_in(const fs::path& folder) -> tl::expected<std::vector<unsigned>, std::string> {
  std::vector<unsigned> numbers;
  std::error_code trouble;
  for (fs::directory_iterator at{folder, trouble}, end; !trouble && at != end; at.increment(trouble)) {
    const auto number = number_of(at->path().filename().string());
    if (number == 0U) {
      return tl::unexpected{at->path().string() + ": keys of tickets have numbers from 1 to 255"};
    }
    if (number) {
      numbers.push_back(*number);
    }
  }
  if (trouble) {
    return tl::unexpected{folder.string() + ": cannot list the secrets: " + trouble.message()};
  }
  std::ranges::sort(numbers, std::greater{});
  return numbers;
}

} // namespace

auto is_ticket_key(std::string_view file_name) noexcept -> bool {
  return number_of(file_name).value_or(0) != 0;
}

auto load_ticket_keys(const fs::path& folder) -> tl::expected<std::vector<tickets::ticket_key>, std::string> {
  auto numbers = numbers_in(folder);
  if (!numbers) {
    return tl::unexpected{std::move(numbers.error())};
  }
  if (numbers->empty()) {
    if (const auto first = http::create_secret(folder / first_ticket_key_file); !first) {
      return tl::unexpected{first.error().what};
    }
    numbers->push_back(1);
  }
  numbers->resize(std::min(numbers->size(), tickets::ticket_keys_max));
  std::vector<tickets::ticket_key> keys;
  for (const unsigned number : *numbers) {
    const auto seed = http::read_secret(file_of(folder, number));
    if (!seed) {
      return tl::unexpected{seed.error().what};
    }
    keys.push_back({static_cast<std::uint8_t>(number), *seed});
  }
  return keys;
}

} // namespace holdfast::tools
