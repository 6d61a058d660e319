#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/peer_front.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::tools::bench {

/// The databases of the two peers: what one leaves held does not concern the other.
inline constexpr const char* seed_design_database = "seed_design";
inline constexpr const char* row_lock_database = "row_lock";

/// Makes a database with a row a seat, with room for updates in place, and a table of holds.
[[nodiscard]] auto make_seat_tables(std::uint16_t postgres_port, const std::string& database, std::uint32_t seats)
    -> tl::expected<void, failure>;

/// What a team would build from the usual advice: a lock a seat in Redis, then a conditional `UPDATE … RETURNING` in PostgreSQL
/// as the truth; released in the opposite order.
[[nodiscard]] auto make_seed_design_backend(std::uint16_t postgres_port, std::uint16_t redis_port,
                                            const std::string& secret)
    -> tl::expected<std::unique_ptr<booking_backend>, failure>;

/// The simplest correct alternative: `SELECT … FOR UPDATE`, `UPDATE` and `INSERT` in one transaction.
[[nodiscard]] auto make_row_lock_backend(std::uint16_t postgres_port)
    -> tl::expected<std::unique_ptr<booking_backend>, failure>;

} // namespace holdfast::tools::bench
