#include "http/waitlist_fact_json.hpp"

#include "domain/public_id.hpp"

#include <string>
#include <string_view>

namespace holdfast::http {

namespace {

void write_tiers_wanted(json_writer& out, const domain::waitlist_choice& what, const domain::layout* seats) {
  out.key("tiers").begin_array();
  for (const auto tier : what.tiers) {
    if (seats != nullptr && tier < seats->tier_ids().size()) {
      out.value(std::string_view{seats->tier_ids()[tier]});
    } else {
      out.value(std::uint64_t{tier});
    }
  }
  out.end_array();
}

void write_areas_wanted(json_writer& out, const domain::waitlist_choice& what, const domain::layout* seats) {
  out.key("areas").begin_array();
  for (const auto& [area, quantity] : what.areas) {
    out.begin_object();
    if (seats != nullptr && area < seats->area_count()) {
      out.member("area", std::string_view{seats->spec().areas[area].name});
    } else {
      out.member("area_index", area);
    }
    out.member("quantity", quantity).end_object();
  }
  out.end_array();
}

void write_choice_wanted(json_writer& out, const domain::waitlist_choice& what, const domain::layout* seats) {
  out.begin_object();
  if (what.groups.empty()) {
    write_areas_wanted(out, what, seats);
  } else {
    out.key("seats").begin_array();
    for (const auto group : what.groups) {
      out.value(std::uint64_t{group});
    }
    out.end_array();
    write_tiers_wanted(out, what, seats);
    out.member("accessible", what.accessible);
  }
  out.member("max_each", what.each_max).end_object();
}

} // namespace

void write_waitlist_joined(json_writer& out, const domain::waitlist_joined& fact, const domain::layout* seats) {
  std::string who;
  domain::public_ids::append(who, fact.who);
  out.member("waitlist", fact.order.value()).member("buyer", std::string_view{who}).member("rank", fact.rank);
  out.key("choices").begin_array();
  for (const auto& one : fact.choices) {
    write_choice_wanted(out, one, seats);
  }
  out.end_array();
}

} // namespace holdfast::http
