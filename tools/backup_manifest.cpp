#include "tools/backup_manifest.hpp"

#include "journal/checksum.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;
using nlohmann::ordered_json;

constexpr const char* format_name = "holdfast-backup-1";
constexpr std::size_t buffer_bytes = 256 * 1024;

auto io_failure(std::string_view doing, const fs::path& file) -> tl::unexpected<failure> {
  return tl::unexpected{
      failure{failure_kind::io, "cannot " + std::string{doing} + " " + file.string() + ": " + std::strerror(errno)}};
}

/// A file descriptor that closes itself.
class descriptor {
 public:
  descriptor(const fs::path& path, int flags) : fd_{::open(path.c_str(), flags | O_CLOEXEC, 0640)} {}

  descriptor(const descriptor&) = delete;
  auto operator=(const descriptor&) -> descriptor& = delete;

  ~descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  [[nodiscard]] auto fd() const noexcept -> int { return fd_; }

 private:
  int fd_;
};

auto write_all(int fd, std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

/// Copies one file and hashes what it reads.
auto copy_file(const fs::path& from, const fs::path& to, const std::function<void(std::uint64_t)>& copied)
    -> tl::expected<backup_file, failure> {
  const descriptor in{from, O_RDONLY};
  if (in.fd() < 0) {
    return io_failure("read", from);
  }
  const descriptor out{to, O_WRONLY | O_CREAT | O_EXCL};
  if (out.fd() < 0) {
    return io_failure("write", to);
  }
  journal::sha256_stream hash;
  backup_file file{from.filename().string(), 0, {}};
  std::string buffer(buffer_bytes, '\0');
  for (;;) {
    const auto got = ::read(in.fd(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return io_failure("read", from);
    }
    if (got == 0) {
      break;
    }
    const std::string_view part{buffer.data(), static_cast<std::size_t>(got)};
    hash.add(part);
    file.bytes += part.size();
    if (!write_all(out.fd(), part)) {
      return io_failure("write", to);
    }
    copied(part.size());
  }
  if (::fsync(out.fd()) != 0) {
    return io_failure("sync", to);
  }
  file.sha256 = journal::hex(hash.value());
  return file;
}

auto sync_directory(const fs::path& path) -> bool {
  const descriptor directory{path.empty() ? fs::path{"."} : path, O_RDONLY | O_DIRECTORY};
  return directory.fd() >= 0 && ::fsync(directory.fd()) == 0;
}

/// The files of a journal's directory that matter, by name; RocksDB's own lock and log do not.
auto files_of(const fs::path& directory) -> tl::expected<std::vector<fs::path>, failure> {
  std::vector<fs::path> files;
  std::error_code trouble;
  for (fs::directory_iterator file{directory, trouble}, end; !trouble && file != end; file.increment(trouble)) {
    const auto name = file->path().filename().string();
    if (file->is_regular_file() && name != "LOCK" && !name.starts_with("LOG")) {
      files.push_back(file->path());
    }
  }
  if (trouble) {
    return tl::unexpected{failure{failure_kind::io, "cannot list " + directory.string() + ": " + trouble.message()}};
  }
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

auto copy_files(const fs::path& from, const fs::path& to, const byte_progress& progress)
    -> tl::expected<std::vector<backup_file>, failure> {
  const auto files = files_of(from);
  if (!files) {
    return tl::unexpected{files.error()};
  }
  std::error_code trouble;
  fs::create_directories(to, trouble);
  if (trouble) {
    return tl::unexpected{failure{failure_kind::io, "cannot make " + to.string() + ": " + trouble.message()}};
  }
  std::uint64_t all = 0;
  for (const auto& file : *files) {
    all += fs::file_size(file, trouble);
  }
  std::uint64_t done = 0;
  std::vector<backup_file> copied;
  for (const auto& file : *files) {
    auto copy = copy_file(file, to / file.filename(), [&](std::uint64_t bytes) {
      done += bytes;
      if (progress) {
        progress(done, std::max(all, done));
      }
    });
    if (!copy) {
      return tl::unexpected{std::move(copy.error())};
    }
    copied.push_back(*std::move(copy));
  }
  if (!sync_directory(to) || !sync_directory(to.parent_path())) {
    return io_failure("sync", to);
  }
  return copied;
}

auto write_manifest(const fs::path& backup, const backup_manifest& manifest) -> tl::expected<void, failure> {
  ordered_json document{{"format", format_name},
                        {"backup_id", manifest.backup_id},
                        {"created_at", manifest.created_at},
                        {"position", manifest.position}};
  auto& files = document["files"] = ordered_json::array();
  for (const auto& file : manifest.files) {
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  const auto path = backup / "backup.json";
  const auto fresh = backup / "backup.json.new";
  {
    const descriptor out{fresh, O_WRONLY | O_CREAT | O_TRUNC};
    if (out.fd() < 0 || !write_all(out.fd(), document.dump(2) + "\n") || ::fsync(out.fd()) != 0) {
      return io_failure("write", fresh);
    }
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0 || !sync_directory(backup)) {
    return io_failure("keep", path);
  }
  return {};
}

auto read_manifest(const fs::path& backup) -> tl::expected<backup_manifest, failure> {
  const auto path = backup / "backup.json";
  std::ifstream in{path, std::ios::binary};
  if (!in) {
    return tl::unexpected{failure{failure_kind::not_found, path.string() + " is missing: this is no whole backup"}};
  }
  const auto document = ordered_json::parse(in, nullptr, false);
  backup_manifest manifest;
  try {
    if (document.at("format") != format_name) {
      return tl::unexpected{
          failure{failure_kind::invalid, path.string() + " is of a format that this program does not know"}};
    }
    document.at("backup_id").get_to(manifest.backup_id);
    document.at("created_at").get_to(manifest.created_at);
    document.at("position").get_to(manifest.position);
    for (const auto& file : document.at("files")) {
      manifest.files.push_back({file.at("name"), file.at("bytes"), file.at("sha256")});
    }
  } catch (const nlohmann::json::exception& trouble) {
    return tl::unexpected{failure{failure_kind::invalid, path.string() + ": " + trouble.what()}};
  }
  return manifest;
}

auto same_files(const std::vector<backup_file>& expected, const std::vector<backup_file>& found)
    -> tl::expected<void, failure> {
  const auto name = [](const backup_file& file) { return file.name; };
  for (const auto& file : expected) {
    const auto match = std::ranges::find(found, file.name, name);
    if (match == found.end() || match->bytes != file.bytes || match->sha256 != file.sha256) {
      return tl::unexpected{
          failure{failure_kind::corrupt, "the backup's file journal/" + file.name +
                                             (match == found.end() ? " is missing" : " is not what was backed up")}};
    }
  }
  for (const auto& file : found) {
    if (std::ranges::find(expected, file.name, name) == expected.end()) {
      return tl::unexpected{
          failure{failure_kind::corrupt, "the backup has a file journal/" + file.name + " of its own"}};
    }
  }
  return {};
}

} // namespace holdfast::tools
