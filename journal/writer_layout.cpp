#include "journal/writer_layout.hpp"

#include "journal/wire.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace holdfast::journal::layout {
namespace {

constexpr std::uint8_t value_format = 1;
constexpr std::size_t group_bytes = 21;
constexpr std::size_t position_header_bytes = 40;
constexpr std::size_t answer_header_bytes = 48;
constexpr std::string_view note_magic = "HFCOMMIT";
/// Stands for "no such time"; real times are never negative.
constexpr std::int64_t no_time = -1;
constexpr std::int64_t hour_ms = 3'600'000;

template <class Integer>
void put_big_endian(char* to, Integer value) noexcept {
  for (auto i = sizeof value; i-- > 0; value = static_cast<Integer>(value >> 8U))
    to[i] = static_cast<char>(value & 0xffU);
}

template <class Integer>
[[nodiscard]] auto get_big_endian(const char* from) noexcept -> Integer {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value = static_cast<Integer>((value << 8U) | static_cast<unsigned char>(from[i]));
  return value;
}

void put_stream(char* to, stream_id stream) noexcept {
  *to = static_cast<char>(stream.kind);
  put_big_endian(to + 1, stream.id);
}

[[nodiscard]] auto get_stream(const char* from) noexcept -> stream_id {
  return {static_cast<stream_kind>(*from), get_big_endian<std::uint64_t>(from + 1)};
}

template <class Integer>
void append(std::string& to, Integer value) {
  const auto at = to.size();
  to.resize(at + sizeof value);
  raw::put(to.data() + at, value);
}

void append(std::string& to, const chain_hash& hash) {
  to.append(std::bit_cast<std::array<char, 32>>(hash).data(), 32);
}

void append_group(std::string& to, const batch_group& group) {
  append(to, static_cast<std::uint8_t>(group.stream.kind));
  append(to, group.stream.id);
  append(to, group.first_seq);
  append(to, group.count);
}

[[nodiscard]] auto optional_time(std::int64_t unix_ms) noexcept -> std::optional<domain::instant> {
  return unix_ms == no_time ? std::nullopt : std::optional{domain::instant{unix_ms}};
}

[[nodiscard]] auto time_or_none(const std::optional<domain::instant>& time) noexcept -> std::int64_t {
  return time ? time->unix_ms : no_time;
}

} // namespace

auto record_key(stream_id stream, std::uint64_t seq) noexcept -> fixed_key<record_key_bytes> {
  fixed_key<record_key_bytes> key;
  put_stream(key.bytes, stream);
  put_big_endian(key.bytes + stream_key_bytes, seq);
  return key;
}

auto stream_key(stream_id stream) noexcept -> fixed_key<stream_key_bytes> {
  fixed_key<stream_key_bytes> key;
  put_stream(key.bytes, stream);
  return key;
}

auto position_key(std::uint64_t position) noexcept -> fixed_key<position_key_bytes> {
  fixed_key<position_key_bytes> key;
  put_big_endian(key.bytes, position);
  return key;
}

auto answer_key(std::uint32_t hour, stream_id stream, domain::subject_id principal, std::uint64_t command_key) noexcept
    -> fixed_key<answer_key_bytes> {
  fixed_key<answer_key_bytes> key;
  put_big_endian(key.bytes, hour);
  put_stream(key.bytes + 4, stream);
  put_big_endian(key.bytes + 13, principal.high);
  put_big_endian(key.bytes + 21, principal.low);
  put_big_endian(key.bytes + 29, command_key);
  return key;
}

auto parse_record_key(std::string_view key) noexcept -> std::optional<std::pair<stream_id, std::uint64_t>> {
  if (key.size() != record_key_bytes)
    return std::nullopt;
  return std::pair{get_stream(key.data()), get_big_endian<std::uint64_t>(key.data() + stream_key_bytes)};
}

auto parse_stream_key(std::string_view key) noexcept -> std::optional<stream_id> {
  if (key.size() != stream_key_bytes)
    return std::nullopt;
  return get_stream(key.data());
}

auto parse_position_key(std::string_view key) noexcept -> std::optional<std::uint64_t> {
  if (key.size() != position_key_bytes)
    return std::nullopt;
  return get_big_endian<std::uint64_t>(key.data());
}

auto parse_answer_hour(std::string_view key) noexcept -> std::optional<std::uint32_t> {
  if (key.size() != answer_key_bytes)
    return std::nullopt;
  return get_big_endian<std::uint32_t>(key.data());
}

auto hour_of(domain::instant at) noexcept -> std::uint32_t {
  const auto hours = at.unix_ms / hour_ms;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(hours, 0, std::numeric_limits<std::uint32_t>::max()));
}

