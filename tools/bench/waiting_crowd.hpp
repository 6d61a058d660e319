#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/server_under_test.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Waiting rooms of the server under test, and people who wait in them.
namespace holdfast::tools::bench {

/// As an organiser: settings, and a mode when `what` names one. The room as it is told then.
[[nodiscard]] auto change_room(const server_under_test& server, const std::string& event, const nlohmann::json& what)
    -> tl::expected<nlohmann::json, failure>;
[[nodiscard]] auto room_status(const server_under_test& server, const std::string& event)
    -> tl::expected<nlohmann::json, failure>;

/// Everybody joins; the ticket of each.
[[nodiscard]] auto join_all(const server_under_test& server, const std::string& event,
                            const std::vector<std::string>& tokens) -> tl::expected<std::vector<std::string>, failure>;

/// Whole requests of looks at these places.
[[nodiscard]] auto looks_of(const std::string& event, const std::vector<std::string>& tokens,
                            const std::vector<std::string>& tickets) -> std::vector<std::string>;

/// Lets everybody join and lets all of them in, as fast as the room can; their admissions. The room lets in nobody afterwards: its rate is 0.
[[nodiscard]] auto admit_all(const server_under_test& server, const std::string& event,
                             const std::vector<std::string>& tokens) -> tl::expected<std::vector<std::string>, failure>;

/// People let in by one fact.
struct admitted_batch {
  std::int64_t at_ms = 0;
  std::uint32_t people = 0;
};
/// Of an event's waiting room, from the journal, from a seq on.
[[nodiscard]] auto admissions_since(const server_under_test& server, const std::string& event, std::uint64_t from_seq)
    -> tl::expected<std::vector<admitted_batch>, failure>;

/// The fewest and the most people let in within any so many milliseconds between two times; equal to 0 when the times are nearer to each other than that.
struct extremes {
  std::uint64_t fewest = 0;
  std::uint64_t most = 0;
};
[[nodiscard]] auto extremes_of(const std::vector<admitted_batch>& all, std::int64_t from_ms, std::int64_t to_ms,
                               std::int64_t window_ms) -> extremes;

} // namespace holdfast::tools::bench
