#pragma once

#include "domain/strong_id.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "projections/report/event_sales.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace holdfast::projections {

/// Folds the sales of an event from its first fact to the one with this seq (from 1 on), which the journal has. `done` is called once, on the journal's
/// read pool; corrupt: the stream ends earlier, or what it has does not follow. Nothing is kept in between: a state does not remember
/// when what was sold, so there is no snapshot to begin with.
void fold_sales(journal::journal& from, domain::event_id event, std::uint64_t seq,
                std::function<void(tl::expected<std::shared_ptr<const event_sales>, journal::failure>)> done);

} // namespace holdfast::projections
