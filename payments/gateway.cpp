#include "payments/gateway.hpp"

#include <algorithm>

namespace holdfast::payments {

auto name_of(payment_status status) noexcept -> std::string_view {
  switch (status) {
  case payment_status::requires_payment_method: return "requires_payment_method";
  case payment_status::requires_confirmation: return "requires_confirmation";
  case payment_status::requires_action: return "requires_action";
  case payment_status::processing: return "processing";
  case payment_status::requires_capture: return "requires_capture";
  case payment_status::succeeded: return "succeeded";
  case payment_status::canceled: return "canceled";
  }
  return "?";
}

auto name_of(refund_status status) noexcept -> std::string_view {
  switch (status) {
  case refund_status::pending: return "pending";
  case refund_status::succeeded: return "succeeded";
  case refund_status::failed: return "failed";
  case refund_status::canceled: return "canceled";
  case refund_status::requires_action: return "requires_action";
  }
  return "?";
}

auto name_of(refused::why reason) noexcept -> std::string_view {
  switch (reason) {
  case refused::why::circuit_open: return "circuit_open";
  case refused::why::bulkhead_full: return "bulkhead_full";
  case refused::why::rate_limited: return "rate_limited";
  case refused::why::unreachable: return "unreachable";
  case refused::why::stopping: return "stopping";
  }
  return "?";
}

auto name_of(rejected::why reason) noexcept -> std::string_view {
  switch (reason) {
  case rejected::why::wrong_state: return "wrong_state";
  case rejected::why::not_found: return "not_found";
  case rejected::why::key_reused: return "key_reused";
  case rejected::why::unauthorised: return "unauthorised";
  case rejected::why::bad_request: return "bad_request";
  }
  return "?";
}

auto name_of(unknown::why reason) noexcept -> std::string_view {
  switch (reason) {
  case unknown::why::timed_out: return "timed_out";
  case unknown::why::connection_lost: return "connection_lost";
  case unknown::why::server_error: return "server_error";
  case unknown::why::unreadable: return "unreadable";
  case unknown::why::in_progress: return "in_progress";
  case unknown::why::stopped: return "stopped";
  }
  return "?";
}

auto name_of(circuit_state state) noexcept -> std::string_view {
  switch (state) {
  case circuit_state::closed: return "closed";
  case circuit_state::open: return "open";
  case circuit_state::half_open: return "half_open";
  }
  return "?";
}

auto value_of(const metadata& of, std::string_view name) noexcept -> std::string_view {
  const auto found = std::ranges::find(of, name, [](const auto& each) { return std::string_view{each.first}; });
  return found == of.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace holdfast::payments
