#include "tools/onsale/outcome_text.hpp"

#include "tools/console.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

namespace holdfast::onsale {

using nlohmann::ordered_json;
using tools::grouped;

namespace {

constexpr double ms_per_second = 1'000;

auto in_seconds(std::int64_t ms) -> double {
  return static_cast<double>(ms) / ms_per_second;
}

auto waits_json(const waits& of) -> ordered_json {
  if (of.people == 0)
    return nullptr;
  return {{"people", of.people},
          {"p50_s", in_seconds(of.p50)},
          {"p90_s", in_seconds(of.p90)},
          {"p99_s", in_seconds(of.p99)},
          {"longest_s", in_seconds(of.longest)}};
}

/// "12.5", of thousandths.
auto percent_of(std::uint32_t permille) -> double {
  return static_cast<double>(permille) / 10;
}

auto estimates_json(const outcome& of) -> ordered_json {
  auto rows = ordered_json::array();
  for (const auto& row : of.estimates_by_distance)
    rows.push_back({{"from_s", row.from_s},
                    {"to_s", row.to_s == 0 ? ordered_json(nullptr) : ordered_json(row.to_s)},
                    {"told", row.told},
                    {"inside", row.inside},
                    {"early", row.early},
                    {"late", row.late},
                    {"error_percent", percent_of(row.error_permille)},
                    {"width_percent", percent_of(row.width_permille)}});
  return {{"measured", of.estimates.measured}, {"inside", of.estimates.inside}, {"early", of.estimates.early},
          {"late", of.estimates.late},         {"by_distance", rows},           {"unknown", of.estimates_unknown}};
}

auto or_null(const std::optional<double>& value) -> ordered_json {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

/// Minutes and seconds: "12:05".
auto clock_text(std::int64_t ms) -> std::string {
  constexpr std::int64_t minute_ms = 60'000;
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%lld:%02lld", static_cast<long long>(ms / minute_ms),
                                  static_cast<long long>(ms % minute_ms / 1'000)));
  return text.data();
}

auto share_text(std::uint64_t part, std::uint64_t of) -> std::string {
  std::array<char, 32> text{};
  const double percent = of == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(of);
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.1f %%", percent));
  return text.data();
}

auto place_text(const std::optional<double>& mean) -> std::string {
  std::array<char, 32> text{"not drawn"};
  if (mean)
    static_cast<void>(std::snprintf(text.data(), text.size(), "%.2f", *mean));
  return text.data();
}

/// "1 to 5 min off", "60 min off or more".
auto distance_text(const estimate_row& of) -> std::string {
  constexpr std::int64_t minute_s = 60;
  const auto from = std::to_string(of.from_s / minute_s);
  return of.to_s == 0 ? from + " min off or more" : from + " to " + std::to_string(of.to_s / minute_s) + " min off";
}

void line(std::string& to, std::string_view name, std::string_view value) {
  constexpr std::size_t width = 34;
  to.append("  ").append(name).append(width - std::min(width - 1, name.size()), ' ').append(value).append("\n");
}

auto waits_text(const waits& of) -> std::string {
  if (of.people == 0)
    return "nobody";
  return clock_text(of.p50) + " half of them, " + clock_text(of.p90) + " nine in ten, " + clock_text(of.p99) +
         " of a hundred all but one, " + clock_text(of.longest) + " the longest";
}

auto line_of(std::string name, const outcome& of, std::uint64_t moment::*what) -> tools::bench::chart::line {
  constexpr double seconds_a_minute = 60;
  tools::bench::chart::line made{std::move(name), {}};
  for (const auto& each : of.series)
    made.points.emplace_back(in_seconds(each.at.count) / seconds_a_minute, static_cast<double>(each.*what));
  return made;
}

auto write_file(const std::filesystem::path& to, const std::string& text) -> bool {
  std::ofstream out{to, std::ios::binary};
  out << text;
  out.close();
  return out.good();
}

} // namespace

auto outcome_json(const outcome& of) -> ordered_json {
  return {
      {"people", of.people},
      {"bots", of.bots},
      {"buyers", of.buyers},
      {"bots_that_bought", of.bots_that_bought},
      {"places_sold", of.places_sold},
      {"places_of_bots", of.places_of_bots},
      {"sold_out_after_s",
       of.sold_out_after ? ordered_json(in_seconds(of.sold_out_after->count)) : ordered_json(nullptr)},
      {"lasted_s", in_seconds(of.lasted.count)},
      {"left", of.left},
      {"silent", of.silent},
      {"unclaimed", of.unclaimed},
      {"undecided", of.undecided},
      {"refused", of.refused},
      {"ran_out", of.ran_out},
      {"never_let_in", of.never_let_in},
      {"active_most", of.active_most},
      {"waits_of_admitted", waits_json(of.of_admitted)},
      {"waits_of_buyers", waits_json(of.of_buyers)},
      {"draw", {{"first_tenth", or_null(of.first_tenth)}, {"last_tenth", or_null(of.last_tenth)}}},
      {"pace_least_percent", percent_of(of.pace_least)},
      {"estimates", estimates_json(of)},
  };
}

auto outcome_text(const outcome& of) -> std::string {
  std::string text;
  line(text, "people (of them bots)", grouped(of.people) + " (" + grouped(of.bots) + ")");
  line(text, "bought (of them bots)", grouped(of.buyers) + " (" + grouped(of.bots_that_bought) + ")");
  line(text, "places sold",
       grouped(of.places_sold) + ", " + share_text(of.places_of_bots, of.places_sold) + " to bots");
  line(text, "sold out after", of.sold_out_after ? clock_text(of.sold_out_after->count) : "never");
  line(text, "waited, of those let in", waits_text(of.of_admitted));
  line(text, "waited, of those who bought", waits_text(of.of_buyers));
  line(text, "stopped waiting", grouped(of.left) + " said so, " + grouped(of.silent) + " did not");
  line(text, "turns that nobody used", grouped(of.unclaimed));
  line(text, "let in and undecided", grouped(of.undecided));
  line(text, "found no places", grouped(of.refused));
  line(text, "took too long", grouped(of.ran_out));
  line(text, "still waiting at the end", grouped(of.never_let_in));
  line(text, "active at most", grouped(of.active_most));
  line(text, "place of the first tenth to come", place_text(of.first_tenth));
  line(text, "and of the last tenth", place_text(of.last_tenth));
  line(text, "estimates that held",
       grouped(of.estimates.inside) + " of " + grouped(of.estimates.measured) + " (" +
           share_text(of.estimates.inside, of.estimates.measured) + ")");
  for (const auto& row : of.estimates_by_distance)
    if (row.told != 0)
      line(text, "  of turns " + distance_text(row),
           share_text(row.inside, row.told) + " of " + grouped(row.told) + ", off by " +
               share_text(row.error_permille, 1'000) + " in the median");
  return text;
}

auto series_csv(const outcome& of) -> std::string {
  std::string text = "seconds,waiting,active,admitted,held,sold\n";
  for (const auto& each : of.series) {
    std::array<char, 160> row{};
    static_cast<void>(
        std::snprintf(row.data(), row.size(), "%.3f,%llu,%llu,%llu,%llu,%llu\n", in_seconds(each.at.count),
                      static_cast<unsigned long long>(each.waiting), static_cast<unsigned long long>(each.active),
                      static_cast<unsigned long long>(each.admitted), static_cast<unsigned long long>(each.held),
                      static_cast<unsigned long long>(each.sold)));
    text.append(row.data());
  }
  return text;
}

auto write_series(const outcome& of, const std::filesystem::path& directory) -> std::optional<std::string> {
  std::error_code trouble;
  std::filesystem::create_directories(directory, trouble);
  tools::bench::chart people;
  people.name = "people";
  people.title = "Who waits, and who is let in";
  people.x_label = "minutes from the start";
  people.y_label = "people";
  people.lines = {line_of("waiting", of, &moment::waiting), line_of("active", of, &moment::active),
                  line_of("let in so far", of, &moment::admitted)};
  auto places = people;
  places.name = "places";
  places.title = "What is held and sold";
  places.y_label = "places";
  places.lines = {line_of("held", of, &moment::held), line_of("sold", of, &moment::sold)};
  if (!write_file(directory / "series.csv", series_csv(of)) ||
      !write_file(directory / "people.svg", tools::bench::draw(people)) ||
      !write_file(directory / "places.svg", tools::bench::draw(places)))
    return directory.string() + " cannot be written to";
  return std::nullopt;
}

} // namespace holdfast::onsale
