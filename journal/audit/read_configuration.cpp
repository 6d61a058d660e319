#include "journal/audit/facts_parts.hpp"
#include "journal/audit/message.hpp"

#include <algorithm>
#include <string>

namespace holdfast::journal::audit {
namespace {

using shape = message::shape;

/// Texts that have no rule but their shape.
auto has_catalogue_shape(const message& config) -> bool {
  const auto all = [&](std::uint32_t number, auto is_one) {
    const auto texts = config.texts(number);
    return std::all_of(texts.begin(), texts.end(), is_one);
  };
  const auto performer = [](std::string_view bytes) {
    return message{bytes}.is({{1, shape::bytes}, {2, shape::bytes}});
  };
  const auto image = [](std::string_view bytes) {
    return message{bytes}.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::bytes}});
  };
  return all(16, performer) && all(17, image) && !(config.has(19) && config.has(20));
}

auto zigzag(std::uint64_t value) -> std::int64_t {
  return static_cast<std::int64_t>((value >> 1U) ^ (0 - (value & 1U)));
}

/// Presales have a shape, price rules are read; false when one has another shape.
auto read_plan(const message& config, configuration& to) -> bool {
  constexpr std::size_t hash_bytes = 32;
  for (const auto bytes : config.texts(21)) {
    const message phase{bytes};
    if (!phase.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::varint}, {4, shape::varint}, {5, shape::bytes}}) ||
        phase.text(5).size() != hash_bytes)
      return false;
    to.phases.push_back({std::string{phase.text(1)}, signed_of(phase.value(3)),
                         phase.has(4) ? std::optional{signed_of(phase.value(4))} : std::nullopt,
                         std::string{phase.text(5)}});
  }
  for (const auto bytes : config.texts(22)) {
    const message rule{bytes};
    if (!rule.is({{1, shape::bytes},
                  {2, shape::bytes},
                  {3, shape::varint},
                  {4, shape::varint},
                  {5, shape::varint},
                  {6, shape::varint},
                  {7, shape::varint},
                  {8, shape::varint},
                  {9, shape::varint}}))
      return false;
    const auto maybe = [&rule](unsigned field) {
      return rule.has(field) ? std::optional{signed_of(rule.value(field))} : std::nullopt;
    };
    to.price_rules.push_back({std::string{rule.text(1)}, std::string{rule.text(2)}, maybe(3), rule.value(4), maybe(5),
                              zigzag(rule.value(6)), signed_of(rule.value(7)), signed_of(rule.value(8)), maybe(9)});
  }
  return true;
}

} // namespace

auto read_tax(const message& from, std::uint32_t number, std::optional<tax>& to) -> bool {
  if (!from.has(number))
    return true;
  const message its{from.text(number)};
  to = tax{std::string{its.text(1)}, its.value(2), its.value(3)};
  return its.is({{1, shape::bytes}, {2, shape::varint}, {3, shape::varint}});
}

auto read_configuration(std::string_view bytes) -> std::optional<configuration> {
  const message config{bytes};
  if (!config.is(
          {{1, shape::bytes},   {2, shape::bytes},   {3, shape::bytes},   {4, shape::bytes},   {5, shape::bytes},
           {6, shape::varint},  {7, shape::bytes},   {8, shape::bytes},   {9, shape::varint},  {10, shape::varint},
           {11, shape::varint}, {12, shape::varint}, {13, shape::varint}, {14, shape::varint}, {15, shape::varint},
           {16, shape::bytes},  {17, shape::bytes},  {18, shape::bytes},  {19, shape::varint}, {20, shape::varint},
           {21, shape::bytes},  {22, shape::bytes},  {23, shape::varint}, {26, shape::varint}, {27, shape::varint},
           {28, shape::bytes},  {29, shape::varint}, {30, shape::varint}, {31, shape::bytes},  {32, shape::varint}}) ||
      !has_catalogue_shape(config))
    return std::nullopt;
  configuration to;
  to.name = config.text(1);
  to.venue = config.text(5);
  to.currency = config.text(7);
  for (const auto tier_bytes : config.texts(8)) {
    const message tier{tier_bytes};
    if (!tier.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::varint}, {4, shape::varint}}))
      return std::nullopt;
    to.tiers.push_back(
        {std::string{tier.text(1)}, std::string{tier.text(2)}, signed_of(tier.value(3)), signed_of(tier.value(4))});
  }
  if (config.has(9))
    to.sale_opens_at = signed_of(config.value(9));
  if (config.has(10))
    to.sale_closes_at = signed_of(config.value(10));
  if (config.has(23))
    to.refunds_until = signed_of(config.value(23));
  to.hold_time_ms = signed_of(config.value(11));
  to.hold_extension_ms = signed_of(config.value(12));
  to.hold_cap_ms = signed_of(config.value(13));
  to.max_per_order = config.value(14);
  to.max_per_buyer = config.value(15);
  to.max_per_card = config.value(26);
  to.starts_at = signed_of(config.value(6));
  to.resale_max_percent = config.value(27);
  to.risk_on_failure = config.value(29);
  to.returns_to_allocation = config.value(30);
  to.waitlist_offer_ms = signed_of(config.value(32));
  for (const auto rule_bytes : config.texts(28)) {
    const message rule{rule_bytes};
    if (!rule.is({{1, shape::varint}, {2, shape::varint}, {3, shape::varint}}))
      return std::nullopt;
    to.velocity.push_back({rule.value(1), rule.value(2), rule.value(3)});
  }
  if (!read_tax(config, 31, to.tax) || !read_plan(config, to))
    return std::nullopt;
  return to;
}

} // namespace holdfast::journal::audit
