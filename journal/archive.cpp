#include "journal/archive.hpp"

#include "journal/codec.hpp"
#include "journal/wire.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

constexpr std::string_view magic{"HFARCHIV\x01\0\0\0\0\0\0\0", 16};

/// Types of frames.
constexpr char stream_begins = 'S';
constexpr char record_follows = 'R';
constexpr char stream_ends = 'E';
constexpr char archive_ends = 'Z';

constexpr std::size_t frame_header_bytes = 8;
constexpr std::size_t crc_bytes = 4;
constexpr std::size_t stream_payload_bytes = 9;
constexpr std::size_t end_payload_bytes = 40;
constexpr std::size_t last_payload_bytes = 48;
/// No record is longer: a batch is at most this, and a bit for its frame.
constexpr std::uint32_t payload_bytes_max = 1U << 20U;

auto as_text(const chain_hash& hash) -> std::string_view {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

template <class Number>
void append(std::string& to, Number value) {
  std::array<char, sizeof value> bytes{};
  raw::put(bytes.data(), value);
  to.append(bytes.data(), bytes.size());
}

auto io_trouble(const std::filesystem::path& file, std::string_view doing) -> tl::unexpected<failure> {
  return tl::unexpected{
      failure{failure_kind::io, "cannot " + std::string{doing} + " " + file.string() + ": " + std::strerror(errno)}};
}

auto temporary(const std::filesystem::path& file) -> std::filesystem::path {
  auto name = file;
  name += ".new";
  return name;
}

auto sync_path(const std::filesystem::path& path, int flags) -> bool {
  const int file = ::open(path.empty() ? "." : path.c_str(), flags | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) {
    ::close(file);
  }
  return synced;
}

} // namespace

auto streams_of_event(journal& from, domain::event_id event) -> tl::expected<std::vector<stream_id>, failure> {
  std::vector<stream_id> streams;
  for (const auto kind : {stream_kind::event, stream_kind::payment}) {
    const stream_id stream{kind, event.value()};
    const auto head = from.head(stream);
    if (!head) {
      return tl::unexpected{head.error()};
    }
    if (head->seq != 0) {
      streams.push_back(stream);
    } else if (kind == stream_kind::event) {
      return tl::unexpected{failure{failure_kind::not_found, "the event is not in this journal"}};
    }
  }
  return streams;
}

archive_writer::archive_writer(std::filesystem::path file, std::ofstream out)
    : file_{std::move(file)}, out_{std::move(out)} {
  put(magic);
}

auto archive_writer::create(const std::filesystem::path& file) -> tl::expected<archive_writer, failure> {
  std::ofstream out{temporary(file), std::ios::binary | std::ios::trunc};
  if (!out) {
    return io_trouble(temporary(file), "write");
  }
  return archive_writer{file, std::move(out)};
}

void archive_writer::put(std::string_view bytes) {
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  all_.add(bytes);
}

void archive_writer::frame(char type, std::string_view payload) {
  std::string bytes(1, type);
  bytes.append(3, '\0');
  append(bytes, static_cast<std::uint32_t>(payload.size()));
  bytes.append(payload);
  append(bytes, crc32c(bytes));
  put(bytes);
}

void archive_writer::begin(stream_id stream) {
  chain_.emplace(stream);
  std::string payload;
  append(payload, static_cast<std::uint8_t>(stream.kind));
  append(payload, stream.id);
  frame(stream_begins, payload);
}

auto archive_writer::add(const record_view& record) -> tl::expected<void, failure> {
  if (auto follows = chain_->take(record); !follows) {
    return follows;
  }
  frame(record_follows, record.bytes);
  ++records_;
  return {};
}

void archive_writer::end() {
  std::string payload;
  append(payload, chain_->seq());
  payload.append(as_text(chain_->hash()));
  frame(stream_ends, payload);
  ++streams_;
}

auto archive_writer::finish() -> tl::expected<void, failure> {
  std::string payload;
  append(payload, streams_);
  append(payload, records_);
  payload.append(as_text(all_.value()));
  frame(archive_ends, payload);
  out_.close();
  if (!out_ || !sync_path(temporary(file_), O_RDONLY)) {
    return io_trouble(temporary(file_), "write");
  }
  std::error_code trouble;
  std::filesystem::rename(temporary(file_), file_, trouble);
  if (trouble || !sync_path(file_.parent_path(), O_RDONLY | O_DIRECTORY)) {
    return io_trouble(file_, "keep");
  }
  return {};
}

archive_reader::archive_reader(const std::filesystem::path& file) : file_{file}, in_{file, std::ios::binary} {}

auto archive_reader::refuse(std::string_view why) const -> tl::unexpected<failure> {
  return tl::unexpected{
      failure{failure_kind::invalid, file_.string() + " at byte " + std::to_string(at_) + ": " + std::string{why}}};
}

