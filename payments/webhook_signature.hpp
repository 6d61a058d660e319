#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Notifications of the gateway. One that is signed is believed to come from the gateway, and nothing more: it is a hint that something changed, so the object is
/// fetched before anything is done.
namespace holdfast::payments {

/// How far the gateway's clock and ours may be apart, both ways.
inline constexpr std::chrono::seconds signature_tolerance{300};

enum class signature_fault : std::uint8_t {
  malformed, ///< no `t=`, no `v1=`, too long, or not such a header at all
  too_old,   ///< or too far in the future
  forged     ///< none of the signatures is right
};

[[nodiscard]] auto name_of(signature_fault fault) noexcept -> std::string_view;

/// Whether a `Stripe-Signature` header (`t=<seconds>,v1=<hex>`, any number of `v1`, other schemes ignored) is right for `raw_body`, byte for byte as
/// it came: a `v1` is the HMAC-SHA256 of `<t>.<raw_body>` under one of `secrets`. Several secrets are for the time of a rotation. The
/// comparison takes as long for any signature. `now_s`: seconds since 1970. Thread-safe.
[[nodiscard]] auto verify_signature(std::string_view header, std::string_view raw_body,
                                    std::span<const std::string> secrets, std::int64_t now_s)
    -> tl::expected<void, signature_fault>;

/// A header as the gateway sends it.
[[nodiscard]] auto sign(std::string_view raw_body, const std::string& secret, std::int64_t now_s) -> std::string;

/// What a notification says that counts: which object to look at. Everything else in it may be old.
struct webhook_event {
  std::string id;          ///< "evt_…": the same in every repetition
  std::string type;        ///< "payment_intent.succeeded" …
  std::string object_type; ///< "payment_intent", "refund", "charge" …
  std::string object_id;   ///< "pi_…"
  std::string payment_id;  ///< of the payment that the object is, or belongs to; may be empty
  std::int64_t created_s = 0;
  friend auto operator==(const webhook_event&, const webhook_event&) -> bool = default;
};

/// Reads the body of a notification whose signature is right; the failure is for the log and holds nothing of the body. Thread-safe.
[[nodiscard]] auto read_webhook_event(std::string_view raw_body) -> tl::expected<webhook_event, std::string>;

} // namespace holdfast::payments
