#pragma once

#include "notifications/retry.hpp"
#include "notifications/transfers.hpp"

#include <cstddef>
#include <string>

namespace holdfast::notifications {

/// Mail to buyers. Without a url none is sent.
struct mail_settings {
  mail_route route;
  std::string from;      ///< an address
  std::string from_name; ///< empty: none
  retry_rule retry;
  transfers::limits within{std::chrono::milliseconds{10'000}, std::chrono::milliseconds{60'000}, 64 * 1024};
  std::size_t connections_max = 4;
};

/// Webhooks to organisers.
struct webhook_settings {
  bool anywhere = false; ///< also http, and addresses of the own network: for tests and closed networks
  retry_rule retry;
  transfers::limits within{std::chrono::milliseconds{5'000}, std::chrono::milliseconds{15'000}, 64 * 1024};
  std::size_t under_way_max = 32;
  std::size_t under_way_per_endpoint_max = 4;
  std::size_t endpoints_per_organisation_max = 20;
  std::uint64_t deliveries_kept = 10'000; ///< of one endpoint and event, beyond those that are still to be made
};

struct settings {
  mail_settings mail;
  webhook_settings webhooks;
};

} // namespace holdfast::notifications
