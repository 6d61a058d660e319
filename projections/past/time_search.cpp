#include "projections/past/time_search.hpp"

#include <memory>
#include <span>
#include <utility>

namespace holdfast::projections {

namespace {

/// Facts up to `known_` are not later, facts from `later_` on are.
class search : public std::enable_shared_from_this<search> {
 public:
  search(journal::journal& from, journal::stream_id stream, std::uint64_t head_seq, domain::instant at,
         std::function<void(std::optional<std::uint64_t>)> done)
      : from_{from}, stream_{stream}, at_{at}, done_{std::move(done)}, later_{head_seq + 1} {}

  void step() {
    if (later_ - known_ == 1) {
      done_(known_);
      return;
    }
    const auto middle = known_ + (later_ - known_) / 2;
    from_.read(
        stream_, middle,
        [self = shared_from_this()](std::span<const journal::record_view> records) {
          if (!records.empty())
            self->seen_ = records.front().header.time;
          return false;
        },
        [self = shared_from_this(), middle](const tl::expected<journal::cursor, journal::failure>& ended) {
          const auto seen = std::exchange(self->seen_, std::nullopt);
          if (!ended || !seen) {
            self->done_(std::nullopt);
            return;
          }
          (*seen <= self->at_ ? self->known_ : self->later_) = middle;
          self->step();
        });
  }

 private:
  journal::journal& from_;
  const journal::stream_id stream_;
  const domain::instant at_;
  const std::function<void(std::optional<std::uint64_t>)> done_;
  std::uint64_t known_ = 0;
  std::uint64_t later_ = 0;
  std::optional<domain::instant> seen_;
};

} // namespace

void seq_at(journal::journal& from, journal::stream_id stream, std::uint64_t head_seq, domain::instant at,
            std::function<void(std::optional<std::uint64_t>)> done) {
  std::make_shared<search>(from, stream, head_seq, at, std::move(done))->step();
}

} // namespace holdfast::projections
