#include "http/waitlist_json.hpp"

#include "domain/limits.hpp"
#include "http/booking_json.hpp"
#include "http/wish_parts.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

namespace {

namespace limits = domain::limits;
using projections::waitlist_status;

auto read_choice(const json_object& from) -> domain::hold_wish::choice {
  domain::hold_wish::choice made;
  const auto groups = from.optional_array("seats", 1, limits::waitlist_groups_max);
  if (groups) {
    for (const auto group : *groups) {
      made.groups.push_back(group.integer<std::uint32_t>(1, limits::best_available_quantity_max));
    }
  }
  made.tiers = read_names(from, "tiers", limits::tier_id_bytes_max);
  made.accessible =
      from.optional_integer<std::uint32_t>("accessible", 0, limits::best_available_quantity_max).value_or(0);
  const auto areas = read_wished_areas(from);
  made.areas = areas.value_or(std::vector<domain::hold_wish::area>{});
  made.each_max = from.integer<std::int64_t>("max_each", 0, limits::price_max);
  if (groups.has_value() == areas.has_value()) {
    from.fault({}, "either seats or areas is needed");
  } else if (areas && (!made.tiers.empty() || made.accessible != 0)) {
    from.fault("areas", "tiers and accessible are said of seats");
  } else if (groups && !made.groups.empty() && made.accessible > made.groups.front()) {
    from.fault("accessible", "more accessible seats than seats in the first group");
  }
  return made;
}

auto status_text(waitlist_status is) noexcept -> std::string_view {
  switch (is) {
  case waitlist_status::waiting: return "waiting";
  case waitlist_status::offered: return "offered";
  case waitlist_status::bought: return "bought";
  case waitlist_status::lapsed: return "lapsed";
  case waitlist_status::left: return "left";
  case waitlist_status::over: return "over";
  }
  return "unknown";
}

void write_choices(json_writer& out, std::span<const domain::waitlist_choice> choices, const domain::layout& seats) {
  out.key("choices").begin_array();
  for (const auto& choice : choices) {
    out.begin_object();
    if (choice.areas.empty()) {
      out.key("seats").begin_array();
      for (const auto group : choice.groups) {
        out.value(group);
      }
      out.end_array().key("tiers").begin_array();
      for (const auto tier : choice.tiers) {
        out.value(std::string_view{seats.tier_ids()[tier]});
      }
      out.end_array().member("accessible", choice.accessible);
    } else {
      out.key("areas").begin_array();
      for (const auto& area : choice.areas) {
        out.begin_object()
            .member("area", std::string_view{seats.spec().areas[area.area].name})
            .member("quantity", area.quantity)
            .end_object();
      }
      out.end_array();
    }
    out.member("max_each", choice.each_max).end_object();
  }
  out.end_array();
}

void begin_order(json_writer& out, domain::event_id event, domain::waitlist_number number, waitlist_status is,
                 domain::instant joined_at) {
  std::string id;
  domain::public_ids::append(id, event);
  out.begin_object()
      .member("waitlist_id", std::string_view{waitlist_id(number)})
      .member("event_id", std::string_view{id})
      .member("status", status_text(is));
  out.key("joined_at").time(joined_at.unix_ms);
}

/// How many that wait come before an order, where it is known without counting.
auto ahead_of(const domain::event_state& in, const domain::waitlist_order& order) -> std::optional<std::size_t> {
  const auto all = in.waitlist();
  const auto at = std::ranges::lower_bound(all, std::pair{order.rank, order.number}, {}, [](const auto& each) {
    return std::pair{each.rank, each.number};
  });
  const auto before = static_cast<std::size_t>(at - all.begin());
  const auto offered = all.size() - in.waiting();
  if (before + 1 == all.size()) {
    return before - offered;
  }
  return offered == 0 ? std::optional{before} : std::nullopt;
}

void write_demand(json_writer& out, const projections::waitlist_demand& what) {
  out.member("orders", what.orders).member("places", what.places);
}

} // namespace

auto read_choices(const json_object& body) -> domain::hold_wish {
  domain::hold_wish wish;
  for (const auto item : body.array("choices", 1, limits::waitlist_choices_max)) {
    wish.choices.push_back(read_choice(item.object()));
  }
  return wish;
}

void write_waiting(json_writer& out, const domain::event_state& after, const domain::waitlist_order& order) {
  const bool waits = order.offered == 0;
  begin_order(out, after.id(), order.number, waits ? waitlist_status::waiting : waitlist_status::offered,
              order.joined_at);
  if (const auto ahead = waits ? ahead_of(after, order) : std::nullopt) {
    out.member("ahead", *ahead);
  }
  write_choices(out, order.choices, *after.seats());
  out.member("currency", after.config().currency.text()).member("seq", after.seq()).end_object();
}

void write_waiting(json_writer& out, const projections::waitlist_line& line, const domain::public_ids& ids,
                   domain::instant now, bool ends_holds) {
  const auto* offer = line.offer.get();
  const bool is_over = offer != nullptr && ends_holds && now >= offer->what.expires_at;
  const auto status = is_over ? waitlist_status::lapsed : line.status;
  begin_order(out, line.event, line.number, status, line.joined_at);
  if (status == waitlist_status::waiting) {
    out.member("ahead", line.ahead);
  }
  write_choices(out, line.choices, *line.seats);
  out.member("currency", line.currency.text());
  if (status == waitlist_status::offered && offer != nullptr) {
    out.key("offer");
    write_hold(out, offer->what,
               {.ids = ids,
                .seats = *line.seats,
                .event = line.event,
                .currency = line.currency,
                .seq = offer->seq,
                .waitlist = line.number},
               now);
  } else if (status == waitlist_status::bought) {
    std::string id;
    ids.append_order(id, line.event, line.hold);
    out.member("order_id", std::string_view{id});
  }
  out.member("seq", line.seq).end_object();
}

void write_summary(json_writer& out, domain::event_id event, const projections::waitlist_summary& what) {
  std::string id;
  domain::public_ids::append(id, event);
  out.begin_object()
      .member("event_id", std::string_view{id})
      .member("waiting", what.waiting)
      .member("offered", what.offered)
      .member("bought", what.bought)
      .member("lapsed", what.lapsed)
      .member("left", what.left)
      .member("over", what.over)
      .member("places_wanted", what.wanted.places);
  out.key("tiers").begin_array();
  for (std::size_t tier = 0; tier < what.by_tier.size(); ++tier) {
    out.begin_object().member("tier", std::string_view{what.seats->tier_ids()[tier]});
    write_demand(out, what.by_tier[tier]);
    out.end_object();
  }
  out.end_array().key("any_tier").begin_object();
  write_demand(out, what.any_tier);
  out.end_object().member("seq", what.seq).end_object();
}

} // namespace holdfast::http
