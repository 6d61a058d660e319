#pragma once

#include "journal/rocksdb_options.hpp"

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <memory>

namespace holdfast::journal::store {

/// RocksDB's messages, in our log.
[[nodiscard]] auto make_info_log() -> std::shared_ptr<rocksdb::Logger>;

/// Refuses every automatic recovery and hands background errors on.
[[nodiscard]] auto make_event_listener(background_error_handler on_error) -> std::shared_ptr<rocksdb::EventListener>;

} // namespace holdfast::journal::store
