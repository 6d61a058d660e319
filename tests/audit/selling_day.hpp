#pragma once

#include "domain/fact.hpp"
#include "tests/audit/paper_journal.hpp"

#include <cstdint>

/// A sound journal of one event with a bit of everything, for tests to plant faults in.
namespace holdfast::testing::day {

inline constexpr domain::event_id event{0x0102030405060708};
inline constexpr domain::organisation_id organisation{7};
inline constexpr domain::organisation_id first_organisation{1};
inline constexpr domain::key_id seller{0x5152535455565758};
inline constexpr domain::key_id scanner{0x99};
inline constexpr domain::instant opening{1'796'115'600'000}; ///< of the sale
inline constexpr domain::subject_id anna{1, 2};
inline constexpr domain::subject_id bert{3, 4};

inline const auto events = paper_journal::event_stream(event);
inline const auto office = paper_journal::organisation_stream(organisation);
inline const auto names = paper_journal::organisation_stream(first_organisation);

/// Seqs of the event's facts.
namespace seq {
inline constexpr std::uint64_t created = 1;
inline constexpr std::uint64_t replaced = 2;
inline constexpr std::uint64_t published = 3;
inline constexpr std::uint64_t annas_hold = 4; ///< seats 0 and 1; extended, confirmed by the seller: order 1
inline constexpr std::uint64_t annas_extension = 5;
inline constexpr std::uint64_t annas_order = 6;
inline constexpr std::uint64_t berts_hold = 7; ///< seat 2 and 3; released
inline constexpr std::uint64_t berts_release = 8;
inline constexpr std::uint64_t floor_hold = 9;    ///< the box office, 5 places of area 0; expired by the next command
inline constexpr std::uint64_t floor_expiry = 10; ///< ended first by …
inline constexpr std::uint64_t gift_hold = 11;    ///< … the box office's hold of seats 8 to 10, given away: order 4
inline constexpr std::uint64_t gift_order = 12;
inline constexpr std::uint64_t paused = 13;
inline constexpr std::uint64_t amended = 14; ///< stalls cost more from here on
inline constexpr std::uint64_t resumed = 15;
inline constexpr std::uint64_t late_hold = 16; ///< Bert, seat 4 at the new price; live at the end
} // namespace seq

[[nodiscard]] auto facts() -> paper_journal;

} // namespace holdfast::testing::day
