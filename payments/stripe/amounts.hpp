#pragma once

#include "domain/money.hpp"

#include <optional>

/// Stripe counts most currencies in the minor unit of ISO 4217, but not all: ISK and UGX have no minor unit, yet are sent in hundredths
/// that must be zero; MGA is sent without one; and in currencies of three decimals the last digit must be zero.
namespace holdfast::payments::stripe {

/// Our minor units as Stripe counts them; nothing when Stripe cannot express the amount, or the currency is none. Thread-safe.
[[nodiscard]] auto to_stripe(domain::minor_units amount, const domain::currency_code& currency)
    -> std::optional<domain::minor_units>;

/// And back; nothing when ours cannot express it.
[[nodiscard]] auto from_stripe(domain::minor_units amount, const domain::currency_code& currency)
    -> std::optional<domain::minor_units>;

} // namespace holdfast::payments::stripe
