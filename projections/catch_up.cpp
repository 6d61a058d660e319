#include "projections/catch_up.hpp"

#include "journal/codec.hpp"
#include "journal/record.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

/// Puts records together into groups until the chunk is full.
class chunk_builder {
 public:
  chunk_builder(std::shared_ptr<const projection> for_whom, chunk_bounds within)
      : for_whom_{std::move(for_whom)}, within_{within} {}

  /// False: the chunk is full, or a record is not sound.
  auto add(std::span<const journal::record_view> records) -> bool {
    for (const auto& record : records) {
      if (!add(record))
        return false;
    }
    return !full();
  }

  [[nodiscard]] auto finish(journal::cursor after, bool to_present) -> tl::expected<fact_chunk, journal::failure> {
    if (failure_)
      return tl::unexpected{std::move(*failure_)};
    if (open_)
      return tl::unexpected{
          journal::failure{journal::failure_kind::corrupt, "the journal ends in the middle of a command"}};
    chunk_.after = std::move(after);
    chunk_.to_present = to_present;
    return std::move(chunk_);
  }

  [[nodiscard]] auto full() const noexcept -> bool {
    return failure_ || (!open_ && (bytes_ >= within_.bytes_max || facts_ >= within_.facts_max));
  }

 private:
  auto add(const journal::record_view& record) -> bool {
    const auto& header = record.header;
    bytes_ += record.bytes.size();
    open_ = (header.flags & journal::record_flag::command_continues) != 0;
    if (for_whom_->wants(header.stream.kind, header.type)) {
      auto decoded = journal::decode_fact(record);
      if (!decoded) {
        failure_ = std::move(decoded.error());
        failure_->detail +=
            " (stream " + std::to_string(header.stream.id) + ", seq " + std::to_string(header.seq) + ")";
        return false;
      }
      if (run_.empty()) {
        run_stream_ = header.stream;
        run_first_ = header.seq;
      }
      run_.push_back(std::move(*decoded));
      ++facts_;
    } else {
      close_run();
    }
    if (!open_)
      close_run();
    return true;
  }

  void close_run() {
    if (!run_.empty())
      chunk_.groups.push_back(
          {run_stream_, run_first_, std::make_shared<const domain::facts>(std::exchange(run_, domain::facts{}))});
  }

  std::shared_ptr<const projection> for_whom_;
  chunk_bounds within_;
  fact_chunk chunk_;
  domain::facts run_; ///< contiguous wanted facts of the command at hand
  journal::stream_id run_stream_;
  std::uint64_t run_first_ = 0;
  bool open_ = false; ///< more facts of the command follow
  std::size_t bytes_ = 0;
  std::size_t facts_ = 0;
  std::optional<journal::failure> failure_;
};

} // namespace

void read_chunk(journal::journal& journal, journal::cursor from, std::shared_ptr<const projection> for_whom,
                chunk_bounds within, chunk_done done) {
  auto builder = std::make_shared<chunk_builder>(std::move(for_whom), within);
  journal.tail(
      std::move(from), [builder](std::span<const journal::record_view> records) { return builder->add(records); },
      [builder, done = std::move(done)](tl::expected<journal::cursor, journal::failure> end) {
        if (!end) {
          done(tl::unexpected{std::move(end.error())});
          return;
        }
        const bool to_present = !builder->full();
        done(builder->finish(std::move(*end), to_present));
      });
}

} // namespace holdfast::projections
