#pragma once

#include "payments/gateway.hpp"
#include "payments/stripe/options.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace holdfast::payments::stripe {

/// A gateway that is Stripe, or what speaks as Stripe does. One thread makes all requests and gives all answers. It ends with the object, which waits for the
/// answer that is just being given and for no request.
///
/// What it repeats by itself, always with the same key and the same bytes, up to `attempts_max` and within `call_deadline`: requests that no
/// connection took, that the gateway was too busy for (429), that got lost, and that a 5xx answered which the gateway does not say it has kept. What is left over
/// after that is `refused` when no attempt can have taken effect, and `unknown` otherwise. Failure: the options, for people.
[[nodiscard]] auto make_client(const client_options& options) -> tl::expected<std::unique_ptr<gateway>, std::string>;

} // namespace holdfast::payments::stripe
