#include "tools/console.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>

namespace holdfast::tools {
namespace {

constexpr std::chrono::milliseconds between_drawings{100};

} // namespace

auto complain(std::string_view command, std::string_view what, int status) -> int {
  std::fprintf(stderr, "holdfast %.*s: %.*s\n", static_cast<int>(command.size()), command.data(),
               static_cast<int>(what.size()), what.data());
  return status;
}

progress_line::progress_line(std::string_view doing, std::string_view unit, std::uint64_t all)
    : doing_{doing},
      unit_{unit},
      all_{all},
      on_terminal_{::isatty(STDERR_FILENO) == 1},
      next_{std::chrono::steady_clock::now() + between_drawings} {}

progress_line::~progress_line() {
  if (drawn_) {
    std::fprintf(stderr, "\r\x1b[K");
  }
}

void progress_line::show(std::uint64_t done) {
  show(done, all_);
}

void progress_line::show(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_) {
    return;
  }
  next_ = now + between_drawings;
  drawn_ = true;
  if (all != 0) {
    constexpr std::size_t width = 24;
    const auto filled = static_cast<std::size_t>(done * width / all);
    const auto bar = std::string(filled, '#') + std::string(width - filled, '.');
    std::fprintf(stderr, "\r\x1b[K%s [%s] %3llu %%", doing_.c_str(), bar.c_str(),
                 static_cast<unsigned long long>(done * 100 / all));
  } else {
    std::fprintf(stderr, "\r\x1b[K%s: %s %s", doing_.c_str(), grouped(done).c_str(), unit_.c_str());
  }
  std::fflush(stderr);
}

auto grouped(std::uint64_t number) -> std::string {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

auto grouped(std::int64_t number) -> std::string {
  return number < 0 ? "-" + grouped(std::uint64_t{0} - static_cast<std::uint64_t>(number))
                    : grouped(static_cast<std::uint64_t>(number));
}

auto time_text(std::int64_t unix_ms) -> std::string {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
  return std::string{text.data(), size} + fraction.data();
}

auto hex64(std::uint64_t value) -> std::string {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

} // namespace holdfast::tools
