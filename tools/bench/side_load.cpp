#include "tools/bench/side_load.hpp"

#include "tools/bench/programme.hpp"
#include "tools/bench/viewer_crowd.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

/// So many that a hold and its release, on the same connection, are not of the same tick.
constexpr std::size_t change_connections = 256;
constexpr std::size_t search_connections = 32;
/// More than are asked within the second that an answer is kept.
constexpr std::size_t questions = 1'000;
constexpr domain::instant programme_time{1'795'000'000'000};
/// What is answered at the end of a run is answered with everything else still there.
constexpr auto overlap = std::chrono::milliseconds{250};

[[nodiscard]] auto open_loop(std::uint16_t port, std::size_t connections, double rate, std::chrono::nanoseconds lasting)
    -> load_options {
  load_options options;
  options.port = port;
  options.connections = connections;
  options.pace = pacing::poisson;
  options.rate_per_s = rate;
  options.duration = lasting;
  return options;
}

} // namespace

auto side_load::set_up(const server_under_test& server, const std::string& venue, const side_options& options)
    -> tl::expected<std::unique_ptr<side_load>, failure> {
  programme catalogue{options.seed, programme_time};
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < options.searched; ++i) {
    names.push_back(catalogue.next().name);
  }
  const auto events = server.make_events(venue, names);
  const auto watched = events ? server.make_event(venue, "Watched event") : tl::unexpected{events.error()};
  auto buyers = watched ? server.make_buyers(change_connections) : tl::unexpected{watched.error()};
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  std::unique_ptr<side_load> side{new side_load{server.port(), options}};
  side->event_ = *watched;
  side->changes_ = std::make_unique<change_traffic>(booking_options{.events = {*watched},
                                                                    .seats = options.seats,
                                                                    .tokens = std::move(*buyers),
                                                                    .seed = options.seed + 1,
                                                                    .apart = true});
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < questions; ++i) {
    asked.push_back(
        get_request("/v1/search?facets=category,city,month,price&q=" + escaped_query(catalogue.question())));
  }
  side->searches_ = std::make_unique<read_traffic>(std::move(asked), read_traffic::expected_answer{.any_size = true},
                                                   search_connections);
  return side;
}

auto side_load::during(std::chrono::nanoseconds lasting, const std::function<tl::expected<run_result, failure>()>& main)
    -> tl::expected<run_result, failure> {
  auto crowd = viewer_crowd::gather({.port = port_, .event = event_, .viewers = options_.viewers});
  if (!crowd) {
    return tl::unexpected{crowd.error()};
  }
  tl::expected<load_result, failure> changed;
  tl::expected<load_result, failure> searched;
  auto result = [&] {
    const std::jthread changing{[&] {
      changed = run_load(open_loop(port_, change_connections, options_.changes_per_s, lasting + overlap), *changes_);
    }};
    const std::jthread searching{[&] {
      searched = run_load(open_loop(port_, search_connections, options_.searches_per_s, lasting + overlap), *searches_);
    }};
    return main();
  }();
  const auto seen = (*crowd)->leave();
  static_cast<void>(changes_->take_changes());
  if (!changed || !searched) {
    return tl::unexpected{failure{"side load: " + (changed ? searched.error().what : changed.error().what)}};
  }
  change_latency_.add(changed->success_latency);
  search_latency_.add(searched->success_latency);
  changed_ += changed->successes;
  searched_ += searched->successes;
  failures_ += changed->failures + changed->rejections + searched->failures;
  frames_ += seen.frames;
  gaps_ += seen.gaps;
  resets_ += seen.resets;
  closed_ += seen.closed;
  return result;
}

auto side_load::facts() const -> report_json {
  return {{"viewers", options_.viewers},
          {"changes", changed_},
          {"searches", searched_},
          {"frames to viewers", frames_},
          {"viewers reset", resets_},
          {"latency_us of a change", latency_json(change_latency_)},
          {"latency_us of a search", latency_json(search_latency_)}};
}

auto side_load::trouble() const -> std::string {
  if (failures_ > 0) {
    const auto& first = changes_->first_failure().empty() ? searches_->first_failure() : changes_->first_failure();
    return std::to_string(failures_) + " requests of the side load failed; the first: " + first;
  }
  if (gaps_ > 0 || closed_ > 0 || frames_ == 0) {
    return "of the side load's viewers " + std::to_string(gaps_) + " missed a frame and " + std::to_string(closed_) +
           " were closed; " + std::to_string(frames_) + " frames came";
  }
  return {};
}

} // namespace holdfast::tools::bench
