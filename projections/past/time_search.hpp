#pragma once

#include "domain/instant.hpp"
#include "journal/journal.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace holdfast::projections {

/// The seq of the last fact of a stream that is not later than `at`, among the first `head_seq`: 0 when all are later, nothing when the
/// journal cannot be read. Facts of a stream never go back in time, so that some log2(head_seq) reads find it. `done` is called on the
/// read pool.
void seq_at(journal::journal& from, journal::stream_id stream, std::uint64_t head_seq, domain::instant at,
            std::function<void(std::optional<std::uint64_t>)> done);

} // namespace holdfast::projections
