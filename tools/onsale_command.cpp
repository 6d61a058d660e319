#include "journal/codec.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_options.hpp"
#include "tools/offline_data.hpp"
#include "tools/onsale/outcome_text.hpp"
#include "tools/onsale/simulation.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast::tools {
namespace {

constexpr const char* onsale_name = "onsale";

struct onsale_arguments {
  onsale::demand who;
  onsale::sale_plan plan;
  std::string parties;
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

/// When people joined a waiting room, as its journal has it. Whom the door refused is in no journal.
struct recorded_sale {
  std::vector<domain::millis> arrivals;
  domain::millis pre_queue;
};

auto read_recorded(const onsale_arguments& from) -> tl::expected<recorded_sale, journal::failure> {
  const auto event = parse_event_option(from.event);
  if (!event)
    return tl::unexpected{event.error()};
  auto data = open_offline(from.data, from.marks);
  if (!data)
    return tl::unexpected{data.error()};
  auto opened = open_journal(*data);
  if (!opened)
    return tl::unexpected{opened.error()};
  std::vector<std::int64_t> times;
  std::optional<std::int64_t> started;
  std::optional<journal::failure> trouble;
  const auto take = [&](std::span<const journal::record_view> records) {
    for (const auto& record : records) {
      const auto fact = journal::decode_fact(record);
      if (!fact) {
        trouble = fact.error();
        return false;
      }
      if (const auto* const in = std::get_if<domain::queue::joined>(&fact->body))
        times.insert(times.end(), in->people.size(), fact->time.unix_ms);
      const auto* const changed = std::get_if<domain::queue::mode_changed>(&fact->body);
      if (!started && (std::holds_alternative<domain::queue::drawn>(fact->body) ||
                       (changed != nullptr && changed->to == domain::queue::mode::on)))
        started = fact->time.unix_ms;
    }
    return true;
  };
  const auto read = read_stream(**opened, {journal::stream_kind::queue, event->value()}, 1, take);
  if (trouble || !read)
    return tl::unexpected{trouble ? *trouble : read.error()};
  if (times.empty())
    return tl::unexpected{journal::failure{journal::failure_kind::invalid, "nobody ever waited for this event"}};
  recorded_sale made;
  for (const auto at : times)
    made.arrivals.push_back({at - times.front()});
  made.pre_queue = {std::max<std::int64_t>(started.value_or(times.front()) - times.front(), 0)};
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
}

auto run_onsale(onsale_arguments& arguments) -> int {
  settle_arguments(arguments);
  std::optional<recorded_sale> recorded;
  if (!arguments.event.empty()) {
    auto read = read_recorded(arguments);
    if (!read)
      return complain(onsale_name, read.error().detail,
                      read.error().kind == journal::failure_kind::invalid ? exit_wrong_usage : exit_does_not_hold);
    recorded = *std::move(read);
    arguments.plan.pre_queue = recorded->pre_queue;
    arguments.who.buyers = static_cast<std::uint32_t>(recorded->arrivals.size());
  }
  const auto faults = onsale::faults_of(arguments.who, arguments.plan);
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
    document["computed_in_s"] = took;
    document["times_faster"] = faster;
    std::printf("%s\n", document.dump(2).c_str());
  } else {
    std::printf("%s", onsale::outcome_text(result).c_str());
    if (recorded)
      std::printf("\nArrivals are those of the journal; who was refused at the door is in none, and is not played.\n");
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
  command->add_option("--out", of.output, "A directory for series.csv, people.svg and places.svg");
  command->add_flag("--json", of.as_json, "The outcome as JSON");
  command->callback([arguments, &exit_code] { exit_code = run_onsale(*arguments); });
}

} // namespace holdfast::tools
