#pragma once

#include "domain/limits.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Keys and values of the store around the records: heads, positions, answers, commit notes. Layout in docs/journal-format.md.
/// Keys are big-endian, so that their order as bytes is their order as numbers; values are little-endian.
namespace holdfast::journal::layout {

/// A group of one batch: `count` records of `stream` from `first_seq` on.
struct batch_group {
  stream_id stream;
  std::uint64_t first_seq = 0;
  std::uint32_t count = 0;
  friend auto operator==(const batch_group&, const batch_group&) -> bool = default;
};

/// What is stored under a commit position.
struct position_value {
  chain_hash batch_hash{}; ///< chains all batches up to this one
  std::vector<batch_group> groups;
};

/// Accompanies every group commit in the write-ahead log only, so that the tail doctor can tell positions without the store.
struct commit_note {
  std::uint64_t last_position = 0;
  chain_hash batch_hash{}; ///< of `last_position`
};

inline constexpr std::size_t record_key_bytes = 17;
inline constexpr std::size_t stream_key_bytes = 9;
inline constexpr std::size_t position_key_bytes = 8;
inline constexpr std::size_t answer_key_bytes = 37;
inline constexpr std::size_t head_value_bytes = 64;
inline constexpr std::size_t commit_note_bytes = 48;

/// A key of fixed size, made on the stack.
template <std::size_t Size>
struct fixed_key {
  char bytes[Size];
  [[nodiscard]] auto view() const noexcept -> std::string_view { return {bytes, Size}; }
};

[[nodiscard]] auto record_key(stream_id stream, std::uint64_t seq) noexcept -> fixed_key<record_key_bytes>;
[[nodiscard]] auto stream_key(stream_id stream) noexcept -> fixed_key<stream_key_bytes>;
[[nodiscard]] auto position_key(std::uint64_t position) noexcept -> fixed_key<position_key_bytes>;
[[nodiscard]] auto answer_key(std::uint32_t hour, stream_id stream, domain::subject_id principal,
                              std::uint64_t command_key) noexcept -> fixed_key<answer_key_bytes>;

[[nodiscard]] auto parse_record_key(std::string_view key) noexcept
    -> std::optional<std::pair<stream_id, std::uint64_t>>;
[[nodiscard]] auto parse_stream_key(std::string_view key) noexcept -> std::optional<stream_id>;
[[nodiscard]] auto parse_position_key(std::string_view key) noexcept -> std::optional<std::uint64_t>;
/// The hour an answer key belongs to.
[[nodiscard]] auto parse_answer_hour(std::string_view key) noexcept -> std::optional<std::uint32_t>;

/// An answer is looked for in the hour of the question and these before it: for as long as the domain remembers its key.
inline constexpr auto answer_hours =
    static_cast<std::uint32_t>(domain::limits::keys_remembered.count / domain::hours(1).count);
/// Hours since 1970; answers are kept and dropped by these.
[[nodiscard]] auto hour_of(domain::instant at) noexcept -> std::uint32_t;

[[nodiscard]] auto encode_head(const stream_head& head) noexcept -> fixed_key<head_value_bytes>;
[[nodiscard]] auto decode_head(std::string_view bytes) noexcept -> std::optional<stream_head>;

void encode_answer(const remembered_answer& answer, std::string& to);
/// `command.key` and `principal` are in the key, not in the value: the caller sets them.
[[nodiscard]] auto decode_answer(std::string_view bytes) -> std::optional<remembered_answer>;

void encode_position(const chain_hash& batch_hash, std::span<const batch_group> groups, std::string& to);
[[nodiscard]] auto decode_position(std::string_view bytes) -> std::optional<position_value>;

/// Bytes of a batch that its hash covers: previous batch's hash, position, then each group with the chain hash of its last record.
void begin_batch_digest(const chain_hash& previous, std::uint64_t position, std::string& to);
void extend_batch_digest(const batch_group& group, const chain_hash& last_record, std::string& to);

[[nodiscard]] auto encode_note(const commit_note& note) noexcept -> fixed_key<commit_note_bytes>;
[[nodiscard]] auto decode_note(std::string_view bytes) noexcept -> std::optional<commit_note>;

} // namespace holdfast::journal::layout
