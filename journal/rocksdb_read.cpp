#include "journal/rocksdb_read.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::journal::store {
namespace {

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

class stream_read final : public chunked_read {
 public:
  stream_read(const database& from, job_queue& jobs, stream_id stream, std::uint64_t from_seq, record_sink sink,
              read_done done)
      : chunked_read{jobs, std::move(sink), std::move(done)},
        database_{from},
        stream_{stream},
        next_seq_{std::max<std::uint64_t>(from_seq, 1)} {}

 protected:
  auto fill() -> tl::expected<progress, failure> override {
    if (!at_)
      if (auto opened = open(); !opened)
        return tl::unexpected{opened.error()};
    chunk_first_seq_ = next_seq_;
    for (; next_seq_ <= last_seq_ && !chunk_is_full(); ++next_seq_, at_->Next()) {
      if (!at_->Valid())
        return trouble();
      const auto key = layout::parse_record_key(view(at_->key()));
      if (!key || *key != std::pair{stream_, next_seq_})
        return corrupt(name_of(stream_) + ": record " + std::to_string(next_seq_) + " is missing");
      add(stream_, next_seq_, view(at_->value()));
    }
    return next_seq_ > last_seq_ ? progress::finished : progress::more;
  }

  auto position_after(std::size_t handed_over) const -> cursor override {
    return cursor{std::to_string(chunk_first_seq_ + handed_over - 1)};
  }

 private:
  auto open() -> tl::expected<void, failure> {
    const auto head = database_.head(stream_);
    if (!head)
      return tl::unexpected{head.error()};
    last_seq_ = head->seq;
    at_ = database_.iterate(family::records, scan_read());
    if (next_seq_ <= last_seq_)
      at_->Seek(slice(layout::record_key(stream_, next_seq_).view()));
    return {};
  }

  auto trouble() const -> tl::unexpected<failure> {
    if (!at_->status().ok())
      return tl::unexpected{
          to_failure(at_->status(), name_of(stream_) + ": cannot read record " + std::to_string(next_seq_))};
    return corrupt(name_of(stream_) + ": record " + std::to_string(next_seq_) + " is missing");
  }

  const database& database_;
  stream_id stream_;
  std::uint64_t next_seq_;
  std::uint64_t chunk_first_seq_ = 0;
  std::uint64_t last_seq_ = 0;
  std::unique_ptr<rocksdb::Iterator> at_;
};

class tail_read final : public chunked_read {
 public:
  tail_read(const database& from, job_queue& jobs, tail_place after, std::uint64_t last_position, record_sink sink,
            read_done done)
      : chunked_read{jobs, std::move(sink), std::move(done)},
        database_{from},
        place_{after},
        last_position_{last_position} {}

 protected:
  auto fill() -> tl::expected<progress, failure> override {
    if (!at_) {
      at_ = database_.iterate(family::positions, scan_read());
      at_->Seek(slice(layout::position_key(place_.position + 1).view()));
    }
    ends_.clear();
    while (place_.position < last_position_ && !chunk_is_full()) {
      auto batch = next_batch();
      if (!batch)
        return tl::unexpected{batch.error()};
      if (auto added = add_batch(*batch); !added)
        return tl::unexpected{added.error()};
    }
    return place_.position >= last_position_ ? progress::finished : progress::more;
  }

  auto position_after(std::size_t handed_over) const -> cursor override {
    return format_cursor(handed_over == 0 ? place_ : ends_[handed_over - 1]);
  }

 private:
  auto next_batch() -> tl::expected<layout::position_value, failure> {
    const auto wanted = place_.position + 1;
    if (!at_->Valid() && !at_->status().ok())
      return tl::unexpected{to_failure(at_->status(), "cannot read commit " + std::to_string(wanted))};
    if (!at_->Valid() || layout::parse_position_key(view(at_->key())) != wanted)
      return corrupt("commit " + std::to_string(wanted) + " is missing");
    if (auto value = layout::decode_position(view(at_->value())))
      return std::move(*value);
    return corrupt("commit " + std::to_string(wanted) + " cannot be read");
  }

