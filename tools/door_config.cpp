#include "tools/door_config.hpp"

#include "payments/stripe/options.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace holdfast::tools {

namespace {

constexpr std::int64_t door_seconds_max = 24LL * 3600;
constexpr std::int64_t million = 1'000'000;

void read_span(config_reader& in, std::string_view key, std::chrono::seconds& to) {
  auto value = static_cast<std::int64_t>(to.count());
  in.integer(key, 1, door_seconds_max, value);
  to = std::chrono::seconds{value};
}

void read_lane(config_reader& in, const std::string& name, http::rate_rule& to) {
  in.real(name + "_per_second", 0, 1e9, to.per_second);
  in.real(name + "_burst", 1, 1e9, to.burst);
}

void read_work(config_reader& outer, http::door::work_settings& to) {
  config_reader in{outer.object("work"), outer.place_of("work"), outer.faults()};
  read_span(in, "lifetime_seconds", to.lifetime);
  in.number_of("least", 1, 100 * million, to.least);
  in.number_of("most", 1, 100 * million, to.most);
  in.real("pressure_from_per_s", 0, 1e9, to.pressure_from_per_s);
  in.real("pressure_full_per_s", 0, 1e9, to.pressure_full_per_s);
  in.number_of("remembered_max", 1'000, 100 * million, to.remembered_max);
  if (to.least > to.most) {
    outer.faults().push_back(in.place_of("least") + " must not be above most");
  }
  if (to.pressure_from_per_s > to.pressure_full_per_s) {
    outer.faults().push_back(in.place_of("pressure_from_per_s") + " must not be above pressure_full_per_s");
  }
}

void read_signs(config_reader& outer, http::door::suspicion_settings& to) {
  config_reader in{outer.object("signs"), outer.place_of("signs"), outer.faults()};
  constexpr std::int64_t many = 10'000;
  constexpr std::int64_t points_most = 100;
  read_span(in, "window_seconds", to.window);
  in.text("addresses_file", to.addresses_file);
  in.text("agents_file", to.agents_file);
  read_span(in, "reload_every_seconds", to.reload_every);
  in.number_of("buyers_per_fingerprint", 1, many, to.buyers_per_fingerprint);
  in.number_of("buyers_per_address", 1, many, to.buyers_per_address);
  in.number_of("addresses_per_buyer", 1, many, to.addresses_per_buyer);
  in.number_of("counted_max", 1'000, 100 * million, to.counted_max);
  in.number_of("listed_address_points", 0, points_most, to.listed_address);
  in.number_of("listed_agent_points", 0, points_most, to.listed_agent);
  in.number_of("no_agent_points", 0, points_most, to.no_agent);
  in.number_of("odd_fingerprint_points", 0, points_most, to.odd_fingerprint);
  in.number_of("shared_fingerprint_points", 0, points_most, to.shared_fingerprint);
  in.number_of("crowded_address_points", 0, points_most, to.crowded_address);
  in.number_of("wandering_buyer_points", 0, points_most, to.wandering_buyer);
  in.number_of("verified_less_points", 0, points_most, to.verified_less);
}

void read_policy(config_reader& outer, http::door::policy_settings& to) {
  config_reader in{outer.object("policy"), outer.place_of("policy"), outer.faults()};
  in.number_of("challenge_from", 0, http::door::never, to.challenge_from);
  in.number_of("captcha_from", 0, http::door::never, to.captcha_from);
  in.number_of("to_the_end_from", 1, http::door::never, to.to_the_end_from);
  in.number_of("refuse_from", 1, http::door::never, to.refuse_from);
  in.real("sample_ratio", 0, 1, to.sample_ratio);
  read_span(in, "hold_back_seconds", to.hold_back);
}

void read_captcha_section(config_reader& outer, server_config& to) {
  config_reader in{outer.object("captcha"), outer.place_of("captcha"), outer.faults()};
  auto& by = to.captcha;
  std::string on_failure{to.door.on_captcha_failure == http::door::captcha_failure::open ? "open" : "closed"};
  auto timeout_ms = static_cast<std::int64_t>(by.timeout.count());
  in.text("url", by.url);
  in.text("site_key", to.door.captcha_site_key);
  in.text("secret_file", by.secret_file);
  in.text("authority_file", by.authority_file);
  in.integer("timeout_ms", 1, 30'000, timeout_ms);
  in.number_of("in_flight_max", 1, 10'000, by.in_flight_max);
  in.text("on_failure", on_failure);
  by.timeout = std::chrono::milliseconds{timeout_ms};
  if (on_failure != "open" && on_failure != "closed") {
    outer.faults().push_back(in.place_of("on_failure") + " must be open or closed");
  }
  to.door.on_captcha_failure =
      on_failure == "closed" ? http::door::captcha_failure::closed : http::door::captcha_failure::open;
  if (by.url.empty() != by.secret_file.empty() || by.url.empty() != to.door.captcha_site_key.empty()) {
    outer.faults().push_back(in.place_of("url") + ", site_key and secret_file go together");
  }
  if (by.url.empty()) {
    if (to.door.policy.captcha_from < http::door::never) {
      outer.faults().push_back(outer.place_of("policy.captcha_from") + " needs " + in.place_of("url"));
    }
    return;
  }
  if (const auto checked = payments::stripe::check_hook_url(by.url); !checked) {
    outer.faults().push_back(in.place_of("url") + " " + checked.error());
  }
}

} // namespace

void read_door(config_reader& outer, server_config& to) {
  config_reader in{outer.object("door"), outer.place_of("door"), outer.faults()};
  auto& door = to.door;
  read_lane(in, "address_join", door.address_join);
  read_lane(in, "buyer_join", door.buyer_join);
  in.number_of("buckets_max", 1'024, 16 * million, door.buckets_max);
  read_work(in, door.work);
  read_signs(in, door.signs);
  read_policy(in, door.policy);
  read_captcha_section(in, to);
}

auto open_door(const server_config& config, const server_secrets& secrets,
               std::unique_ptr<http::door::captcha_verifier>& captchas)
    -> tl::expected<std::shared_ptr<http::door::doorkeeper>, std::string> {
  if (!config.captcha.url.empty()) {
    auto made = make_captcha_client(config.captcha);
    if (!made) {
      return tl::unexpected{"door.captcha: " + made.error()};
    }
    captchas = *std::move(made);
  }
  auto opened = http::door::doorkeeper::open(
      config.door, {.tokens = secrets.tokens, .secret = secrets.request_key, .captchas = captchas.get()});
  if (!opened) {
    return tl::unexpected{"door: " + opened.error().what};
  }
  return std::shared_ptr<http::door::doorkeeper>{*std::move(opened)};
}

} // namespace holdfast::tools
