#include "http/live/live_service.hpp"

#include <utility>

namespace holdfast::http {

namespace {

/// What a ticket gives back.
struct admission {
  admission(std::shared_ptr<live_service> in, connection_census& with, const client_address& who,
            std::shared_ptr<live_lane> on)
      : service{std::move(in)}, census{with}, address{who}, lane{std::move(on)} {
    lane->take_interest();
  }
  admission(const admission&) = delete;
  auto operator=(const admission&) -> admission& = delete;
  ~admission() {
    lane->lose_interest();
    census.leave(address, false);
  }

  const std::shared_ptr<live_service> service; ///< whose census it is
  connection_census& census;
  const client_address address;
  const std::shared_ptr<live_lane> lane;
};

} // namespace

live_service::live_service(projections::views& views, const live_options& limits)
    : views_{views},
      metrics_{std::make_shared<live_metrics>()},
      census_{limits.viewers_max, limits.viewers_per_address_max} {}

auto live_service::admit(const exchange& of) -> tl::expected<viewer_ticket, problem_kind> {
  switch (census_.enter(of.client(), false)) {
  case connection_census::verdict::admitted: break;
  case connection_census::verdict::too_many: return tl::unexpected{problem_kind::overloaded};
  case connection_census::verdict::too_many_of_address: return tl::unexpected{problem_kind::rate_limited};
  }
  return std::make_shared<admission>(shared_from_this(), census_, of.client(), lane_of(of));
}

auto live_service::lane_of(const exchange& of) -> std::shared_ptr<live_lane> {
  const std::scoped_lock lock{mutex_};
  auto& lane = lanes_[&of.lane()];
  if (!lane) {
    lane = std::make_shared<live_lane>(of.shared_lane(), metrics_);
    views_.listen(lane);
  }
  return lane;
}

} // namespace holdfast::http
