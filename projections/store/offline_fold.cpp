#include "projections/store/offline_fold.hpp"

#include "projections/bookings_projection.hpp"
#include "projections/catalogue_projection.hpp"
#include "projections/layout_store.hpp"
#include "projections/metrics.hpp"
#include "projections/report/report_projection.hpp"
#include "projections/search/columns_projection.hpp"
#include "projections/store/checkpoint_lane.hpp"
#include "projections/store/offline_parts.hpp"

#include <memory>
#include <utility>

namespace holdfast::projections {

namespace {

using journal::failure;
using journal::failure_kind;

/// On the spot: nothing else runs.
auto at_once() -> post_function {
  return [](const std::function<void()>& job) { job(); };
}

auto no_time() -> clock_function {
  return [] { return domain::instant{}; };
}

/// The space that a server would go on from: see `kept_projection`. A failure when it is one that cannot be read.
auto space_of(std::string_view projection, std::uint32_t version, projection_store& in)
    -> tl::expected<std::string, failure> {
  const std::string first{projection};
  const std::string second = first + ".2";
  const auto at_first = in.open(first, version);
  if (at_first && *at_first != journal::cursor{})
    return first;
  const auto at_second = in.open(second, version);
  if (at_second && *at_second != journal::cursor{})
    return second;
  if (!at_first || !at_second)
    return tl::unexpected{at_first ? at_second.error() : at_first.error()};
  return first;
}

template <class Projection>
auto fold(const std::shared_ptr<Projection>& what, std::uint32_t version, journal::journal& from,
          projection_store* from_store, projection_store* keep_in, const fold_progress& progress)
    -> tl::expected<folded_projection, failure> {
  folded_projection result;
  auto* const store = from_store != nullptr ? from_store : keep_in;
  const std::string name{what->name()};
  if (keep_in != nullptr && keep_in != from_store) {
    if (auto wiped = keep_in->wipe(name); !wiped)
      return tl::unexpected{std::move(wiped.error())};
  }
  std::shared_ptr<checkpoint_lane> lane;
  if (store != nullptr) {
    const auto space =
        from_store != nullptr ? space_of(name, version, *store) : tl::expected<std::string, failure>{name};
    if (!space)
      return tl::unexpected{space.error()};
    lane = std::make_shared<checkpoint_lane>(*store, at_once(), *space, version);
    what->keep_in(lane);
    what->load();
    if (lane->failed())
      return tl::unexpected{failure{failure_kind::corrupt, name + ": what it kept cannot be read"}};
    row_sum taken;
    what->visit_rows([&](std::string_view key, std::string_view value) { taken.add(key, value); });
    result.from_store = taken.rows();
  }
  const auto commands = fold_to_end(*what, what, from, progress);
  if (!commands)
    return tl::unexpected{commands.error()};
  result.commands = *commands;
  row_sum sum;
  what->visit_rows([&](std::string_view key, std::string_view value) { sum.add(key, value); });
  result.rows = sum.rows();
  result.checksum = sum.text();
  if (keep_in != nullptr) {
    what->save();
    if (lane->failed())
      return tl::unexpected{failure{failure_kind::io, name + ": the checkpoint could not be written"}};
  }
  return result;
}

} // namespace

auto kept_projections() -> const std::vector<std::string_view>& {
  static const std::vector<std::string_view> names{"catalogue", "bookings", "search", "search_text", "report"};
  return names;
}

auto all_projections() -> const std::vector<std::string_view>& {
  static const std::vector<std::string_view> names{"inventory", "catalogue",   "bookings",
                                                   "search",    "search_text", "report"};
  return names;
}

auto fold_offline(std::string_view projection, journal::journal& from, projection_store* from_store,
                  projection_store* keep_in, const fold_progress& progress)
    -> tl::expected<folded_projection, failure> {
  const auto layouts = std::make_shared<layout_store>(from, no_time());
  if (projection == "catalogue")
    return fold(std::make_shared<catalogue_projection>(layouts), catalogue_state_version, from, from_store, keep_in,
                progress);
  if (projection == "bookings")
    return fold(std::make_shared<bookings_projection>(layouts, std::make_shared<view_metrics>(), at_once(), no_time()),
                bookings_state_version, from, from_store, keep_in, progress);
  if (projection == "report")
    return fold(std::make_shared<report_projection>(std::make_shared<view_metrics>(), at_once(), no_time()),
                report_state_version, from, from_store, keep_in, progress);
  if (projection == "search")
    return fold(std::make_shared<columns_projection>(std::make_shared<search_slots>(), search_settings{}, no_time()),
                columns_state_version, from, from_store, keep_in, progress);
  return tl::unexpected{failure{failure_kind::invalid, "there is no projection '" + std::string{projection} + "'"}};
}

} // namespace holdfast::projections
