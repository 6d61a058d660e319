#include "tools/bench/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace holdfast::tools::bench {

namespace {

constexpr double us_per_ns = 1e-3;

[[nodiscard]] auto rounded(double value, double step) -> double {
  return std::round(value / step) * step;
}

/// Values of four digits, as far as they mean something.
[[nodiscard]] auto tidy(double value) -> double {
  const double size = std::abs(value);
  const double digits = size >= 1000 ? 1 : size >= 100 ? 0.1 : size >= 1 ? 0.001 : 0.0001;
  return rounded(value, digits);
}

/// `text` with blanks before it (width above 0) or after it, up to `width` characters.
[[nodiscard]] auto padded(const std::string& text, int width) -> std::string {
  const auto wanted = static_cast<std::size_t>(std::abs(width));
  const std::string blanks(wanted > text.size() ? wanted - text.size() : 0, ' ');
  return width > 0 ? blanks + text : text + blanks;
}

/// The shortest text of a number of some four digits.
[[nodiscard]] auto plain(double value) -> std::string {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.6g", tidy(value));
  return {text.data(), static_cast<std::size_t>(size)};
}

constexpr std::array<int, 8> widths{-24, 12, 9, 9, 9, 12, 12, 10};

[[nodiscard]] auto row(const std::array<std::string, widths.size()>& cells) -> std::string {
  std::string line = "  ";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += padded(cells[i], widths[i]);
  }
  return line + "\n";
}

} // namespace

auto percentile_us(const histogram& nanoseconds, double quantile) -> double {
  return static_cast<double>(nanoseconds.value_at(quantile)) * us_per_ns;
}

auto latency_json(const histogram& nanoseconds) -> report_json {
  report_json out;
  out["count"] = nanoseconds.count();
  for (const auto& [name, quantile] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}) {
    out[name] = tidy(percentile_us(nanoseconds, quantile));
  }
  out["max"] = tidy(static_cast<double>(nanoseconds.max()) * us_per_ns);
  out["mean"] = tidy(nanoseconds.mean() * us_per_ns);
  return out;
}

auto run_json(const run_result& run) -> report_json {
  const auto& load = run.load;
  const auto per_decision = [&load](double cpu_seconds) {
    return load.decisions() == 0 ? 0.0 : tidy(cpu_seconds * 1e6 / static_cast<double>(load.decisions()));
  };
  report_json out;
  out["subject"] = run.subject;
  out["round"] = run.round;
  out["seconds"] = tidy(load.seconds);
  out["rate_per_s"] = tidy(load.rate());
  out["successes"] = load.successes;
  out["rejections"] = load.rejections;
  out["failures"] = load.failures;
  if (load.asides > 0) {
    out["asides"] = load.asides;
  }
  if (load.backlog_max > 0) {
    out["backlog_max"] = load.backlog_max;
  }
  out["server_cpu_us_per_decision"] = per_decision(run.server_cpu_seconds);
  out["generator_cpu_us_per_decision"] = per_decision(load.generator_cpu_seconds);
  out["latency_us"] = {{"success", latency_json(load.success_latency)},
                       {"rejection", latency_json(load.rejection_latency)}};
  return out;
}

auto median(std::vector<double> values) -> double {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

auto rates_of(const std::vector<run_result>& runs, std::string_view subject) -> std::vector<double> {
  std::vector<double> rates;
  for (const auto& run : runs) {
    if (run.subject == subject) {
      rates.push_back(run.load.rate());
    }
  }
  return rates;
}

auto ratio_of(const std::vector<run_result>& runs, std::string_view subject, std::string_view peer) -> double {
  const auto ours = rates_of(runs, subject);
  const auto theirs = rates_of(runs, peer);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (theirs[i] > 0) {
      ratios.push_back(ours[i] / theirs[i]);
    }
  }
  return median(std::move(ratios));
}

auto merged(const std::vector<run_result>& runs, std::string_view subject, histogram load_result::*which) -> histogram {
  histogram all;
  for (const auto& run : runs) {
    if (run.subject == subject) {
      all.add(run.load.*which);
    }
  }
  return all;
}

auto target_json(std::string what, double reached, std::string_view relation, double wanted) -> report_json {
  const bool met = relation == ">=" ? reached >= wanted : reached <= wanted;
  return {
      {"what", std::move(what)}, {"reached", tidy(reached)}, {"relation", relation}, {"wanted", wanted}, {"met", met}};
}

auto grouped(double number) -> std::string {
  const auto digits = std::to_string(static_cast<std::uint64_t>(std::max(0.0, std::round(number))));
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) {
      text += ',';
    }
    text += digits[i];
  }
  return text;
}

auto table_of(const std::vector<run_result>& runs) -> std::string {
  std::vector<std::string> subjects;
  for (const auto& run : runs) {
    if (std::find(subjects.begin(), subjects.end(), run.subject) == subjects.end()) {
      subjects.push_back(run.subject);
    }
  }
  auto table = row({"subject", "decisions/s", "p50 us", "p99 us", "p999 us", "successes", "rejections", "failures"});
  for (const auto& subject : subjects) {
    auto all = merged(runs, subject, &load_result::success_latency);
    all.add(merged(runs, subject, &load_result::rejection_latency));
    double successes = 0;
    double rejections = 0;
    double failures = 0;
    for (const auto& run : runs) {
      if (run.subject == subject) {
        successes += static_cast<double>(run.load.successes);
        rejections += static_cast<double>(run.load.rejections);
        failures += static_cast<double>(run.load.failures);
      }
    }
    const auto us = [&all](double quantile) { return grouped(percentile_us(all, quantile)); };
    table += row({subject, grouped(median(rates_of(runs, subject))), us(0.5), us(0.99), us(0.999), grouped(successes),
                  grouped(rejections), grouped(failures)});
  }
  return table;
}

auto summary_of(const report_json& workload) -> std::string {
  std::string text;
  if (workload.contains("ratios")) {
    for (const auto& [peer, ratio] : workload["ratios"].items()) {
      text += "  ratio to " + peer + ": " + plain(ratio.get<double>()) + "\n";
    }
  }
  if (workload.contains("facts")) {
    for (const auto& [name, value] : workload["facts"].items()) {
      text += "  " + name + ": " + value.dump() + "\n";
    }
  }
  if (workload.contains("targets")) {
    for (const auto& target : workload["targets"]) {
      text += std::string{"  "} + (target["met"].get<bool>() ? "met   " : "MISS  ") +
              target["what"].get<std::string>() + ": " + plain(target["reached"].get<double>()) + " (wanted " +
              target["relation"].get<std::string>() + " " + plain(target["wanted"].get<double>()) + ")\n";
    }
  }
  return text;
}

} // namespace holdfast::tools::bench
