#pragma once

#include "projections/bookings_projection.hpp"
#include "projections/feed.hpp"
#include "projections/inventory_projection.hpp"
#include "projections/layout_store.hpp"
#include "projections/past/past_views.hpp"
#include "projections/prewarmer.hpp"
#include "projections/projection_runner.hpp"
#include "projections/report/report_projection.hpp"
#include "projections/search/search_settings.hpp"

namespace holdfast::projections {

/// Every bound of the viewing plane; the defaults fit two cores and some GiB.
struct view_settings {
  feed::bounds ring;
  projection_runner::bounds runner;
  layout_store::bounds layouts;
  inventory_projection::bounds inventory;
  bookings_projection::bounds bookings;
  search_settings search;
  report_projection::bounds report;
  prewarmer::bounds prewarm;
  past_views::bounds past;
};

} // namespace holdfast::projections
