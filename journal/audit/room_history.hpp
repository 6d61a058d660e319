#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

  /// From now on holds need an admission.
  void opened(std::int64_t at_ms, std::uint64_t seq);
  /// Nobody needs one any more, and nobody has one.
  void closed(std::int64_t at_ms);
  void let_in(const buyer& who, std::int64_t at_ms);
  void ended(const buyer& who, std::int64_t at_ms, std::uint64_t seq);
  /// From now on nobody's admission is worth anything.
  void revoked(std::int64_t at_ms, std::uint64_t seq);
  /// Those who are inside may hold again.
  void restored(std::int64_t at_ms);

  /// The seq of the fact since which this buyer had no right to hold seats at this time; nothing when they had one, or might have by `slack_ms`.
  [[nodiscard]] auto objection(const buyer& who, std::int64_t at_ms) const -> std::optional<std::uint64_t>;

 private:
  /// The fact that took away admissions, at a time when they were worth nothing for certain.
  [[nodiscard]] auto revoked_by(std::int64_t at_ms) const -> std::optional<std::uint64_t>;

  struct span {
    std::int64_t from_ms = 0;
    std::optional<std::int64_t> to_ms; ///< absent: it lasts
    std::uint64_t seq =
        0; ///< of the fact that began a time when the room was not off, that ended a stay, or took admissions away
  };

  std::vector<span> open_;
  std::vector<span> revoked_;
  std::map<buyer, std::vector<span>> inside_;
};

} // namespace holdfast::journal::audit
