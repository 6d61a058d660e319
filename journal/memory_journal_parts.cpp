#include "journal/memory_journal_parts.hpp"

#include "domain/check.hpp"

#include <algorithm>
#include <optional>

namespace holdfast::journal {
namespace {

class stream_read final : public chunked_read {
 public:
  stream_read(memory_disk::content& disk, job_queue& jobs, stream_id stream, std::uint64_t from_seq, record_sink sink,
              read_done done)
      : chunked_read{jobs, std::move(sink), std::move(done)},
        disk_{disk},
        stream_{stream},
        next_seq_{std::max<std::uint64_t>(from_seq, 1)} {}

 protected:
  auto fill() -> tl::expected<progress, failure> override {
    const std::lock_guard hold{disk_.mutex};
    const auto& kept = disk_.records[stream_];
    if (!last_seq_)
      last_seq_ = kept.size();
    for (chunk_first_seq_ = next_seq_; next_seq_ <= *last_seq_ && !chunk_is_full(); ++next_seq_)
      add(stream_, next_seq_, kept[next_seq_ - 1]);
    return next_seq_ > *last_seq_ ? progress::finished : progress::more;
  }

  auto position_after(std::size_t handed_over) const -> cursor override {
    return cursor{std::to_string(chunk_first_seq_ + handed_over - 1)};
  }

 private:
  memory_disk::content& disk_;
  stream_id stream_;
  std::uint64_t next_seq_;
  std::uint64_t chunk_first_seq_ = 0;
  std::optional<std::uint64_t> last_seq_;
};

class tail_read final : public chunked_read {
 public:
  tail_read(memory_disk::content& disk, job_queue& jobs, const tail_place& after, std::uint64_t last_position,
            record_sink sink, read_done done)
      : chunked_read{jobs, std::move(sink), std::move(done)},
        disk_{disk},
        place_{after},
        last_position_{last_position} {}

 protected:
  auto fill() -> tl::expected<progress, failure> override {
    const std::lock_guard hold{disk_.mutex};
    ends_.clear();
    while (place_.position < last_position_ && !chunk_is_full())
      add_batch(disk_.positions[place_.position]);
    return place_.position >= last_position_ ? progress::finished : progress::more;
  }

  auto position_after(std::size_t handed_over) const -> cursor override {
    return format_cursor(handed_over == 0 ? place_ : ends_[handed_over - 1]);
  }

 private:
  void add_batch(const layout::position_value& batch) {
    std::uint64_t index = 0;
    for (const auto& group : batch.groups)
      for (std::uint32_t i = 0; i < group.count; ++i, ++index) {
        if (index < place_.records)
          continue;
        if (chunk_is_full())
          return;
        const auto seq = group.first_seq + i;
        add(group.stream, seq, disk_.records[group.stream][seq - 1]);
        ++place_.records;
        ends_.push_back(place_);
      }
    place_ = {place_.position + 1, 0};
    if (!ends_.empty())
      ends_.back() = place_;
  }

  memory_disk::content& disk_;
  tail_place place_;
  std::uint64_t last_position_;
  std::vector<tail_place> ends_;
};

} // namespace

memory_commits::memory_commits(memory_disk::content& disk, std::function<void()> on_fenced)
    : disk_{disk}, on_fenced_{std::move(on_fenced)} {}

auto memory_commits::load_head(stream_id stream) -> tl::expected<stream_head, failure> {
  const std::lock_guard hold{disk_.mutex};
  const auto found = disk_.heads.find(stream);
  return found == disk_.heads.end() ? stream_head{} : found->second;
}

void memory_commits::begin() {
  records_.clear();
  heads_.clear();
  answers_.clear();
  positions_.clear();
}

void memory_commits::put_record(stream_id stream, std::uint64_t seq, std::string_view bytes) {
  records_.push_back({stream, seq, std::string{bytes}});
}

void memory_commits::put_head(stream_id stream, const stream_head& head) {
  heads_.emplace_back(stream, head);
}

void memory_commits::put_answer(std::string_view key, std::string_view value) {
  answers_.emplace_back(key, value);
}

void memory_commits::put_position(std::uint64_t /*position*/, std::string_view value) {
  auto decoded = layout::decode_position(value);
  HF_CHECK(decoded.has_value(), "a batch's value reads as it was written");
  positions_.push_back(std::move(*decoded));
}

auto memory_commits::commit(const layout::commit_note& last, std::uint64_t epoch) -> tl::expected<void, failure> {
  const auto fault = fault_.exchange(no_fault);
  std::unique_lock hold{disk_.mutex};
  if (disk_.newest_epoch != epoch) {
    hold.unlock(); // the handler may read this journal
    on_fenced_();
    return tl::unexpected{failure{failure_kind::closed, "another has the cell"}};
  }
  if (fault != static_cast<int>(memory_journal::fault::lost))
    store(last);
  if (fault != no_fault)
    return tl::unexpected{failure{failure_kind::io, "a storage error was asked for"}};
  return {};
}

void memory_commits::store(const layout::commit_note& last) {
  for (auto& [stream, seq, bytes] : records_) {
    auto& kept = disk_.records[stream];
    HF_CHECK(kept.size() + 1 == seq, "records are put once, in order");
    kept.push_back(std::move(bytes));
  }
  for (const auto& [stream, head] : heads_)
    disk_.heads[stream] = head;
  for (auto& [key, value] : answers_)
    disk_.answers[std::move(key)] = std::move(value);
  for (auto& position : positions_)
    disk_.positions.push_back(std::move(position));
  HF_CHECK(disk_.positions.size() == last.last_position, "positions are dense");
}

auto make_memory_read(memory_disk::content& disk, job_queue& jobs, stream_id stream, std::uint64_t from_seq,
                      record_sink sink, read_done done) -> std::shared_ptr<chunked_read> {
  return std::make_shared<stream_read>(disk, jobs, stream, from_seq, std::move(sink), std::move(done));
}

auto make_memory_tail(memory_disk::content& disk, job_queue& jobs, const tail_place& after, std::uint64_t last_position,
                      record_sink sink, read_done done) -> std::shared_ptr<chunked_read> {
  return std::make_shared<tail_read>(disk, jobs, after, last_position, std::move(sink), std::move(done));
}

} // namespace holdfast::journal
