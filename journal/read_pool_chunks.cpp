#include "journal/read_pool_chunks.hpp"

#include "journal/codec.hpp"

#include <charconv>
#include <utility>

namespace holdfast::journal {
namespace {

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

} // namespace

auto name_of(stream_id stream) -> std::string {
  return "stream " + std::to_string(static_cast<unsigned>(stream.kind)) + "/" + std::to_string(stream.id);
}

void chunked_read::add(stream_id stream, std::uint64_t seq, std::string_view bytes) {
  buffer_ += bytes;
  stored_.push_back({stream, seq, bytes.size()});
}

void chunked_read::schedule() {
  if (!jobs_.post([self = shared_from_this()] { self->step(); }))
    finish(tl::unexpected{failure{failure_kind::closed, "the journal is closing"}});
}

void chunked_read::step() {
  if (jobs_.closing())
    return finish(tl::unexpected{failure{failure_kind::closed, "the journal is closing"}});
  buffer_.clear();
  stored_.clear();
  if (buffer_.capacity() < chunk_bytes_max)
    buffer_.reserve(chunk_bytes_max + chunk_bytes_max / 8);
  const auto filled = fill();
  const auto decoded = decode();
  // What is sound is handed over before the failure is told, so that the reader knows how far the journal is good.
  if (!views_.empty() && !sink_(views_))
    return finish(position_after(views_.size()));
  if (!decoded)
    return finish(tl::unexpected{decoded.error()});
  if (!filled)
    return finish(tl::unexpected{filled.error()});
  if (*filled == progress::finished)
    return finish(position_after(views_.size()));
  schedule();
}

auto chunked_read::decode() -> tl::expected<void, failure> {
  views_.clear();
  std::string_view left{buffer_};
  for (const auto& expected : stored_) {
    const auto place = name_of(expected.stream) + ": record " + std::to_string(expected.seq);
    auto record = decode_record(left.substr(0, expected.bytes));
    if (!record)
      return corrupt(place + ": " + record.error().detail);
    if (record->header.stream != expected.stream || record->header.seq != expected.seq)
      return corrupt(place + " is stored in the place of another");
    views_.push_back(*record);
    left.remove_prefix(expected.bytes);
  }
  return {};
}

void chunked_read::finish(tl::expected<cursor, failure> how) {
  const auto done = std::exchange(done_, nullptr);
  sink_ = nullptr;
  if (done)
    done(std::move(how));
}

void fail_read(job_queue& jobs, read_done done, failure why) {
  auto shared = std::make_shared<std::pair<read_done, failure>>(std::move(done), std::move(why));
  const auto tell = [shared] { shared->first(tl::unexpected{shared->second}); };
  if (!jobs.post(tell))
    tell();
}

auto parse_cursor(const cursor& at) -> std::optional<tail_place> {
  const auto& text = at.text();
  if (text.empty())
    return tail_place{};
  tail_place place;
  const auto* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, place.position);
  if (read.ec != std::errc{})
    return std::nullopt;
  if (read.ptr == end)
    return place;
  if (*read.ptr != '+')
    return std::nullopt;
  read = std::from_chars(read.ptr + 1, end, place.records);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return place;
}

auto format_cursor(const tail_place& at) -> cursor {
  if (at.records == 0)
    return at.position == 0 ? cursor{} : cursor{std::to_string(at.position)};
  return cursor{std::to_string(at.position) + "+" + std::to_string(at.records)};
}

} // namespace holdfast::journal
