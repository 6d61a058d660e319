#pragma once

#include "payments/gateway.hpp"
#include "payments/scoring.hpp"
#include "tools/server_config.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <vector>

namespace holdfast::tools {

/// Who is asked about payments, and what proves who speaks for them.
struct payment_services {
  std::unique_ptr<payments::gateway> gateway;    ///< null: nothing is paid by card
  std::unique_ptr<payments::scorer> scorer;      ///< null: nobody scores payments
  std::vector<std::string> notification_secrets; ///< of the gateway's notifications
};

/// What the configuration names. A server that only shows asks nobody. Failure: for people.
[[nodiscard]] auto open_payment_services(const server_config& config, bool sells)
    -> tl::expected<payment_services, std::string>;

} // namespace holdfast::tools
