#include "projections/inventory_bodies.hpp"

/// What is declared of a sale beforehand, as people see it.
namespace holdfast::projections {

namespace {

void write_optional_time(json_writer& out, std::string_view name, const std::optional<domain::instant>& at) {
  out.key(name);
  if (at)
    out.time(at->unix_ms);
  else
    out.null();
}

} // namespace

void write_sale_plan(json_writer& out, const domain::event_config& config) {
  write_optional_time(out, "opens_at", config.sale_opens_at);
  write_optional_time(out, "closes_at", config.sale_closes_at);
  out.key("phases").begin_array();
  for (const auto& one : config.phases) {
    out.begin_object().member("id", std::string_view{one.id});
    if (!one.name.empty())
      out.member("name", std::string_view{one.name});
    out.key("opens_at").time(one.opens_at.unix_ms);
    write_optional_time(out, "closes_at", one.closes_at);
    out.member("access", "code").end_object();
  }
  out.end_array();
}

void write_velocity(json_writer& out, const domain::event_config& config) {
  if (config.velocity.empty())
    return;
  out.key("velocity").begin_array();
  for (const auto& rule : config.velocity)
    out.begin_object()
        .member("per", rule.per == domain::velocity_rule::whose::card ? "card" : "buyer")
        .member("places", rule.places)
        .member("seconds", rule.seconds)
        .end_object();
  out.end_array();
}

void write_tax(json_writer& out, const domain::event_config& config) {
  if (!config.tax)
    return;
  out.key("tax").begin_object();
  write_rate(out, config.tax->name, config.tax->rate);
  out.end_object();
}

void write_waitlist_terms(json_writer& out, const domain::event_config& config) {
  if (config.waitlist_offer != domain::millis{})
    out.key("waitlist").begin_object().member("offer_seconds", config.waitlist_offer.count / 1000).end_object();
}

void write_rate(json_writer& out, std::string_view name, const domain::tax_rate& rate) {
  out.member("name", name)
      .member("basis_points", rate.basis_points)
      .member("mode", rate.mode == domain::tax_mode::exclusive ? "exclusive" : "inclusive");
}

void write_price_rules(json_writer& out, const domain::event_config& config) {
  out.key("price_rules").begin_array();
  for (const auto& one : config.price_rules) {
    out.begin_object().member("id", std::string_view{one.id}).member("tier", std::string_view{one.tier});
    write_optional_time(out, "at", one.at);
    if (one.sold_percent != 0)
      out.member("sold_percent", one.sold_percent);
    if (one.price)
      out.member("price", *one.price);
    if (one.change_percent != 0)
      out.member("change_percent", one.change_percent);
    out.member("floor", one.floor).member("cap", one.cap);
    write_optional_time(out, "applied_at", one.applied_at);
    out.end_object();
  }
  out.end_array();
}

} // namespace holdfast::projections
