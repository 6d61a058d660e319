#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_options.hpp"
#include "tools/offline_data.hpp"
#include "tools/onsale/outcome_text.hpp"
#include "tools/onsale/recorded_sale.hpp"
#include "tools/onsale/simulation.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools {
namespace {

constexpr const char* onsale_name = "onsale";

struct onsale_arguments {
  onsale::demand who;
  onsale::sale_plan plan;
  std::string parties;
  std::string rates;
  std::string slow;
  std::vector<std::string> malformed; ///< of these two
  double rate_per_s = 100;
  double capacity_per_s = 0;
  double pre_queue_s = 1'800;
  double hold_s = 600;
  double admission_s = 600;
  std::optional<std::uint32_t> max_active;
  bool no_waiting_room = false;
  bool no_draw = false;
  std::filesystem::path data;
  std::filesystem::path marks;
  std::string event;
  std::uint32_t rejected = 0;
  std::filesystem::path output;
  bool as_json = false;
};

/// A number that its field would not hold becomes one that is refused.
auto thousandths(double value) -> std::uint32_t {
  return value >= 0 && value <= 1e6 ? static_cast<std::uint32_t>(std::llround(value * 1'000)) : UINT32_MAX;
}

auto in_millis(double seconds) -> domain::millis {
  return std::abs(seconds) <= 1e7 ? domain::millis{std::llround(seconds * 1'000)} : domain::millis{-1};
}

auto read_arrivals(const onsale_arguments& from) -> tl::expected<onsale::recorded_sale, journal::failure> {
  const auto event = parse_event_option(from.event);
  if (!event)
    return tl::unexpected{event.error()};
  auto data = open_offline(from.data, from.marks);
  if (!data)
    return tl::unexpected{data.error()};
  auto opened = open_journal(*data);
  if (!opened)
    return tl::unexpected{opened.error()};
  return onsale::read_recorded(**opened, *event);
}

/// Of whom the arrivals are.
struct came_from {
  std::size_t journal = 0;
  std::size_t model = 0;
};

auto moments_of(onsale_arguments& of, const char* option, const std::string& text)
    -> std::vector<std::pair<domain::millis, double>> {
  auto made = onsale::parse_moments(text);
  if (made.empty() && !text.empty())
    of.malformed.push_back(std::string{"--"} + option + " is like 600:20,1800:5, and not " + text);
  return made;
}

auto settle_arguments(onsale_arguments& of) -> void {
  auto& room = of.plan.room;
  room.rate_milli_per_s = thousandths(of.rate_per_s);
  room.capacity_milli_per_s = thousandths(of.capacity_per_s);
  room.max_active = of.max_active;
  room.admission = in_millis(of.admission_s);
  of.plan.pre_queue = in_millis(of.pre_queue_s);
  of.plan.hold_time = in_millis(of.hold_s);
  of.plan.waiting_room = !of.no_waiting_room;
  of.plan.draw = !of.no_draw;
  if (!of.parties.empty())
    of.who.parties = onsale::parse_parties(of.parties);
  for (const auto& [at, rate] : moments_of(of, "rates", of.rates))
    of.plan.rates.emplace_back(at, thousandths(rate));
  for (const auto& [from, to] : moments_of(of, "slow", of.slow))
    of.plan.slow.push_back({from, in_millis(to)});
}

auto run_onsale(onsale_arguments& arguments) -> int {
  settle_arguments(arguments);
  std::optional<onsale::recorded_sale> recorded;
  came_from came{.journal = 0, .model = arguments.who.buyers};
  if (!arguments.event.empty()) {
    auto read = read_arrivals(arguments);
    if (!read)
      return complain(onsale_name, read.error().detail,
                      read.error().kind == journal::failure_kind::invalid ? exit_wrong_usage : exit_does_not_hold);
    recorded = *std::move(read);
    arguments.plan.pre_queue = recorded->pre_queue;
    came = {.journal = recorded->arrivals.size(), .model = arguments.rejected};
    onsale::random_stream random{arguments.plan.seed + 1};
    if (came.journal + came.model <= onsale::people_max)
      onsale::add_rejected(recorded->arrivals, arguments.rejected, random);
    arguments.who.buyers = static_cast<std::uint32_t>(std::min<std::size_t>(came.journal + came.model, UINT32_MAX));
  }
  auto faults = onsale::faults_of(arguments.who, arguments.plan);
  faults.insert(faults.end(), arguments.malformed.begin(), arguments.malformed.end());
  for (const auto& fault : faults)
    static_cast<void>(complain(onsale_name, fault, exit_wrong_usage));
  if (!faults.empty())
    return exit_wrong_usage;
  const auto began = std::chrono::steady_clock::now();
  const auto result = recorded ? onsale::play(arguments.who, arguments.plan, recorded->arrivals)
                               : onsale::play(arguments.who, arguments.plan);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const double faster = static_cast<double>(result.lasted.count) / 1'000 / std::max(took, 1e-6);
  if (arguments.as_json) {
    auto document = onsale::outcome_json(result);
    document["arrivals"] = recorded ? "recorded" : "modelled";
    document["people_recorded"] = came.journal;
    document["people_modelled"] = came.model;
    document["computed_in_s"] = took;
    document["times_faster"] = faster;
    std::printf("%s\n", document.dump(2).c_str());
  } else {
    std::printf("%s", onsale::outcome_text(result).c_str());
    if (recorded)
      std::printf(
          "\nArrivals of %s people are those of the journal, what they do is modelled. Whom the door refused is in no journal: %s of "
          "them are modelled (--rejected).\n",
          grouped(came.journal).c_str(), grouped(came.model).c_str());
    std::printf("\nComputed in %.2f s, %s times faster than it would be.\n", took,
                grouped(static_cast<std::uint64_t>(faster)).c_str());
  }
  if (!arguments.output.empty()) {
    if (const auto trouble = onsale::write_series(result, arguments.output))
      return complain(onsale_name, *trouble, exit_does_not_hold);
  }
  return exit_ok;
}

} // namespace

void register_onsale_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<onsale_arguments>();
  auto& of = *arguments;
  auto* command =
      app.add_subcommand(onsale_name, "Plays an on-sale through, by the rules of the server and a model of who comes");
  command->add_option("--buyers", of.who.buyers, "People who come")->capture_default_str();
  command->add_option("--early-share", of.who.early_share, "Of them, who are there before the start")
      ->capture_default_str();
  command->add_option("--half-life", of.who.half_life_s, "Seconds after the start in which half of the others come")
      ->capture_default_str();
  command->add_option("--parties", of.parties, "Places that people want: 1:20,2:50,3:10,4:20 is places and weights");
  command->add_option("--patience", of.who.patience_s, "Seconds that people wait, as a mean")->capture_default_str();
  command->add_option("--silent-share", of.who.silent_share, "Of those who stop waiting, who do not say so")
      ->capture_default_str();
  command->add_option("--choice", of.who.choice_s, "Seconds from being let in to asking for places, as a mean")
      ->capture_default_str();
  command->add_option("--payment", of.who.payment_s, "Seconds from there to paying, as a mean")->capture_default_str();
  command->add_option("--undecided-share", of.who.undecided_share, "Of those let in, who do not buy")
      ->capture_default_str();
  command->add_option("--bot-share", of.who.bot_share, "Of people, who are programs")->capture_default_str();
  command->add_option("--seats", of.plan.seats, "Seats on sale")->capture_default_str();
  command->add_option("--max-per-buyer", of.plan.max_per_buyer, "Places that one buyer may have")
      ->capture_default_str();
  command->add_option("--pre-queue", of.pre_queue_s, "Seconds from the opening of the waiting room to the start")
      ->capture_default_str();
  command->add_option("--rate", of.rate_per_s, "People let in a second")->capture_default_str();
  command->add_option(
      "--rates", of.rates,
      "Rates that are set while it goes on: 600:20,1800:5 is seconds from the start, and people a second");
  command->add_option("--slow", of.slow,
                      "When the event is too far behind: 600:900 is from and to, seconds from the start");
  command->add_option("--batch", of.plan.room.batch, "People let in at once")->capture_default_str();
  command->add_option("--max-active", of.max_active, "People who may be in at a time");
  command->add_option("--capacity", of.capacity_per_s, "Purchases a second that the sale can take; 0: not said")
      ->capture_default_str();
  command->add_option("--admission", of.admission_s, "Seconds that whoever is let in may take")->capture_default_str();
  command->add_option("--hold", of.hold_s, "Seconds that a hold lasts")->capture_default_str();
  command->add_flag("--no-waiting-room", of.no_waiting_room, "Everybody asks for places at once");
  command->add_flag("--no-draw", of.no_draw, "Who comes early stands in the order of coming");
  command->add_option("--seed", of.plan.seed, "The same seed gives the same sale")->capture_default_str();
  command->add_option("--data", of.data,
                      "Instead of a model, who came to a sale that was: a data directory or a backup");
  command->add_option("--marks", of.marks, "Where that directory's marks are, if not in it");
  auto* event = command->add_option("--event", of.event, "And of which event (evt_…)");
  event->needs("--data");
  command->get_option("--data")->needs(event);
  command
      ->add_option("--rejected", of.rejected,
                   "People whom its door refused, and who are in no journal: they come when others did")
      ->needs(event);
  command->add_option("--out", of.output, "A directory for series.csv, people.svg and places.svg");
  command->add_flag("--json", of.as_json, "The outcome as JSON");
  command->callback([arguments, &exit_code] { exit_code = run_onsale(*arguments); });
}

} // namespace holdfast::tools
