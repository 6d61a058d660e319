#include "tools/gateway/ledger.hpp"

#include <boost/crc.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace holdfast::gateway {

namespace {

constexpr std::size_t head_bytes = 8;
constexpr std::size_t record_bytes_max = std::size_t{4} * 1024 * 1024;
constexpr unsigned bits_of_byte = 8;

auto crc_of(std::string_view text) -> std::uint32_t {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

void put_u32(std::string& to, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) {
    to.push_back(static_cast<char>((value >> (bits_of_byte * i)) & 0xffU));
  }
}

auto u32_at(std::string_view bytes, std::size_t at) -> std::uint32_t {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (bits_of_byte * i);
  }
  return value;
}

/// The record at `at`; nothing when none is there whole and right.
auto record_at(std::string_view bytes, std::size_t at) -> std::optional<std::string_view> {
  if (bytes.size() - at < head_bytes) {
    return std::nullopt;
  }
  const std::size_t length = u32_at(bytes, at);
  if (length == 0 || length > record_bytes_max || bytes.size() - at - head_bytes < length) {
    return std::nullopt;
  }
  const auto text = bytes.substr(at + head_bytes, length);
  return crc_of(text) == u32_at(bytes, at + 4) ? std::optional{text} : std::nullopt;
}

auto has_record_after(std::string_view bytes, std::size_t at) -> bool {
  for (++at; at + head_bytes < bytes.size(); ++at) {
    if (record_at(bytes, at)) {
      return true;
    }
  }
  return false;
}

auto system_error(const std::string& what) -> std::string {
  return what + ": " + std::error_code{errno, std::generic_category()}.message();
}

struct replayed {
  std::uint64_t records = 0;
  std::size_t good_bytes = 0;
};

auto replay(std::string_view bytes, const ledger::reader& each) -> tl::expected<replayed, std::string> {
  replayed so_far;
  while (const auto text = record_at(bytes, so_far.good_bytes)) {
    const auto record = nlohmann::json::parse(*text, nullptr, false);
    if (record.is_discarded()) {
      return tl::unexpected{"record " + std::to_string(so_far.records + 1) + " is no JSON"};
    }
    each(record);
    ++so_far.records;
    so_far.good_bytes += head_bytes + text->size();
  }
  if (so_far.good_bytes < bytes.size() && has_record_after(bytes, so_far.good_bytes)) {
    return tl::unexpected{"record " + std::to_string(so_far.records + 1) + ", at byte " +
                          std::to_string(so_far.good_bytes) +
                          ", is damaged, and good ones follow it: restore the file"};
  }
  return so_far;
}

auto content_of(const std::filesystem::path& file) -> std::optional<std::string> {
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    return std::nullopt;
  }
  return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

auto sync_folder(const std::filesystem::path& file) -> bool {
  const auto folder = file.parent_path().empty() ? std::filesystem::path{"."} : file.parent_path();
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return false;
  }
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

} // namespace

auto ledger::open(const std::filesystem::path& file, const reader& each) -> tl::expected<ledger, std::string> {
  constexpr mode_t owner_only = 0600;
  ledger opened{::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, owner_only)};
  if (opened.descriptor_ < 0) {
    return tl::unexpected{system_error("cannot open " + file.string())};
  }
  if (::flock(opened.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    return tl::unexpected{file.string() + " is in use by another process"};
  }
  const auto bytes = content_of(file);
  if (!bytes) {
    return tl::unexpected{system_error("cannot read " + file.string())};
  }
  const auto good = replay(*bytes, each);
  if (!good) {
    return tl::unexpected{file.string() + ": " + good.error()};
  }
  opened.cut_bytes_ = bytes->size() - good->good_bytes;
  const bool cut = opened.cut_bytes_ == 0 || ::ftruncate(opened.descriptor_, static_cast<off_t>(good->good_bytes)) == 0;
  if (!cut || ::fsync(opened.descriptor_) != 0 || !sync_folder(file)) {
    return tl::unexpected{system_error("cannot write " + file.string())};
  }
  return opened;
}

auto ledger::read(const std::filesystem::path& file, const reader& each) -> tl::expected<std::uint64_t, std::string> {
  const auto bytes = content_of(file);
  if (!bytes) {
    return tl::unexpected{system_error("cannot read " + file.string())};
  }
  const auto good = replay(*bytes, each);
  if (!good) {
    return tl::unexpected{file.string() + ": " + good.error()};
  }
  return good->records;
}

ledger::ledger(ledger&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, cut_bytes_{other.cut_bytes_} {}

auto ledger::operator=(ledger&& other) noexcept -> ledger& {
  std::swap(descriptor_, other.descriptor_);
  std::swap(cut_bytes_, other.cut_bytes_);
  return *this;
}

ledger::~ledger() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

auto ledger::append(const nlohmann::json& record) -> tl::expected<void, std::string> {
  const auto text = record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > record_bytes_max) {
    return tl::unexpected{std::string{"a record of the ledger is too long"}};
  }
  std::string bytes;
  bytes.reserve(head_bytes + text.size());
  put_u32(bytes, static_cast<std::uint32_t>(text.size()));
  put_u32(bytes, crc_of(text));
  bytes += text;
  for (std::size_t written = 0; written < bytes.size();) {
    const auto count = ::write(descriptor_, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno != EINTR) {
      return tl::unexpected{system_error("cannot write the ledger")};
    }
    written += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  if (::fdatasync(descriptor_) != 0) {
    return tl::unexpected{system_error("cannot sync the ledger")};
  }
  return {};
}

} // namespace holdfast::gateway
