#pragma once

#include "tests/audit/selling_day.hpp"

#include <cstdint>

/// The selling day goes on with four buyers who pay by card: one pays, one is declined, one's money cannot be taken, one is at it.
namespace holdfast::testing::day {

inline const auto payments = paper_journal::payment_stream(event);

/// Seqs of the event's facts, and `paid` those of its payments.
namespace seq {
inline constexpr std::uint64_t carls_hold = 17; ///< seats 5 and 6; payment 1: order 6
inline constexpr std::uint64_t carls_freeze = 18;
inline constexpr std::uint64_t carls_order = 19;
inline constexpr std::uint64_t doras_hold = 20; ///< seat 7; payment 2 is declined
inline constexpr std::uint64_t doras_freeze = 21;
inline constexpr std::uint64_t doras_thaw = 22;
inline constexpr std::uint64_t emils_hold = 23; ///< seats 2 and 3; payment 3 cannot be captured: order 8, taken back
inline constexpr std::uint64_t emils_freeze = 24;
inline constexpr std::uint64_t emils_order = 25;
inline constexpr std::uint64_t emils_return = 26;
inline constexpr std::uint64_t fridas_hold = 27; ///< seat 11; payment 4 is prepared at the end
inline constexpr std::uint64_t fridas_freeze = 28;
inline constexpr std::uint64_t carls_ticket = 29; ///< of `ticket_day`: seat 6 goes back
} // namespace seq

namespace paid {
inline constexpr std::uint64_t carls_request = 1;
inline constexpr std::uint64_t carls_intent = 2;
inline constexpr std::uint64_t carls_preparation = 3;
inline constexpr std::uint64_t carls_authorisation = 4;
inline constexpr std::uint64_t carls_booking = 5;
inline constexpr std::uint64_t carls_capture = 6;
inline constexpr std::uint64_t doras_request = 7;
inline constexpr std::uint64_t doras_intent = 8;
inline constexpr std::uint64_t doras_preparation = 9;
inline constexpr std::uint64_t doras_turn = 10;
inline constexpr std::uint64_t doras_freeing = 11;
inline constexpr std::uint64_t emils_request = 12;
inline constexpr std::uint64_t emils_intent = 13;
inline constexpr std::uint64_t emils_preparation = 14;
inline constexpr std::uint64_t emils_authorisation = 15;
inline constexpr std::uint64_t emils_booking = 16;
inline constexpr std::uint64_t emils_turn = 17;
inline constexpr std::uint64_t emils_freeing = 18;
inline constexpr std::uint64_t emils_voiding = 19;
inline constexpr std::uint64_t fridas_request = 20;
inline constexpr std::uint64_t fridas_intent = 21;
inline constexpr std::uint64_t fridas_preparation = 22;
inline constexpr std::uint64_t carls_refund = 23; ///< of `ticket_day`
inline constexpr std::uint64_t carls_refund_owed = 24;
inline constexpr std::uint64_t carls_refund_paid = 25;
} // namespace paid

inline constexpr domain::minor_units carls_total = 2 * 9'900;
inline constexpr domain::minor_units emils_total = 2 * 9'900;

/// `facts()`, and all that.
[[nodiscard]] auto card_facts() -> paper_journal;
/// All that, and Carl gives one of his two tickets back.
[[nodiscard]] auto ticket_day() -> paper_journal;

} // namespace holdfast::testing::day
