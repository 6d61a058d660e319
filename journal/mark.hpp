#pragma once

#include "journal/failure.hpp"
#include "journal/record.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::journal {

using journal_id = std::array<std::uint8_t, 16>;

/// What was acknowledged, kept outside the journal: a journal that lost its end, or an older copy of it, is behind its mark.
struct mark {
  journal_id journal{};       ///< which journal this is about; random, made with it
  std::uint64_t position = 0; ///< of the newest acknowledged commit
  std::uint64_t epoch = 0;    ///< of the newest tenure
  chain_hash batch_hash{};    ///< chains all commits up to `position`
  friend auto operator==(const mark&, const mark&) -> bool = default;
};

/// The file `MARKS/high-water`: two checksummed slots, 4 KiB apart so that a torn write spoils one at most. Layout in docs/journal-format.md.
/// Writes come from one thread; `sync` may run on another.
class mark_file {
 public:
  /// What was found at start.
  struct found {
    bool file_exists = false;
    unsigned slots_good = 0;
    std::optional<mark> newest;
  };

  /// Reads both slots without changing anything. A missing file is not a failure.
  [[nodiscard]] static auto read(const std::filesystem::path& marks_directory) -> tl::expected<found, failure>;

  /// Opens for writing, with both slots set to `first` and synced, directory entries included: after this returns, a journal without a
  /// readable mark is damaged, never new.
  [[nodiscard]] static auto create(const std::filesystem::path& marks_directory, const mark& first)
      -> tl::expected<mark_file, failure>;

  mark_file(mark_file&& other) noexcept;
  auto operator=(mark_file&&) -> mark_file& = delete;
  mark_file(const mark_file&) = delete;
  auto operator=(const mark_file&) -> mark_file& = delete;
  ~mark_file();

  /// Overwrites the older slot; survives the death of the process at once, and that of the machine after the next `sync`.
  [[nodiscard]] auto write(const mark& what) -> tl::expected<void, failure>;
  [[nodiscard]] auto sync() -> tl::expected<void, failure>;

 private:
  mark_file(int file, std::string name, std::uint64_t counter) noexcept;

  int file_ = -1;
  std::string name_;
  std::uint64_t counter_ = 0; ///< of the newest slot; the next goes to slot counter mod 2
};

/// Bytes of one slot, and back; nothing for a slot that was never written or is damaged.
inline constexpr std::size_t mark_slot_bytes = 96;
inline constexpr std::size_t mark_slot_distance_bytes = 4096;
[[nodiscard]] auto encode_mark_slot(const mark& what, std::uint64_t counter) -> std::array<char, mark_slot_bytes>;
[[nodiscard]] auto decode_mark_slot(std::string_view bytes) -> std::optional<std::pair<mark, std::uint64_t>>;

} // namespace holdfast::journal
