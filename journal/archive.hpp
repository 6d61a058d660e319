#pragma once

#include "journal/checksum.hpp"
#include "journal/failure.hpp"
#include "journal/fold.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A portable file of whole streams, for handing events to somebody else or keeping them elsewhere: every record as it was stored, and
/// enough around them to notice any change. Byte layout in docs/journal-format.md.
namespace holdfast::journal {

/// The streams that make up an event wherever it goes: its own, and that of its payments when it has any. A failure, `not_found`, when the
/// event is not in this journal.
[[nodiscard]] auto streams_of_event(journal& from, domain::event_id event)
    -> tl::expected<std::vector<stream_id>, failure>;

/// A whole stream of an archive.
struct archived_stream {
  stream_id stream;
  std::uint64_t seq = 0;    ///< of the last record
  chain_hash hash{};        ///< of the last record
  domain::instant time;     ///< of the last record
  std::uint64_t offset = 0; ///< of the first record's frame
};

/// Writes an archive under another name and renames it when it is whole. One thread.
class archive_writer {
 public:
  [[nodiscard]] static auto create(const std::filesystem::path& file) -> tl::expected<archive_writer, failure>;

  /// Streams come one after the other, each from its first record to its last.
  void begin(stream_id stream);
  /// The next record; a failure when it does not follow the one before.
  [[nodiscard]] auto add(const record_view& record) -> tl::expected<void, failure>;
  void end();
  /// Writes what proves the whole, syncs and renames. Nothing is there before.
  [[nodiscard]] auto finish() -> tl::expected<void, failure>;

  [[nodiscard]] auto streams() const noexcept -> std::uint64_t { return streams_; }
  [[nodiscard]] auto records() const noexcept -> std::uint64_t { return records_; }

 private:
  archive_writer(std::filesystem::path file, std::ofstream out);
  void frame(char type, std::string_view payload);
  void put(std::string_view bytes);

  std::filesystem::path file_;
  std::ofstream out_;
  sha256_stream all_;
  std::optional<chain_check> chain_;
  std::uint64_t streams_ = 0;
  std::uint64_t records_ = 0;
};

/// Reads an archive. One thread.
class archive_reader {
 public:
  /// Reads the whole file and checks every frame, record, chain and the whole's hash; what does not verify is refused here. `progress` is
  /// told how many bytes are done and how many there are.
  [[nodiscard]] static auto open(const std::filesystem::path& file,
                                 const std::function<void(std::uint64_t, std::uint64_t)>& progress = {})
      -> tl::expected<archive_reader, failure>;

  [[nodiscard]] auto streams() const noexcept -> const std::vector<archived_stream>& { return streams_; }
  [[nodiscard]] auto records() const noexcept -> std::uint64_t { return records_; }
  /// The stored bytes of a stream's records in order, until `visit` returns false; a failure when the file changed since it was opened.
  [[nodiscard]] auto scan(const archived_stream& stream, const std::function<bool(std::string_view)>& visit)
      -> tl::expected<void, failure>;

 private:
  struct frame {
    char type = 0;
    std::string payload;
  };
  explicit archive_reader(const std::filesystem::path& file);
  [[nodiscard]] auto next() -> tl::expected<frame, failure>;
  [[nodiscard]] auto take(std::string& to, std::size_t bytes) -> bool;
  [[nodiscard]] auto verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      -> tl::expected<void, failure>;
  [[nodiscard]] auto verify_record(const frame& found, chain_check& chain) -> tl::expected<void, failure>;
  [[nodiscard]] auto verify_end(const frame& found, const chain_hash& before) -> tl::expected<void, failure>;
  [[nodiscard]] auto refuse(std::string_view why) const -> tl::unexpected<failure>;

  std::filesystem::path file_;
  std::ifstream in_;
  std::uint64_t at_ = 0;
  std::optional<sha256_stream> all_; ///< while verifying
  std::vector<archived_stream> streams_;
  std::uint64_t records_ = 0;
};

} // namespace holdfast::journal
