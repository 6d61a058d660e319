#include "domain/config_check.hpp"
#include "domain/decide_parts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace holdfast::domain {
namespace {

auto version_mismatch(const event_data& data, const std::optional<std::uint64_t>& expected) -> bool {
  return expected && *expected != data.version;
}

auto other_version(const event_data& data) -> tl::unexpected<rejection> {
  rejection no;
  no.why = reason::version_mismatch;
  no.current = data.version;
  return tl::unexpected{std::move(no)};
}

/// Faults of a configuration together with the layout that it prices.
auto faults_of(const event_config& config, const layout* seats) -> std::vector<config_fault> {
  auto faults = config_faults(config);
  if (seats == nullptr) {
    faults.push_back({"/layout", "a layout is needed"});
  } else {
    append_tier_faults(config, *seats, faults);
  }
  return faults;
}

/// Whether an amendment touches what buyers of a published event rely on.
auto touches_frozen(const event_config& before, const event_config& after) -> bool {
  const bool tiers_remain = std::ranges::all_of(before.tiers, [&](const price_tier& tier) {
    return std::ranges::find(after.tiers, tier.id, &price_tier::id) != after.tiers.end();
  });
  return after.venue != before.venue || after.currency != before.currency || !tiers_remain;
}

/// A step of an event's life that needs one status.
template <class Body, class What>
auto step(const question& ask, const What& what, bool possible, Body body) -> decision {
  if (version_mismatch(ask.data, what.expected_version)) {
    return other_version(ask.data);
  }
  if (!possible) {
    return rejected(reason::wrong_status);
  }
  return decided(ask, std::move(body));
}

} // namespace

auto decide_create(const question& ask, const create_event& what) -> decision {
  if (ask.data.status != event_status::absent) {
    return rejected(reason::already_exists);
  }
  auto faults = faults_of(what.config, what.seats.get());
  if (!what.event || !what.organisation) {
    faults.push_back({"", "an event has an id and an organisation"});
  }
  if (!faults.empty()) {
    return invalid(std::move(faults));
  }
  return decided(ask, event_created{what.event, what.organisation, what.config, what.seats});
}

auto decide_life(const question& ask, const amend_event& what) -> decision {
  const auto& data = ask.data;
  auto config = amended(data.config, what.changes);
  auto faults = faults_of(config, data.seats.get());
  if (data.status == event_status::draft && config.venue.id != data.config.venue.id) {
    faults.push_back({"/venue_id", "an event stays at its venue, whose layout it has; create another event there"});
  }
  if (!faults.empty()) {
    return invalid(std::move(faults));
  }
  if (version_mismatch(data, what.expected_version)) {
    return other_version(data);
  }
  if (data.status != event_status::draft && touches_frozen(data.config, config)) {
    return rejected(reason::layout_frozen);
  }
  if (data.status > event_status::paused) {
    return rejected(reason::wrong_status);
  }
  if (config == data.config) {
    return facts{};
  }
  return decided(ask, event_amended{std::move(config)});
}

auto decide_life(const question& ask, const replace_layout& what) -> decision {
  const auto& data = ask.data;
  if (auto faults = faults_of(data.config, what.seats.get()); !faults.empty()) {
    return invalid(std::move(faults));
  }
  if (version_mismatch(data, what.expected_version)) {
    return other_version(data);
  }
  if (data.status != event_status::draft || !data.allocations.empty()) {
    return rejected(reason::layout_frozen);
  }
  return decided(ask, layout_replaced{what.seats});
}

auto decide_life(const question& ask, const publish_event& what) -> decision {
  return step(ask, what, ask.data.status == event_status::draft, event_published{});
}

auto decide_life(const question& ask, const pause_event& what) -> decision {
  return step(ask, what, ask.data.status == event_status::published, event_paused{});
}

auto decide_life(const question& ask, const resume_event& what) -> decision {
  return step(ask, what, ask.data.status == event_status::paused, event_resumed{});
}

auto decide_life(const question& ask, const close_event& what) -> decision {
  const auto status = ask.data.status;
  return step(ask, what, status == event_status::published || status == event_status::paused, event_closed{});
}

auto decide_life(const question& ask, const cancel_event& what) -> decision {
  return step(ask, what, ask.data.status != event_status::cancelled, event_cancelled{});
}

} // namespace holdfast::domain
