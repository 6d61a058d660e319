#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/report.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

/// A picture of figures, as it stands in a workload's `charts`: bars over categories, or lines over numbers.
struct chart {
  struct line {
    std::string name;
    std::vector<std::pair<double, double>> points; ///< bars: x is the index of the category
  };

  std::string name; ///< of the file, without ending
  std::string title;
  std::string x_label;
  std::string y_label;
  bool bars = false;
  bool x_log = false;
  bool y_log = false;
  std::vector<std::string> categories; ///< bars only
  std::vector<line> lines;
};

[[nodiscard]] auto chart_json(const chart& what) -> report_json;
/// Nothing sensible comes of a document that `chart_json` did not write: such a one is a failure.
[[nodiscard]] auto chart_from(const report_json& document) -> tl::expected<chart, failure>;

/// The chart as an SVG document that stands by itself, readable on light and on dark pages.
[[nodiscard]] auto draw(const chart& what) -> std::string;

/// Latency over "nines": one line for each histogram, in microseconds.
[[nodiscard]] auto percentile_line(std::string name, const histogram& nanoseconds) -> chart::line;

/// Draws every chart of a bench report into `directory`, one file each. Returns the names of the files.
[[nodiscard]] auto draw_all(const report_json& report, const std::filesystem::path& directory)
    -> tl::expected<std::vector<std::string>, failure>;

} // namespace holdfast::tools::bench
