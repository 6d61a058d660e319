#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/rocksdb_opening.hpp"

#include <map>
#include <optional>
#include <string>

namespace holdfast::journal::store {
namespace {

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

/// The newest record that was seen of a stream.
struct stream_end {
  std::uint64_t seq = 0;
  std::optional<chain_hash> hash; ///< nothing when the record was not read
};

class commit_check {
 public:
  explicit commit_check(const database& data) : data_{data} {}

  /// Only notes where the streams are.
  void pass(const layout::position_value& batch) {
    for (const auto& group : batch.groups)
      ends_[group.stream] = {group.first_seq + group.count - 1, std::nullopt};
  }

  auto read(std::uint64_t position, const layout::position_value& batch, const chain_hash& previous)
      -> tl::expected<void, failure> {
    std::string digest;
    layout::begin_batch_digest(previous, position, digest);
    for (const auto& group : batch.groups) {
      for (std::uint32_t i = 0; i < group.count; ++i)
        if (auto sound = record(group.stream, group.first_seq + i, "commit " + std::to_string(position)); !sound)
          return sound;
      layout::extend_batch_digest(group, ends_[group.stream].hash.value_or(chain_hash{}), digest);
    }
    if (sha256(digest) != batch.batch_hash)
      return corrupt("commit " + std::to_string(position) + " does not chain to the one before it");
    return {};
  }

  auto heads(bool streams_go_on) -> tl::expected<void, failure> {
    for (auto& [stream, end] : ends_) {
      const auto head = data_.head(stream);
      if (!head)
        return tl::unexpected{head.error()};
      if (streams_go_on ? head->seq < end.seq : head->seq != end.seq)
        return corrupt("stream " + std::to_string(stream.id) + ": its head says seq " + std::to_string(head->seq) +
                       ", its newest record is " + std::to_string(end.seq));
      if (!end.hash)
        if (auto sound = record(stream, end.seq, "the newest commits"); !sound)
          return sound;
      if (!streams_go_on && head->hash != end.hash)
        return corrupt("stream " + std::to_string(stream.id) + ": its head does not chain to its newest record, seq " +
                       std::to_string(end.seq));
    }
    return {};
  }

 private:
  auto record(stream_id stream, std::uint64_t seq, const std::string& where) -> tl::expected<void, failure> {
    const auto place = where + ", stream " + std::to_string(stream.id) + ", record " + std::to_string(seq);
    const auto bytes = data_.get(family::records, layout::record_key(stream, seq).view());
    if (!bytes)
      return tl::unexpected{failure{bytes.error().kind, place + ": " + bytes.error().detail}};
    if (!*bytes)
      return corrupt(place + " is missing");
    const auto found = decode_record(**bytes);
    if (!found)
      return corrupt(place + ": " + found.error().detail);
    auto& end = ends_[stream];
    if (found->header.seq != seq || found->header.stream != stream)
      return corrupt(place + " is stored in the place of another");
    const bool follows = end.hash && end.seq + 1 == seq;
    if (follows ? found->header.previous != *end.hash : end.seq + 1 != seq && end.seq != seq && end.seq != 0)
      return corrupt(place + " does not chain to the record before it");
    end = {seq, hash_record(**bytes)};
    return {};
  }

  const database& data_;
  std::map<stream_id, stream_end> ends_;
};

/// The hash that the commit at `position` chains to.
auto hash_before(const database& data, std::uint64_t position) -> tl::expected<chain_hash, failure> {
  if (position <= 1)
    return chain_hash{};
  const auto before = data.position(position - 1);
  if (!before)
    return tl::unexpected{before.error()};
  if (!*before)
    return corrupt("commit " + std::to_string(position - 1) + " is missing");
  return (*before)->batch_hash;
}

} // namespace

auto verify_commits(const database& data, const commit_check_range& range) -> tl::expected<void, failure> {
  auto previous = hash_before(data, range.from);
  if (!previous)
    return tl::unexpected{previous.error()};
  commit_check check{data};
  const auto at = data.iterate(family::positions, scan_read());
  at->Seek(slice(layout::position_key(range.from).view()));
  for (auto position = range.from; position <= range.to; ++position, at->Next()) {
    if (!at->Valid() && !at->status().ok())
      return tl::unexpected{to_failure(at->status(), "cannot read commit " + std::to_string(position))};
    if (!at->Valid() || layout::parse_position_key(view(at->key())) != position)
      return corrupt("commit " + std::to_string(position) + " is missing");
    const auto batch = layout::decode_position(view(at->value()));
    if (!batch)
      return corrupt("commit " + std::to_string(position) + " cannot be read");
    if (position < range.closely_from)
      check.pass(*batch);
    else if (auto sound = check.read(position, *batch, *previous); !sound)
      return sound;
    previous = batch->batch_hash;
  }
  return check.heads(range.streams_go_on);
}

} // namespace holdfast::journal::store
