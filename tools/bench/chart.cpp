#include "tools/bench/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>

namespace holdfast::tools::bench {

namespace {

constexpr double width = 760;
constexpr double height = 420;
constexpr double left = 84;
constexpr double right = 24;
constexpr double top = 48;
constexpr double bottom = 84;
constexpr double plot_width = width - left - right;
constexpr double plot_height = height - top - bottom;
/// Told apart by people who see no red or no green (Okabe and Ito, 2008).
constexpr std::array<std::string_view, 6> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

[[nodiscard]] auto number(double value) -> std::string {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.2f", value);
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

/// 1500 as "1.5k": labels of axes.
[[nodiscard]] auto short_number(double value) -> std::string {
  std::array<char, 32> text{};
  const auto [scale, unit] = value >= 1e6   ? std::pair{1e6, "M"}
                             : value >= 1e3 ? std::pair{1e3, "k"}
                                            : std::pair{1.0, ""};
  const int size = std::snprintf(text.data(), text.size(), "%.4g%s", value / scale, unit);
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

[[nodiscard]] auto escaped(std::string_view text) -> std::string {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out += c;
    }
  }
  return out;
}

[[nodiscard]] auto text_at(double x, double y, std::string_view anchor, std::string_view text,
                           std::string_view extra = {}) -> std::string {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string{anchor} + "\"" +
         std::string{extra} + ">" + escaped(text) + "</text>\n";
}

[[nodiscard]] auto stroke(double x1, double y1, double x2, double y2, std::string_view colour) -> std::string {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
         "\" stroke=\"" + std::string{colour} + "\"/>\n";
}

/// Maps values to the plot, linear from zero or by powers of ten.
class axis {
 public:
  axis(double low, double high, bool logarithmic) : logarithmic_{logarithmic} {
    if (logarithmic) {
      low_ = std::floor(std::log10(std::max(low, 1e-6)));
      high_ = std::max(std::ceil(std::log10(std::max(high, 1e-6))), low_ + 1);
      for (double power = low_; power <= high_; ++power) {
        ticks_.push_back(std::pow(10, power));
      }
      return;
    }
    const double span = std::max(high, 1e-9);
    const double rough = span / 5;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
    high_ = std::ceil(span / step) * step;
    for (double tick = 0; tick <= high_ + step / 2; tick += step) {
      ticks_.push_back(tick);
    }
  }

  /// 0 at the axis' beginning, 1 at its end.
  [[nodiscard]] auto share(double value) const -> double {
    const double place = logarithmic_ ? std::log10(std::max(value, 1e-6)) : value;
    return std::clamp((place - low_) / (high_ - low_), 0.0, 1.0);
  }
  [[nodiscard]] auto ticks() const noexcept -> const std::vector<double>& { return ticks_; }

