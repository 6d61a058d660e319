#pragma once

#include "domain/checkout/command.hpp"
#include "domain/checkout/state.hpp"
#include "domain/strong_id.hpp"
#include "payments/gateway.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <variant>

namespace holdfast::actors {

/// The gateway has not said what became of a step: it is to be asked again, and not as if for the first time.
struct gateway_unsure {
  std::chrono::milliseconds retry_after{0}; ///< 0: whoever asks decides
  bool maybe_asked = true;                  ///< false: it certainly was not asked this time
  std::string why;                          ///< for the log
};

using gateway_news = std::variant<domain::gateway_told, gateway_unsure>;

/// Does a payment's step at the gateway: prepare, authorise, capture or void_money. The idempotency key of each call is made of the event, the
/// payment and the step, all of which are durable by then, so that a step that is done twice takes effect once. `asked_before`: it may have been
/// asked this step already; then a refusal to send proves nothing. `done` is called once, on the gateway's thread.
void ask_gateway(payments::gateway& gateway, domain::event_id event, const domain::payment& of, domain::step what,
                 bool asked_before, std::function<void(gateway_news)> done);

} // namespace holdfast::actors
