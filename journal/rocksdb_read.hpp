#pragma once

#include "journal/journal.hpp"
#include "journal/read_pool_chunks.hpp"
#include "journal/rocksdb_store.hpp"

#include <cstdint>
#include <memory>

namespace holdfast::journal::store {

/// Records of one stream from `from_seq` to its head as it is now.
[[nodiscard]] auto make_stream_read(const database& from, job_queue& jobs, stream_id stream, std::uint64_t from_seq,
                                    record_sink sink, read_done done) -> std::shared_ptr<chunked_read>;

/// Records of all streams in commit order, from a place to `last_position`.
[[nodiscard]] auto make_tail_read(const database& from, job_queue& jobs, const tail_place& after,
                                  std::uint64_t last_position, record_sink sink, read_done done)
    -> std::shared_ptr<chunked_read>;

} // namespace holdfast::journal::store
