#pragma once

#include "tools/bench/report.hpp"

#include <filesystem>

namespace holdfast::tools::bench {

/// What the figures were measured on: processor, cores, memory, kernel, and the file system that holds `directory`. Nothing that
/// names a person, a host or a path.
[[nodiscard]] auto describe_machine(const std::filesystem::path& directory) -> report_json;

/// Whether files there cost no disk: a sync then measures nothing.
[[nodiscard]] auto is_in_memory(const std::filesystem::path& directory) -> bool;

} // namespace holdfast::tools::bench
