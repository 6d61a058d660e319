#pragma once

#include "domain/instant.hpp"

#include <chrono>
#include <cstddef>

namespace holdfast::actors {

struct checkout_settings {
  domain::millis payment_timeout =
      domain::minutes(3); ///< from the intent until the gateway has reserved the amount, in fact time
  std::chrono::milliseconds answer_within{2'000}; ///< then the buyer is told 202
  std::chrono::milliseconds retry_first{200};     ///< doubles with every try, half of it by chance
  std::chrono::milliseconds retry_max{30'000};
  std::size_t refunds_at_once = 32; ///< of a cancelled event: the gateway has other payments to make
};

} // namespace holdfast::actors