auto encode_head(const stream_head& head) noexcept -> fixed_key<head_value_bytes> {
  fixed_key<head_value_bytes> value;
  std::memset(value.bytes, 0, sizeof value.bytes);
  value.bytes[0] = static_cast<char>(value_format);
  raw::put(value.bytes + 8, head.seq);
  raw::put(value.bytes + 16, head.time.unix_ms);
  raw::put(value.bytes + 24, time_or_none(head.next_deadline));
  raw::put(value.bytes + 32, head.hash);
  return value;
}

auto decode_head(std::string_view bytes) noexcept -> std::optional<stream_head> {
  if (bytes.size() != head_value_bytes || bytes[0] != static_cast<char>(value_format))
    return std::nullopt;
  stream_head head;
  head.seq = raw::get<std::uint64_t>(bytes.data() + 8);
  head.time.unix_ms = raw::get<std::int64_t>(bytes.data() + 16);
  head.next_deadline = optional_time(raw::get<std::int64_t>(bytes.data() + 24));
  head.hash = raw::get<chain_hash>(bytes.data() + 32);
  return head;
}

void encode_answer(const remembered_answer& answer, std::string& to) {
  append(to, value_format);
  append(to, std::uint8_t{0});
  append(to, answer.status);
  append(to, static_cast<std::uint32_t>(answer.location.size()));
  append(to, answer.command.request);
  append(to, answer.seq);
  append(to, answer.at.unix_ms);
  append(to, time_or_none(answer.expires_at));
  append(to, static_cast<std::uint64_t>(answer.body.size()));
  to += answer.location;
  to += answer.body;
}

auto decode_answer(std::string_view bytes) -> std::optional<remembered_answer> {
  if (bytes.size() < answer_header_bytes || bytes[0] != static_cast<char>(value_format))
    return std::nullopt;
  const auto* from = bytes.data();
  const auto location_bytes = raw::get<std::uint32_t>(from + 4);
  const auto body_bytes = raw::get<std::uint64_t>(from + 40);
  const auto text = bytes.substr(answer_header_bytes);
  if (location_bytes > text.size() || body_bytes != text.size() - location_bytes)
    return std::nullopt;
  remembered_answer answer;
  answer.status = raw::get<std::uint16_t>(from + 2);
  answer.command.request = raw::get<std::uint64_t>(from + 8);
  answer.seq = raw::get<std::uint64_t>(from + 16);
  answer.at.unix_ms = raw::get<std::int64_t>(from + 24);
  answer.expires_at = optional_time(raw::get<std::int64_t>(from + 32));
  answer.location = text.substr(0, location_bytes);
  answer.body = text.substr(location_bytes);
  return answer;
}

void encode_position(const chain_hash& batch_hash, std::span<const batch_group> groups, std::string& to) {
  append(to, value_format);
  append(to, std::uint8_t{0});
  append(to, std::uint16_t{0});
  append(to, static_cast<std::uint32_t>(groups.size()));
  append(to, batch_hash);
  for (const auto& group : groups)
    append_group(to, group);
}

auto decode_position(std::string_view bytes) -> std::optional<position_value> {
  if (bytes.size() < position_header_bytes || bytes[0] != static_cast<char>(value_format))
    return std::nullopt;
  const auto count = raw::get<std::uint32_t>(bytes.data() + 4);
  if (bytes.size() - position_header_bytes != std::size_t{count} * group_bytes)
    return std::nullopt;
  position_value value;
  value.batch_hash = raw::get<chain_hash>(bytes.data() + 8);
  value.groups.reserve(count);
  const auto* from = bytes.data() + position_header_bytes;
  for (std::uint32_t i = 0; i < count; ++i, from += group_bytes)
    value.groups.push_back({{static_cast<stream_kind>(*from), raw::get<std::uint64_t>(from + 1)},
                            raw::get<std::uint64_t>(from + 9),
                            raw::get<std::uint32_t>(from + 17)});
  return value;
}

void begin_batch_digest(const chain_hash& previous, std::uint64_t position, std::string& to) {
  append(to, previous);
  append(to, position);
}

void extend_batch_digest(const batch_group& group, const chain_hash& last_record, std::string& to) {
  append_group(to, group);
  append(to, last_record);
}

auto encode_note(const commit_note& note) noexcept -> fixed_key<commit_note_bytes> {
  fixed_key<commit_note_bytes> value;
  std::memcpy(value.bytes, note_magic.data(), note_magic.size());
  raw::put(value.bytes + 8, note.last_position);
  raw::put(value.bytes + 16, note.batch_hash);
  return value;
}

auto decode_note(std::string_view bytes) noexcept -> std::optional<commit_note> {
  if (bytes.size() != commit_note_bytes || bytes.substr(0, note_magic.size()) != note_magic)
    return std::nullopt;
  return commit_note{raw::get<std::uint64_t>(bytes.data() + 8), raw::get<chain_hash>(bytes.data() + 16)};
}

} // namespace holdfast::journal::layout
