#pragma once

#include "payments/gateway.hpp"

#include <chrono>
#include <optional>
#include <string>

/// What Stripe's answers mean. Strict: what is not certainly an answer of its interface is `unknown`, never a success and never a decline.
namespace holdfast::payments::stripe {

/// An answer as it came over HTTP.
struct http_answer {
  long status = 0;
  std::string body;
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<bool> should_retry; ///< Stripe's own word on it
  bool replayed = false;            ///< kept from an earlier request with the same key
};

/// Whom the answer must be about.
struct asked_for {
  std::string id;               ///< of the payment or refund; empty: not known before
  bool may_be_declined = false; ///< an authorisation: a card's error is a decline
};

/// `refused` comes from 429 alone, and means that this request did nothing.
[[nodiscard]] auto read_payment(const http_answer& answer, const asked_for& what) -> payment_outcome;
[[nodiscard]] auto read_refund(const http_answer& answer, const asked_for& what) -> refund_outcome;
[[nodiscard]] auto read_payments(const http_answer& answer, const asked_for& what) -> payments_outcome;
[[nodiscard]] auto read_refunds(const http_answer& answer, const asked_for& what) -> refunds_outcome;

} // namespace holdfast::payments::stripe
