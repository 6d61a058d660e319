#include "journal/snapshot_store.hpp"

#include "domain/state_image.hpp"
#include "journal/failpoint.hpp"
#include "journal/snapshot_codec.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".snapshot";
constexpr std::size_t seq_digits = 20;

auto io_failure(std::string_view what, const fs::path& where) -> tl::unexpected<failure> {
  return tl::unexpected{
      failure{failure_kind::io, std::string{what} + " " + where.string() + ": " + std::strerror(errno)}};
}

/// A file descriptor that closes itself.
class open_file {
 public:
  open_file(const fs::path& path, int flags) : fd_{::open(path.c_str(), flags | O_CLOEXEC, 0640)} {}

  open_file(const open_file&) = delete;
  auto operator=(const open_file&) -> open_file& = delete;

  ~open_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  [[nodiscard]] auto fd() const noexcept -> int { return fd_; }

  [[nodiscard]] auto is_open() const noexcept -> bool { return fd_ >= 0; }

 private:
  int fd_;
};

[[nodiscard]] auto write_all(int fd, std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return false;
    if (written > 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

[[nodiscard]] auto read_all(const fs::path& path) -> std::optional<std::string> {
  const open_file file{path, O_RDONLY};

  struct stat status {};

  if (!file.is_open() || ::fstat(file.fd(), &status) != 0)
    return std::nullopt;
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto got = ::read(file.fd(), bytes.data() + done, bytes.size() - done);
    if (got == 0 || (got < 0 && errno != EINTR))
      return std::nullopt;
    done += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return bytes;
}

[[nodiscard]] auto sync_directory(const fs::path& path) -> bool {
  const open_file directory{path, O_RDONLY | O_DIRECTORY};
  return directory.is_open() && ::fsync(directory.fd()) == 0;
}

[[nodiscard]] auto digits(std::uint64_t value, int base, std::size_t width) -> std::string {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, base).ptr;
  const std::string_view shown{text.data(), static_cast<std::size_t>(end - text.data())};
  return std::string(width - shown.size(), '0') + std::string{shown};
}

[[nodiscard]] auto directory_of(const fs::path& root, domain::event_id event) -> fs::path {
  return root / digits(event.value(), 16, 16);
}

[[nodiscard]] auto file_of(const fs::path& root, domain::event_id event, std::uint64_t seq) -> fs::path {
  return directory_of(root, event) / (digits(seq, 10, seq_digits) + std::string{suffix});
}

/// The state of a file, or why it is not used.
[[nodiscard]] auto load_file(const fs::path& path, domain::event_id event, std::uint64_t seq)
    -> tl::expected<snapshot, std::string> {
  const auto bytes = read_all(path);
  if (!bytes)
    return tl::unexpected{std::string{"it cannot be read"}};
  auto decoded = decode_snapshot(*bytes);
  if (!decoded)
    return tl::unexpected{std::string{"its bytes are damaged, or another version wrote it"}};
  const auto& header = decoded->header;
  if (header.event != event || header.seq != seq)
    return tl::unexpected{std::string{"it belongs to another event or seq"}};
  auto state = domain::event_state::from_image(std::move(decoded->image));
  if (!state || state->seq() != seq || state->id() != event || state->hash() != header.state_hash)
    return tl::unexpected{std::string{"its state contradicts itself or its hash"}};
  return snapshot{seq, header.chain, header.state_hash, *std::move(state)};
}

} // namespace

snapshot_store::snapshot_store(fs::path directory, std::size_t kept_max, std::size_t history_max)
    : directory_{std::move(directory)}, kept_max_{std::max<std::size_t>(kept_max, 1)}, history_max_{history_max} {}

auto snapshot_store::save(domain::event_id event, std::uint64_t seq, const chain_hash& chain,
                          const domain::event_state& state) -> tl::expected<void, failure> {
  const auto folder = directory_of(directory_, event);
  std::error_code trouble;
  if (fs::create_directories(folder, trouble); trouble)
    return tl::unexpected{failure{failure_kind::io, folder.string() + ": " + trouble.message()}};
  const auto bytes = encode_snapshot({event, seq, chain, state.hash()}, state.image());
  const auto path = file_of(directory_, event, seq);
  auto temporary = path;
  temporary += ".new";
  {
    const open_file file{temporary, O_WRONLY | O_CREAT | O_TRUNC};
    if (!file.is_open() || !write_all(file.fd(), bytes))
      return io_failure("cannot write", temporary);
    HF_FAILPOINT("during-snapshot");
    if (::fsync(file.fd()) != 0)
      return io_failure("cannot sync", temporary);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0 || !sync_directory(folder) || !sync_directory(directory_))
    return io_failure("cannot keep", path);
  remove_old(event);
  return {};
}

/// Of the older ones, that goes first whose neighbours are nearest to each other: what is left is spread evenly.
void snapshot_store::remove_old(domain::event_id event) {
  auto kept = list(event);
  while (kept.size() > kept_max_ + history_max_) {
    std::size_t closest = 0;
    std::uint64_t least = UINT64_MAX;
    for (std::size_t i = 0; i + kept_max_ < kept.size(); ++i) {
      const auto gap = kept[i + 1] - (i == 0 ? 0 : kept[i - 1]);
      if (gap < least) {
        least = gap;
        closest = i;
      }
    }
    std::error_code trouble;
    fs::remove(file_of(directory_, event, kept[closest]), trouble);
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(closest));
  }
}

auto snapshot_store::load(domain::event_id event, std::uint64_t at_most) -> std::optional<snapshot> {
  const auto kept = list(event);
  for (auto seq = kept.rbegin(); seq != kept.rend(); ++seq) {
    if (*seq > at_most)
      continue;
    auto loaded = load_file(file_of(directory_, event, *seq), event, *seq);
    if (loaded)
      return *std::move(loaded);
    drop(event, *seq, loaded.error());
  }
  return std::nullopt;
}

void snapshot_store::drop(domain::event_id event, std::uint64_t seq, std::string_view why) {
  const auto path = file_of(directory_, event, seq);
  spdlog::warn("snapshot {} is ignored: {}; the journal is replayed instead", path.string(), why);
  auto aside = path;
  aside += ".refused";
  std::error_code trouble;
  fs::rename(path, aside, trouble);
}

auto snapshot_store::list(domain::event_id event) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> seqs;
  std::error_code trouble;
  for (fs::directory_iterator file{directory_of(directory_, event), trouble}, end; !trouble && file != end;
       file.increment(trouble)) {
    const auto name = file->path().filename().string();
    if (name.size() != seq_digits + suffix.size() || !name.ends_with(suffix))
      continue;
    std::uint64_t seq = 0;
    const auto read = std::from_chars(name.data(), name.data() + seq_digits, seq);
    if (read.ec == std::errc{} && read.ptr == name.data() + seq_digits)
      seqs.push_back(seq);
  }
  std::sort(seqs.begin(), seqs.end());
  return seqs;
}

} // namespace holdfast::journal
