#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// RocksDB's log format. Internal to the tail doctor.
namespace holdfast::journal::log_format {

inline constexpr std::size_t block_bytes = 32 * 1024;
inline constexpr std::size_t fragment_header_bytes = 7; ///< masked CRC-32C 4, length 2, type 1
inline constexpr std::size_t batch_header_bytes = 12;   ///< sequence 8, count 4

enum class fragment_type : std::uint8_t { full = 1, first = 2, middle = 3, last = 4 };

struct fragment {
  fragment_type type{};
  std::string_view payload;
  std::size_t end = 0; ///< offset behind it
};

/// The fragment at an offset of a log, if there is a whole one. `why_not` says what is wrong otherwise.
[[nodiscard]] auto read_fragment(std::string_view log, std::size_t offset, const char** why_not = nullptr)
    -> std::optional<fragment>;
/// The offset where a fragment may start: the same, or the next block's start when a header does not fit.
[[nodiscard]] auto skip_block_trailer(std::size_t offset) noexcept -> std::size_t;

/// Reads a log write by write.
class reader {
 public:
  explicit reader(std::string_view log) noexcept : log_{log} {}

  enum class result { record, end, damaged };
  /// `record` is the next whole write; after `damaged`, `record_start` and `trouble` say where and what.
  [[nodiscard]] auto next() -> result;
  [[nodiscard]] auto record() const noexcept -> std::string_view { return record_; }
  [[nodiscard]] auto record_start() const noexcept -> std::size_t { return start_; }
  /// Offset of the fragment that is not whole.
  [[nodiscard]] auto damage_offset() const noexcept -> std::size_t { return offset_; }
  [[nodiscard]] auto trouble() const noexcept -> const char* { return trouble_; }

 private:
  [[nodiscard]] auto damaged(const char* trouble) noexcept -> result;

  std::string_view log_;
  std::size_t offset_ = 0;
  std::size_t start_ = 0;
  std::string joined_; ///< of a write in several fragments
  std::string_view record_;
  const char* trouble_ = "";
};

/// A write: RocksDB's `WriteBatch` as logged.
struct batch_summary {
  std::uint64_t sequence = 0;
  std::uint32_t count = 0;
  std::optional<std::string_view> note; ///< its log data
};
/// Nothing when the bytes are no batch.
[[nodiscard]] auto summarise_batch(std::string_view batch) -> std::optional<batch_summary>;

/// Whether a write that starts at or after `from` is there: a whole fragment that begins one, found at any offset.
[[nodiscard]] auto a_write_starts_after(std::string_view log, std::size_t from) -> bool;

} // namespace holdfast::journal::log_format
