#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/rocksdb_opening.hpp"

#include <map>
#include <string>

namespace holdfast::journal::store {
namespace {

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

/// The newest record that was seen of a stream.
struct stream_end {
  std::uint64_t seq = 0;
  chain_hash hash{};
};

class commit_check {
 public:
  explicit commit_check(const database& data) : data_{data} {}

  auto batch(std::uint64_t position, const layout::position_value& batch, const chain_hash& previous)
      -> tl::expected<void, failure> {
    std::string digest;
    layout::begin_batch_digest(previous, position, digest);
    for (const auto& group : batch.groups) {
      for (std::uint32_t i = 0; i < group.count; ++i)
        if (auto sound = record(group.stream, group.first_seq + i, position); !sound)
          return sound;
      layout::extend_batch_digest(group, ends_[group.stream].hash, digest);
    }
    if (sha256(digest) != batch.batch_hash)
      return corrupt("commit " + std::to_string(position) + " does not chain to the one before it");
    return {};
  }

  auto heads() -> tl::expected<void, failure> {
    for (const auto& [stream, end] : ends_) {
      const auto head = data_.head(stream);
      if (!head)
        return tl::unexpected{head.error()};
      if (head->seq != end.seq || head->hash != end.hash)
        return corrupt("stream " + std::to_string(stream.id) + ": its head says seq " + std::to_string(head->seq) +
                       ", its newest record is " + std::to_string(end.seq));
    }
    return {};
  }

 private:
  auto record(stream_id stream, std::uint64_t seq, std::uint64_t position) -> tl::expected<void, failure> {
    const auto place = "commit " + std::to_string(position) + ", stream " + std::to_string(stream.id) + ", record " +
                       std::to_string(seq);
    const auto bytes = data_.get(family::records, layout::record_key(stream, seq).view());
    if (!bytes)
      return tl::unexpected{failure{bytes.error().kind, place + ": " + bytes.error().detail}};
    if (!*bytes)
      return corrupt(place + " is missing");
    const auto record = decode_record(**bytes);
    if (!record)
      return corrupt(place + ": " + record.error().detail);
    auto& end = ends_[stream];
    if (record->header.seq != seq || record->header.stream != stream)
      return corrupt(place + " is stored in the place of another");
    if (end.seq != 0 && (end.seq + 1 != seq || record->header.previous != end.hash))
      return corrupt(place + " does not chain to the record before it");
    end = {seq, hash_record(**bytes)};
    return {};
  }

  const database& data_;
  std::map<stream_id, stream_end> ends_;
};

} // namespace

auto verify_commits(const database& data, std::uint64_t from, const layout::commit_note& newest)
    -> tl::expected<void, failure> {
  chain_hash previous{};
  if (from > 1) {
    const auto before = data.position(from - 1);
    if (!before)
      return tl::unexpected{before.error()};
    if (!*before)
      return corrupt("commit " + std::to_string(from - 1) + " is missing");
    previous = (*before)->batch_hash;
  }
  commit_check check{data};
  const auto at = data.iterate(family::positions, scan_read());
  at->Seek(slice(layout::position_key(from).view()));
  for (auto position = from; position <= newest.last_position; ++position, at->Next()) {
    if (!at->Valid() && !at->status().ok())
      return tl::unexpected{to_failure(at->status(), "cannot read commit " + std::to_string(position))};
    if (!at->Valid() || layout::parse_position_key(view(at->key())) != position)
      return corrupt("commit " + std::to_string(position) + " is missing");
    const auto batch = layout::decode_position(view(at->value()));
    if (!batch)
      return corrupt("commit " + std::to_string(position) + " cannot be read");
    if (auto sound = check.batch(position, *batch, previous); !sound)
      return sound;
    previous = batch->batch_hash;
  }
  return check.heads();
}

} // namespace holdfast::journal::store
