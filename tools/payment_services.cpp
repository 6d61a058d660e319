#include "tools/payment_services.hpp"

#include "notifications/encoding.hpp"
#include "notifications/webhook_signature.hpp"
#include "payments/scoring_client.hpp"
#include "payments/stripe/client.hpp"
#include "payments/stripe/options.hpp"

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

namespace holdfast::tools {

namespace {

/// A scorer whose questions are signed as Standard Webhooks with the secret in `secret_file`: one line, "whsec_" and base64, its owner's only.
auto make_scoring_hook(payments::scoring_options options, const std::string& secret_file)
    -> tl::expected<std::unique_ptr<payments::scorer>, std::string> {
  constexpr std::string_view prefix = "whsec_";
  constexpr std::size_t secret_bytes_min = 16;
  const auto line = payments::stripe::read_api_key(secret_file);
  if (!line) {
    return tl::unexpected{line.error()};
  }
  auto secret = line->starts_with(prefix) ? notifications::from_base64(std::string_view{*line}.substr(prefix.size()))
                                          : std::nullopt;
  if (!secret || secret->size() < secret_bytes_min) {
    return tl::unexpected{secret_file + " must hold whsec_ and at least 16 bytes in base64"};
  }
  options.sign = [secret = *std::move(secret)](std::string_view id, std::int64_t now_s, std::string_view body) {
    return notifications::webhook_headers(secret, id, now_s, body);
  };
  return payments::make_scoring_client(options);
}

} // namespace

auto open_payment_services(const server_config& config, bool sells) -> tl::expected<payment_services, std::string> {
  payment_services made;
  if (!config.gateway.key_file.empty() && sells) {
    auto client = payments::stripe::make_client(config.gateway);
    if (!client) {
      return tl::unexpected{"payments: " + client.error()};
    }
    made.gateway = *std::move(client);
    spdlog::info("cards are taken through {}", config.gateway.url);
  }
  if (!config.scoring.url.empty() && sells) {
    auto hook = make_scoring_hook(config.scoring, config.scoring_secret_file);
    if (!hook) {
      return tl::unexpected{"scoring: " + hook.error()};
    }
    made.scorer = *std::move(hook);
  }
  if (!config.notification_secret_file.empty()) {
    auto secrets = payments::stripe::read_webhook_secrets(config.notification_secret_file);
    if (!secrets) {
      return tl::unexpected{"payments: " + secrets.error()};
    }
    made.notification_secrets = *std::move(secrets);
  }
  return made;
}

} // namespace holdfast::tools