 private:
  bool logarithmic_;
  double low_ = 0;
  double high_ = 1;
  std::vector<double> ticks_;
};

struct axes {
  axis x;
  axis y;
  [[nodiscard]] auto at_x(double value) const -> double { return left + x.share(value) * plot_width; }
  [[nodiscard]] auto at_y(double value) const -> double { return top + (1 - y.share(value)) * plot_height; }
};

[[nodiscard]] auto axes_of(const chart& what) -> axes {
  double x_low = 1e300;
  double x_high = 0;
  double y_low = 1e300;
  double y_high = 0;
  for (const auto& line : what.lines) {
    for (const auto& [x, y] : line.points) {
      x_low = std::min(x_low, x);
      x_high = std::max(x_high, x);
      y_low = std::min(y_low, y);
      y_high = std::max(y_high, y);
    }
  }
  return {axis{x_low, x_high, what.x_log}, axis{y_low, y_high, what.y_log}};
}

[[nodiscard]] auto frame(const chart& what, const axes& scale) -> std::string {
  std::string out = text_at(width / 2, 26, "middle", what.title, " font-size=\"16\" font-weight=\"600\"");
  for (const double tick : scale.y.ticks()) {
    out += stroke(left, scale.at_y(tick), width - right, scale.at_y(tick), "#dddddd");
    out += text_at(left - 8, scale.at_y(tick) + 4, "end", short_number(tick));
  }
  if (!what.bars) {
    for (const double tick : scale.x.ticks()) {
      out += stroke(scale.at_x(tick), top, scale.at_x(tick), height - bottom, "#eeeeee");
      out += text_at(scale.at_x(tick), height - bottom + 18, "middle", short_number(tick));
    }
  }
  out += stroke(left, height - bottom, width - right, height - bottom, "#444444");
  out += text_at(left + plot_width / 2, height - bottom + 38, "middle", what.x_label);
  out += text_at(0, 0, "middle", what.y_label,
                 " transform=\"translate(20 " + number(top + plot_height / 2) + ") rotate(-90)\"");
  return out;
}

[[nodiscard]] auto bars_of(const chart& what, const axes& scale) -> std::string {
  std::string out;
  const double room = plot_width / static_cast<double>(std::max<std::size_t>(what.categories.size(), 1));
  const double bar = room * 0.7 / static_cast<double>(std::max<std::size_t>(what.lines.size(), 1));
  for (std::size_t category = 0; category < what.categories.size(); ++category) {
    out += text_at(left + room * (static_cast<double>(category) + 0.5), height - bottom + 18, "middle",
                   what.categories[category]);
  }
  for (std::size_t series = 0; series < what.lines.size(); ++series) {
    for (const auto& [index, value] : what.lines[series].points) {
      const double x = left + room * (index + 0.15) + bar * static_cast<double>(series);
      const double y = scale.at_y(value);
      out += "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(bar) + "\" height=\"" +
             number(height - bottom - y) + "\" fill=\"" + std::string{colours[series % colours.size()]} + "\"/>\n";
      out += text_at(x + bar / 2, y - 5, "middle", short_number(value));
    }
  }
  return out;
}

[[nodiscard]] auto curves_of(const chart& what, const axes& scale) -> std::string {
  std::string out;
  for (std::size_t series = 0; series < what.lines.size(); ++series) {
    out += "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + std::string{colours[series % colours.size()]} +
           "\" points=\"";
    for (const auto& [x, y] : what.lines[series].points) {
      out += number(scale.at_x(x)) + "," + number(scale.at_y(y)) + " ";
    }
    out += "\"/>\n";
  }
  return out;
}

[[nodiscard]] auto legend(const chart& what) -> std::string {
  std::string out;
  if (what.lines.size() < 2 && what.bars) {
    return out;
  }
  const double room = plot_width / static_cast<double>(std::max<std::size_t>(what.lines.size(), 1));
  for (std::size_t series = 0; series < what.lines.size(); ++series) {
    const double x = left + room * static_cast<double>(series);
    out += "<rect x=\"" + number(x) + "\" y=\"" + number(height - 26) + "\" width=\"12\" height=\"12\" fill=\"" +
           std::string{colours[series % colours.size()]} + "\"/>\n";
    out += text_at(x + 18, height - 16, "start", what.lines[series].name);
  }
  return out;
}

} // namespace

auto draw(const chart& what) -> std::string {
  const auto scale = axes_of(what);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " + number(height) +
                    "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\" role=\"img\" aria-label=\"" +
                    escaped(what.title) + "\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  out += frame(what, scale);
  out += what.bars ? bars_of(what, scale) : curves_of(what, scale);
  return out + legend(what) + "</svg>\n";
}

auto chart_json(const chart& what) -> report_json {
  report_json lines = report_json::array();
  for (const auto& line : what.lines) {
    report_json points = report_json::array();
    for (const auto& [x, y] : line.points) {
      points.push_back({x, y});
    }
    lines.push_back({{"name", line.name}, {"points", std::move(points)}});
  }
  return {{"name", what.name},        {"title", what.title}, {"x_label", what.x_label}, {"y_label", what.y_label},
          {"bars", what.bars},        {"x_log", what.x_log}, {"y_log", what.y_log},     {"categories", what.categories},
          {"lines", std::move(lines)}};
}

auto chart_from(const report_json& document) -> tl::expected<chart, failure> {
  try {
    chart out{.name = document.at("name"),
              .title = document.at("title"),
              .x_label = document.at("x_label"),
              .y_label = document.at("y_label"),
              .bars = document.at("bars"),
              .x_log = document.at("x_log"),
              .y_log = document.at("y_log"),
              .categories = document.at("categories"),
              .lines = {}};
    for (const auto& line : document.at("lines")) {
      out.lines.push_back({line.at("name"), line.at("points")});
    }
    return out;
  } catch (const nlohmann::json::exception& error) {
    return tl::unexpected{failure{std::string{"a chart of the report cannot be read: "} + error.what()}};
  }
}

auto percentile_line(std::string name, const histogram& nanoseconds) -> chart::line {
  chart::line out{std::move(name), {}};
  // x is 1 / (1 - quantile): 10 is p90, 100 is p99. A tail of fewer than ten values says nothing.
  const double x_max = std::max(10.0, static_cast<double>(nanoseconds.count()) / 10);
  for (double x = 1.25; x <= x_max && x <= 1e5; x *= 1.25) {
    out.points.emplace_back(x, percentile_us(nanoseconds, 1 - 1 / x));
  }
  return out;
}

auto draw_all(const report_json& report, const std::filesystem::path& directory)
    -> tl::expected<std::vector<std::string>, failure> {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::vector<std::string> files;
  const auto workloads = report.find("workloads");
  if (workloads == report.end() || !workloads->is_array()) {
    return tl::unexpected{failure{"this is no report of holdfast bench: it has no list of workloads"}};
  }
  for (const auto& workload : *workloads) {
    for (const auto& document : workload.value("charts", report_json::array())) {
      const auto what = chart_from(document);
      if (!what) {
        return tl::unexpected{what.error()};
      }
      const auto file = directory / (what->name + ".svg");
      std::ofstream out{file, std::ios::binary | std::ios::trunc};
      out << draw(*what);
      if (!out.flush()) {
        return tl::unexpected{failure{"cannot write " + file.string()}};
      }
      files.push_back(file.filename().string());
    }
  }
  return files;
}

} // namespace holdfast::tools::bench
