#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace holdfast::journal::audit {

/// When one event's waiting room was not off, and who was inside it when: what buyers' holds are compared with. Told in the order of the journal.
class room_history {
 public:
  using buyer = std::pair<std::uint64_t, std::uint64_t>; ///< the subject's halves

  /// How far the times of two streams may be apart: a hold is decided after what it rests on was decided, but by a clock that was read before; and what ends
  /// an admission is known to the event only when it is durable and was published.
  static constexpr std::int64_t slack_ms = 2'000;

  /// Who went on the event's waitlist: where others stand in the line is not kept.
  void watch(std::set<buyer> whom) { watched_ = std::move(whom); }

  /// From now on holds need an admission.
  void opened(std::int64_t at_ms, std::uint64_t seq);
  /// Nobody needs one any more, and nobody has one.
  void closed(std::int64_t at_ms, std::uint64_t seq);
  /// Somebody got this rank in the line, which nobody before them in their band has.
  void stood(const buyer& who, std::uint64_t rank, std::int64_t at_ms);
  /// They are out of it: they went, or are let in.
  void stands_no_more(const buyer& who, std::int64_t at_ms, std::uint64_t seq);
  void let_in(const buyer& who, std::int64_t at_ms);
  void ended(const buyer& who, std::int64_t at_ms, std::uint64_t seq);
  /// From now on nobody's admission is worth anything.
  void revoked(std::int64_t at_ms, std::uint64_t seq);
  /// Those who are inside may hold again.
  void restored(std::int64_t at_ms);

  /// Where an order on the waitlist may have its rank from.
  struct claim {
    bool holds = false; ///< it was so, or might have been by `slack_ms`
    std::optional<std::uint64_t>
        ended{}; ///< it was so, until the fact of this seq: whoever did not know of it yet meant no harm
  };
  /// A buyer who is watched stands on that rank.
  [[nodiscard]] auto stands(const buyer& who, std::uint64_t rank, std::int64_t at_ms) const -> claim;
  /// A buyer is inside, and admissions are worth something.
  [[nodiscard]] auto is_inside(const buyer& who, std::int64_t at_ms) const -> claim;
  /// The room is off.
  [[nodiscard]] auto is_off(std::int64_t at_ms) const -> claim;

  /// The seq of the fact since which this buyer had no right to hold seats at this time; nothing when they had one, or might have by `slack_ms`.
  [[nodiscard]] auto objection(const buyer& who, std::int64_t at_ms) const -> std::optional<std::uint64_t>;

 private:
  /// The fact that took away admissions, at a time when they were worth nothing for certain.
  [[nodiscard]] auto revoked_by(std::int64_t at_ms) const -> std::optional<std::uint64_t>;

  struct span {
    std::int64_t from_ms = 0;
    std::optional<std::int64_t> to_ms; ///< absent: it lasts
    std::uint64_t seq =
        0; ///< of the fact that began a time when the room was not off, that ended a stay or a rank, or took admissions away
  };

  struct standing {
    std::uint64_t rank = 0;
    span while_it;
  };
  [[nodiscard]] static auto claim_of(const span& one, std::int64_t at_ms) -> claim;
  /// The one that lasted for certain at a time; null when none did.
  [[nodiscard]] static auto certain(const std::vector<span>& all, std::int64_t at_ms) -> const span*;

  std::vector<span> open_;
  std::vector<span> revoked_;
  std::map<buyer, std::vector<span>> inside_;
  std::set<buyer> watched_;
  std::map<buyer, std::vector<standing>> ranks_; ///< of those who are watched
};

} // namespace holdfast::journal::audit
