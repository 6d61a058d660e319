#include "tools/notification_config.hpp"

#include "people/contact.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace holdfast::tools {

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t month_ms = 31 * 24 * hour_ms;

void read_ms(config_reader& in, std::string_view key, std::int64_t min, std::int64_t max,
             std::chrono::milliseconds& to) {
  auto value = static_cast<std::int64_t>(to.count());
  in.integer(key, min, max, value);
  to = std::chrono::milliseconds{value};
}

void read_retry(config_reader& in, notifications::retry_rule& to) {
  read_ms(in, "retry_first_ms", 1, hour_ms, to.first);
  read_ms(in, "retry_longest_ms", 1, 24 * hour_ms, to.longest);
  read_ms(in, "give_up_after_ms", 0, month_ms, to.give_up);
}

/// An absolute link into which an order's id and its token go.
auto is_link_pattern(std::string_view text) -> bool {
  const bool absolute = text.starts_with("https://") || text.starts_with("http://");
  return absolute && text.find("{access}") != std::string_view::npos &&
         text.find_first_of(" \r\n\t<>\"") == std::string_view::npos;
}

} // namespace

void read_mail(config_reader& outer, server_config& to) {
  config_reader in{outer.object("mail"), outer.place_of("mail"), outer.faults()};
  auto& mail = to.notifications.mail;
  in.text("url", mail.route.url);
  in.flag("starttls", mail.route.starttls);
  in.text("user", mail.route.user);
  in.text("password_file", to.mail_password_file);
  in.text("authority_file", mail.route.authority_file);
  in.text("from", mail.from);
  in.text("from_name", mail.from_name);
  in.text("order_link", to.order_links.pattern);
  auto hours = static_cast<std::int64_t>(to.order_links.good_for.count());
  in.integer("order_link_hours", 1, 24 * 366, hours);
  to.order_links.good_for = std::chrono::hours{hours};
  in.number_of("connections_max", 1, 64, mail.connections_max);
  read_ms(in, "connect_timeout_ms", 1, 60'000, mail.within.connect);
  read_ms(in, "send_timeout_ms", 1, 600'000, mail.within.total);
  read_retry(in, mail.retry);
  const auto fault = [&](std::string_view key, const char* message) {
    outer.faults().push_back(in.place_of(key) + message);
  };
  if (!to.order_links.pattern.empty() && !is_link_pattern(to.order_links.pattern)) {
    fault(
        "order_link",
        " must be a URL with {access} in it, such as https://tickets.example/v1/orders/{order}/by-link?access={access}");
  }
  if (mail.route.url.empty()) {
    return;
  }
  if (!mail.route.url.starts_with("smtp://") && !mail.route.url.starts_with("smtps://")) {
    fault("url", " must be smtp://HOST:PORT or smtps://HOST:PORT");
  }
  if (!people::is_email(mail.from)) {
    fault("from", " must be an e-mail address such as tickets@example.org");
  }
  if (mail.route.user.empty() != to.mail_password_file.empty()) {
    fault("user", " and password_file go together");
  }
}

void read_webhooks(config_reader& outer, notifications::webhook_settings& to) {
  config_reader in{outer.object("webhooks"), outer.place_of("webhooks"), outer.faults()};
  in.flag("own_network_allowed", to.anywhere);
  in.number_of("under_way_max", 1, 1'000, to.under_way_max);
  in.number_of("under_way_per_endpoint_max", 1, 100, to.under_way_per_endpoint_max);
  in.number_of("endpoints_per_organisation_max", 1, 1'000, to.endpoints_per_organisation_max);
  in.number_of("deliveries_kept", 1, 10'000'000, to.deliveries_kept);
  read_ms(in, "connect_timeout_ms", 1, 60'000, to.within.connect);
  read_ms(in, "answer_timeout_ms", 1, 120'000, to.within.total);
  read_retry(in, to.retry);
}

} // namespace holdfast::tools
