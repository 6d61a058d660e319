#include "journal/mark.hpp"

#include "journal/checksum.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast::journal {
namespace {

constexpr std::string_view magic = "HFMARK1";
constexpr const char* file_name = "high-water";

/// Where each field of a slot is; integers little-endian.
namespace at {
constexpr std::size_t counter = 8;
constexpr std::size_t journal = 16;
constexpr std::size_t position = 32;
constexpr std::size_t epoch = 40;
constexpr std::size_t batch_hash = 48;
constexpr std::size_t reserved = 80;
constexpr std::size_t checksum = 88;
static_assert(checksum + 8 == mark_slot_bytes);
} // namespace at

auto io_failure(const std::string& name, std::string_view doing) -> tl::unexpected<failure> {
  return tl::unexpected{
      failure{failure_kind::io, name + ": cannot " + std::string{doing} + ": " + std::strerror(errno)}};
}

auto sync_directory(const std::filesystem::path& directory) -> bool {
  const auto file = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return false;
  const auto synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

auto slot_offset(std::uint64_t counter) -> off_t {
  return static_cast<off_t>((counter % 2) * mark_slot_distance_bytes);
}

} // namespace

auto encode_mark_slot(const mark& what, std::uint64_t counter) -> std::array<char, mark_slot_bytes> {
  std::array<char, mark_slot_bytes> slot{};
  std::memcpy(slot.data(), magic.data(), magic.size());
  std::memcpy(slot.data() + at::counter, &counter, sizeof counter);
  std::memcpy(slot.data() + at::journal, what.journal.data(), what.journal.size());
  std::memcpy(slot.data() + at::position, &what.position, sizeof what.position);
  std::memcpy(slot.data() + at::epoch, &what.epoch, sizeof what.epoch);
  std::memcpy(slot.data() + at::batch_hash, what.batch_hash.data(), what.batch_hash.size());
  const auto hash = sha256({slot.data(), at::checksum});
  std::memcpy(slot.data() + at::checksum, hash.data(), mark_slot_bytes - at::checksum);
  return slot;
}

auto decode_mark_slot(std::string_view bytes) -> std::optional<std::pair<mark, std::uint64_t>> {
  if (bytes.size() < mark_slot_bytes || bytes.substr(0, magic.size()) != magic)
    return std::nullopt;
  const auto hash = sha256(bytes.substr(0, at::checksum));
  if (std::memcmp(hash.data(), bytes.data() + at::checksum, mark_slot_bytes - at::checksum) != 0)
    return std::nullopt;
  std::pair<mark, std::uint64_t> slot;
  auto& [what, counter] = slot;
  std::memcpy(&counter, bytes.data() + at::counter, sizeof counter);
  std::memcpy(what.journal.data(), bytes.data() + at::journal, what.journal.size());
  std::memcpy(&what.position, bytes.data() + at::position, sizeof what.position);
  std::memcpy(&what.epoch, bytes.data() + at::epoch, sizeof what.epoch);
  std::memcpy(what.batch_hash.data(), bytes.data() + at::batch_hash, what.batch_hash.size());
  return slot;
}

mark_file::mark_file(int file, std::string name, std::uint64_t counter) noexcept
    : file_{file}, name_{std::move(name)}, counter_{counter} {}

mark_file::mark_file(mark_file&& other) noexcept
    : file_{std::exchange(other.file_, -1)}, name_{std::move(other.name_)}, counter_{other.counter_} {}

mark_file::~mark_file() {
  if (file_ >= 0)
    ::close(file_);
}

auto mark_file::read(const std::filesystem::path& marks_directory) -> tl::expected<found, failure> {
  const auto name = (marks_directory / file_name).string();
  const auto file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  found result;
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      return result;
    return io_failure(name, "open");
  }
  result.file_exists = true;
  std::uint64_t newest_counter = 0;
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    std::array<char, mark_slot_bytes> bytes{};
    const auto got = ::pread(file, bytes.data(), bytes.size(), slot_offset(slot));
    if (got < 0) {
      auto trouble = io_failure(name, "read");
      ::close(file);
      return trouble;
    }
    const auto decoded = decode_mark_slot({bytes.data(), static_cast<std::size_t>(got)});
    if (!decoded)
      continue;
    ++result.slots_good;
    if (!result.newest || decoded->second > newest_counter) {
      result.newest = decoded->first;
      newest_counter = decoded->second;
    }
  }
  ::close(file);
  return result;
}

auto mark_file::create(const std::filesystem::path& marks_directory, const mark& first)
    -> tl::expected<mark_file, failure> {
  std::error_code error;
  std::filesystem::create_directories(marks_directory, error);
  const auto name = (marks_directory / file_name).string();
  const auto file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return io_failure(name, "create");
  mark_file result{file, name, 0};
  // Both slots whole from the start, so that later writes never grow the file: a full disk cannot stop the mark.
  for (auto slot = 0; slot < 2; ++slot)
    if (auto written = result.write(first); !written)
      return tl::unexpected{written.error()};
  if (::fsync(file) != 0 || !sync_directory(marks_directory) || !sync_directory(marks_directory.parent_path()))
    return io_failure(name, "sync");
  return result;
}

auto mark_file::write(const mark& what) -> tl::expected<void, failure> {
  const auto counter = counter_ + 1;
  const auto slot = encode_mark_slot(what, counter);
  const auto put = ::pwrite(file_, slot.data(), slot.size(), slot_offset(counter));
  if (put != static_cast<ssize_t>(slot.size()))
    return io_failure(name_, "write");
  counter_ = counter;
  return {};
}

auto mark_file::sync() -> tl::expected<void, failure> {
  if (::fdatasync(file_) != 0)
    return io_failure(name_, "sync");
  return {};
}

} // namespace holdfast::journal
