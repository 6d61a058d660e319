#pragma once

#include "tools/bench/child_process.hpp"
#include "tools/bench/failure.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace holdfast::tools::bench {

/// A store that was started for one run: private directory, private port on 127.0.0.1, a password of its own.
struct running_store {
  child_process process;
  std::uint16_t port = 0;
  std::string secret;
};

/// PostgreSQL with `synchronous_commit` and `fsync` on, in `directory` (which must not exist). It refuses to run as root: where
/// the bench is root, it runs as the user `postgres`.
[[nodiscard]] auto start_postgres(const std::filesystem::path& directory) -> tl::expected<running_store, failure>;

/// Redis with an append-only file synced every second.
[[nodiscard]] auto start_redis(const std::filesystem::path& directory) -> tl::expected<running_store, failure>;

} // namespace holdfast::tools::bench