auto archive_reader::open(const std::filesystem::path& file,
                          const std::function<void(std::uint64_t, std::uint64_t)>& progress)
    -> tl::expected<archive_reader, failure> {
  archive_reader reader{file};
  if (!reader.in_) {
    return io_trouble(file, "read");
  }
  if (auto verified = reader.verify(progress); !verified) {
    return tl::unexpected{std::move(verified.error())};
  }
  return reader;
}

auto archive_reader::take(std::string& to, std::size_t bytes) -> bool {
  to.resize(bytes);
  in_.read(to.data(), static_cast<std::streamsize>(bytes));
  if (static_cast<std::size_t>(in_.gcount()) != bytes) {
    return false;
  }
  if (all_) {
    all_->add(to);
  }
  return true;
}

auto archive_reader::next() -> tl::expected<frame, failure> {
  std::string header;
  if (!take(header, frame_header_bytes)) {
    return refuse("the archive ends before its end");
  }
  const auto bytes = raw::get<std::uint32_t>(header.data() + 4);
  if (bytes > payload_bytes_max || header.substr(1, 3) != std::string_view{"\0\0\0", 3}) {
    return refuse("this is no frame");
  }
  frame found{header[0], {}};
  std::string crc;
  if (!take(found.payload, bytes) || !take(crc, crc_bytes)) {
    return refuse("the archive ends before its end");
  }
  if (crc32c(found.payload, crc32c(header)) != raw::get<std::uint32_t>(crc.data())) {
    return refuse("a frame's checksum does not match its bytes");
  }
  at_ += frame_header_bytes + bytes + crc_bytes;
  return found;
}

auto archive_reader::verify_record(const frame& found, chain_check& chain) -> tl::expected<void, failure> {
  const auto record = decode_record(found.payload);
  if (!record) {
    return refuse(record.error().detail);
  }
  if (auto follows = chain.take(*record); !follows) {
    return refuse(follows.error().detail);
  }
  if (auto fact = decode_fact(*record); !fact) {
    return refuse(fact.error().detail);
  }
  ++records_;
  return {};
}

auto archive_reader::verify_end(const frame& found, const chain_hash& before) -> tl::expected<void, failure> {
  const auto& payload = found.payload;
  if (payload.size() != last_payload_bytes || raw::get<std::uint64_t>(payload.data()) != streams_.size() ||
      raw::get<std::uint64_t>(payload.data() + 8) != records_ || payload.substr(16) != as_text(before)) {
    return refuse("the archive's own hash and counts are not those of its content");
  }
  if (in_.peek() != std::ifstream::traits_type::eof()) {
    return refuse("something follows the archive's end");
  }
  return {};
}

auto archive_reader::verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress)
    -> tl::expected<void, failure> {
  std::error_code trouble;
  const auto size = std::filesystem::file_size(file_, trouble);
  all_.emplace();
  std::string start;
  if (!take(start, magic.size()) || start != magic) {
    return refuse("this is no archive of a version that this program reads");
  }
  at_ = magic.size();
  std::set<stream_id> seen;
  std::optional<chain_check> chain;
  for (;;) {
    const auto before = all_->value();
    const auto found = next();
    if (!found) {
      return tl::unexpected{found.error()};
    }
    const auto& payload = found->payload;
    if (found->type == archive_ends && !chain) {
      all_.reset();
      return verify_end(*found, before);
    }
    if (found->type == stream_begins && !chain && payload.size() == stream_payload_bytes) {
      const stream_id stream{static_cast<stream_kind>(payload[0]), raw::get<std::uint64_t>(payload.data() + 1)};
      if (!seen.insert(stream).second) {
        return refuse("a stream comes twice");
      }
      chain.emplace(stream);
      streams_.push_back({stream, 0, {}, {}, at_});
    } else if (found->type == record_follows && chain) {
      if (auto sound = verify_record(*found, *chain); !sound) {
        return sound;
      }
    } else if (found->type == stream_ends && chain && payload.size() == end_payload_bytes &&
               raw::get<std::uint64_t>(payload.data()) == chain->seq() && payload.substr(8) == as_text(chain->hash()) &&
               chain->seq() != 0) {
      auto& stream = streams_.back();
      stream = {stream.stream, chain->seq(), chain->hash(), chain->time(), stream.offset};
      chain.reset();
    } else {
      return refuse("a frame that does not belong here");
    }
    if (progress) {
      progress(at_, size);
    }
  }
}

auto archive_reader::scan(const archived_stream& stream, const std::function<bool(std::string_view)>& visit)
    -> tl::expected<void, failure> {
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(stream.offset));
  at_ = stream.offset;
  for (std::uint64_t seq = 1; seq <= stream.seq; ++seq) {
    const auto found = next();
    if (!found) {
      return tl::unexpected{found.error()};
    }
    if (found->type != record_follows) {
      return refuse("the archive changed while it was read");
    }
    if (!visit(found->payload)) {
      return {};
    }
  }
  return {};
}

} // namespace holdfast::journal
