#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools {

/// What the commands about projections are given.
struct projections_arguments {
  std::filesystem::path data;
  std::filesystem::path marks;
  std::vector<std::string> only; ///< empty: all
  std::filesystem::path
      temporary; ///< where a directory of its own is made for indexes; empty: where the machine has such things
  bool as_json = false;
};

inline constexpr const char* verify_name = "projections verify";

/// The projections that were asked for, of all that there are.
[[nodiscard]] auto chosen_projections(const projections_arguments& arguments, const std::vector<std::string_view>& all)
    -> std::vector<std::string>;

/// `holdfast projections verify`: compares what projections kept, folded on to the journal's end, with a fold of the whole journal. Beside a server
/// that runs too: what is kept is then read as of a moment ago, and the journal after it. Writes nothing to the data directory, but for snapshots that
/// do not meet the journal, which it puts aside as a server does. The exit status.
[[nodiscard]] auto verify_projections(const projections_arguments& arguments) -> int;

} // namespace holdfast::tools
