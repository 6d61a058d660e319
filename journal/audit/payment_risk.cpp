#include "journal/audit/payment_check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What is scored goes to the gateway only when it may, and a review is closed once.
namespace holdfast::journal::audit {
namespace {

enum verdict : std::uint64_t { allowed = 1, reviewed, denied };
constexpr std::uint64_t by_hook = 1;
constexpr std::uint64_t by_policy = 2;
constexpr std::uint64_t accepted = 1;
constexpr std::uint64_t to_be_refunded = 2;
constexpr std::uint64_t turn_declined = 2;
constexpr std::size_t reason_bytes_max = 200;
constexpr std::string_view denied_code = "risk_denied";

auto payment_text(std::uint64_t number) -> std::string {
  return "payment " + std::to_string(number);
}

} // namespace

void payment_check::on(const payment_scored& what) {
  auto* of = at_step(
      what.payment,
      [](const payment& its) { return its.step == stage::intended && its.risk_on_failure != 0 && its.verdict == 0; },
      "scored");
  if (of == nullptr)
    return;
  const bool known = what.verdict >= allowed && what.verdict <= denied && (what.by == by_hook || what.by == by_policy);
  if (!known || what.reason.size() > reason_bytes_max)
    refuse(violation_kind::illegal_payment, payment_text(what.payment) + " was scored by nobody, or as nothing");
  if (what.by == by_policy && what.verdict != of->risk_on_failure)
    refuse(violation_kind::illegal_payment,
           payment_text(what.payment) + " could not be scored, and has another verdict than its event gives then");
  of->verdict = what.verdict;
}

void payment_check::check_verdict(std::uint64_t number, const payment& of) {
  if (of.risk_on_failure != 0 && of.verdict != allowed && of.verdict != reviewed)
    refuse(violation_kind::illegal_payment, payment_text(number) + " went to the gateway denied, or not scored yet");
}

void payment_check::check_verdict(const payment_turned& what, const payment& of) {
  const bool ends_denied = what.why == turn_declined && what.code == denied_code;
  if (of.verdict == denied && !ends_denied)
    refuse(violation_kind::illegal_payment, payment_text(what.payment) + " was denied, and turned for another reason");
}

void payment_check::on(const review_closed& what) {
  auto* of = at_step(
      what.payment,
      [](const payment& its) { return its.step == stage::captured && its.verdict == reviewed && its.review == 0; },
      "reviewed");
  if (of == nullptr)
    return;
  const bool known = what.decision == accepted || what.decision == to_be_refunded;
  if (!known || what.organisation == 0 || what.by == 0)
    refuse(violation_kind::illegal_payment, payment_text(what.payment) + " was reviewed by nobody, or to no end");
  of->review = what.decision;
}

} // namespace holdfast::journal::audit