  /// Adds what is left of a batch until the chunk is full, and moves on to the next position when all of it is in.
  auto add_batch(const layout::position_value& batch) -> tl::expected<void, failure> {
    std::uint64_t index = 0;
    for (const auto& group : batch.groups)
      for (std::uint32_t i = 0; i < group.count; ++i, ++index) {
        if (index < place_.records)
          continue;
        if (chunk_is_full())
          return {};
        if (auto added = add_record(group.stream, group.first_seq + i); !added)
          return added;
        ++place_.records;
        ends_.push_back(place_);
      }
    place_ = {place_.position + 1, 0};
    if (!ends_.empty())
      ends_.back() = place_;
    at_->Next();
    return {};
  }

  /// One stream that was read from lately. Neighbours in a stream are neighbours on disk: a step of an iterator costs a fraction of a
  /// look-up, which for every record of a long journal is what a reader of everything would spend nearly all its time on.
  struct lane {
    stream_id stream;
    std::uint64_t next_seq = 0;
    std::unique_ptr<rocksdb::Iterator> at; ///< on `next_seq`; made when a stream comes a second time
  };

  [[nodiscard]] auto lane_of(stream_id stream) noexcept -> lane& {
    return lanes_[domain::mix64(stream.id ^ static_cast<std::uint64_t>(stream.kind)) % lanes_.size()];
  }

  /// The record by the lane's iterator; false when the lane is another stream's, or elsewhere.
  auto add_by_lane(lane& by, stream_id stream, std::uint64_t seq) -> bool {
    if (by.stream != stream || by.next_seq != seq)
      return false;
    if (!by.at) {
      by.at = database_.iterate(family::records, scan_read());
      by.at->Seek(slice(layout::record_key(stream, seq).view()));
    }
    if (!by.at->Valid() || layout::parse_record_key(view(by.at->key())) != std::pair{stream, seq})
      return false; // what is wrong is for the look-up to say
    add(stream, seq, view(by.at->value()));
    by.at->Next();
    ++by.next_seq;
    return true;
  }

  auto add_record(stream_id stream, std::uint64_t seq) -> tl::expected<void, failure> {
    auto& by = lane_of(stream);
    if (add_by_lane(by, stream, seq))
      return {};
    value_.Reset();
    const auto status = database_.raw().Get(point_read(), database_.handle(family::records),
                                            slice(layout::record_key(stream, seq).view()), &value_);
    if (status.IsNotFound())
      return corrupt(name_of(stream) + ": record " + std::to_string(seq) + " is missing");
    if (!status.ok())
      return tl::unexpected{to_failure(status, name_of(stream) + ": cannot read record " + std::to_string(seq))};
    add(stream, seq, view(value_));
    by = {stream, seq + 1, nullptr};
    return {};
  }

  const database& database_;
  tail_place place_;
  std::uint64_t last_position_;
  std::unique_ptr<rocksdb::Iterator> at_;
  rocksdb::PinnableSlice value_;
  std::array<lane, 16> lanes_;
  std::vector<tail_place> ends_; ///< where the reader is after each record of the chunk
};

} // namespace

auto make_stream_read(const database& from, job_queue& jobs, stream_id stream, std::uint64_t from_seq, record_sink sink,
                      read_done done) -> std::shared_ptr<chunked_read> {
  return std::make_shared<stream_read>(from, jobs, stream, from_seq, std::move(sink), std::move(done));
}

auto make_tail_read(const database& from, job_queue& jobs, const tail_place& after, std::uint64_t last_position,
                    record_sink sink, read_done done) -> std::shared_ptr<chunked_read> {
  return std::make_shared<tail_read>(from, jobs, after, last_position, std::move(sink), std::move(done));
}

} // namespace holdfast::journal::store
