#pragma once

#include "domain/fact.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "projections/projection.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace holdfast::projections {

/// Facts of one command, read back. Those that the projection does not want are left out; what is left is contiguous.
struct read_group {
  journal::stream_id stream;
  std::uint64_t first_seq = 0;
  std::shared_ptr<const domain::facts> facts; ///< never null nor empty
};

/// A part of the journal, in commit order, never cutting a command in two.
struct fact_chunk {
  std::vector<read_group> groups;
  journal::cursor after;
  bool to_present = false; ///< the journal ended here when it was read
};

/// A chunk ends with the first command that reaches one of these.
struct chunk_bounds {
  std::size_t bytes_max = std::size_t{512} * 1024; ///< of records
  std::size_t facts_max = 4'096;                   ///< decoded
};

using chunk_done = std::function<void(tl::expected<fact_chunk, journal::failure>)>;

/// Reads the next chunk after `from` for a projection, asynchronously: records are decoded on the journal's read pool, and those
/// of types that the projection does not want are passed over undecoded. `done` is called once, there.
void read_chunk(journal::journal& journal, journal::cursor from, std::shared_ptr<const projection> for_whom,
                chunk_bounds within, chunk_done done);

} // namespace holdfast::projections
