#pragma once

#include "journal/audit/source.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <map>

namespace holdfast::journal::audit {

/// Checks the index of commits against the streams: positions from 1 without gaps, every record in exactly one commit and in order,
/// each commit's hash made from the one before and the last record of each of its runs. `ends` says where each stream ends.
void check_commits(source& from, const std::map<stream_name, std::uint64_t>& ends, findings& to);

} // namespace holdfast::journal::audit
