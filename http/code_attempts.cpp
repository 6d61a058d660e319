#include "http/code_attempts.hpp"

namespace holdfast::http {

namespace {

constexpr double seconds_a_day = 24 * 60 * 60;

auto one_a_day(rate_limits limits) -> rate_limits {
  limits.buyer_code = {.per_second = 1 / seconds_a_day, .burst = 1};
  return limits;
}

} // namespace

code_attempts::code_attempts(const rate_limits& limits) : limiter_{limits}, last_{one_a_day(limits)} {}

auto code_attempts::begin(const client_address& address, const domain::subject_id& buyer, clock::time_point now)
    -> tl::expected<counted, std::chrono::milliseconds> {
  const auto of_buyer = limiter_.take(rate_lane::buyer_code, buyer, now);
  if (!of_buyer.allowed) {
    return tl::unexpected{of_buyer.retry_after};
  }
  const auto of_address = limiter_.take(rate_lane::address_code, address, now);
  if (of_address.allowed) {
    return counted::address;
  }
  if (last_.take(rate_lane::buyer_code, buyer, now).allowed) {
    return counted::last_of_buyer;
  }
  limiter_.give_back(rate_lane::buyer_code, buyer);
  return tl::unexpected{of_address.retry_after};
}

void code_attempts::was_known(counted how, const client_address& address, const domain::subject_id& buyer) noexcept {
  limiter_.give_back(rate_lane::buyer_code, buyer);
  if (how == counted::address) {
    limiter_.give_back(rate_lane::address_code, address);
  } else {
    last_.give_back(rate_lane::buyer_code, buyer);
  }
}

} // namespace holdfast::http
