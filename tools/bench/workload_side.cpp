#include "tools/bench/hot_event.hpp"
#include "tools/bench/side_load.hpp"
#include "tools/bench/viewer_crowd.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>

namespace holdfast::tools::bench {

namespace {

constexpr std::size_t viewers_beside = 1'000;
constexpr std::uint32_t quick_searched = 200;
constexpr std::string_view beside = ", side load";

} // namespace

auto run_hot_event_beside(bench_context& context) -> tl::expected<report_json, failure> {
  const auto viewers = std::min<std::size_t>(viewers_beside, context.settings.viewers);
  if (const auto allowed = allow_descriptors(2 * viewers + context.settings.connections + 1'000); !allowed) {
    return tl::unexpected{allowed.error()};
  }
  auto stage = hot_stage::set_up(context, {peer_kind::echo});
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  side_options options{.viewers = viewers, .seats = context.settings.seats, .seed = context.settings.seed};
  options.searched = context.settings.quick ? quick_searched : options.searched;
  const auto side = side_load::set_up(stage->server(), stage->venue(), options);
  if (!side) {
    return tl::unexpected{side.error()};
  }
  const auto runs = alone_and_beside(context.settings, stage->subjects(), beside,
                                     [&](auto lasting, const auto& main) { return (*side)->during(lasting, main); });
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  auto out = workload_json("P1s", "Hot event with viewers and searches on the same server", *runs);
  const auto ours = std::string{"holdfast"}.append(beside);
  const auto alone = ratio_of(*runs, "holdfast", "echo");
  const auto loaded = ratio_of(*runs, ours, std::string{"echo"}.append(beside));
  out["ratios"]["echo"] = alone;
  out["ratios"]["echo, both with the side load"] = loaded;
  out["facts"]["side load"] = (*side)->facts();
  out["targets"].push_back(target_json("ratio to echo with the side load over the ratio without",
                                       alone > 0 ? loaded / alone : 0, ">=", 0.95));
  out["charts"].push_back(chart_json(rate_chart("p1s-rate", "P1 with viewers and searches on the same server", *runs)));
  std::fputs(table_of(*runs).c_str(), stdout);
  if (const auto trouble = check_failures(*runs, stage->first_failure())) {
    out["trouble"] = *trouble;
  } else if (const auto of_side = (*side)->trouble(); !of_side.empty()) {
    out["trouble"] = of_side;
  }
  return out;
}

} // namespace holdfast::tools::bench
