#pragma once

#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "tickets/local_time.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What receipts say in the languages that they speak. Tables that are compiled in: the same text on every machine, without ICU or locales.
/// Thread-safe.
namespace holdfast::tickets {

struct language {
  std::string_view tag; ///< "de"
  std::array<std::string_view, 12> months;
  std::array<std::string_view, 7> weekdays; ///< Monday first
  std::string_view date;                    ///< with {weekday} {day} {month} {year}
  std::string_view decimal;
  std::string_view group; ///< between thousands

  std::string_view receipt;
  std::string_view cancellation; ///< the title of a receipt whose total is negative
  std::string_view order;
  std::string_view issued;
  std::string_view buyer;
  std::string_view event;
  std::string_view when;
  std::string_view venue;
  std::string_view tax_number;

  std::string_view item;
  std::string_view quantity;
  std::string_view price;
  std::string_view tax;
  std::string_view amount;

  std::string_view net;           ///< sum before taxes
  std::string_view total;         ///< what is to pay
  std::string_view included;      ///< with {tax} and {net}: a tax that is in the total
  std::string_view added;         ///< with {tax} and {net}: a tax that comes on top
  std::string_view fee;           ///< what is paid beside a price
  std::string_view cash;          ///< how it was paid
  std::string_view card;          ///< the same
  std::string_view complimentary; ///< it cost nothing
  std::string_view kept;          ///< what the seller does not get back of a ticket that was resold
  std::string_view payments;
  std::string_view page; ///< with {page} and {pages}
};

/// Every language there is.
[[nodiscard]] auto languages() noexcept -> std::span<const language>;
/// The one for a tag of BCP 47, by its first part: "de-AT" speaks "de". English for what is not there.
[[nodiscard]] auto language_for(std::string_view tag) noexcept -> const language&;

/// `pattern` with each `{name}` replaced by its value.
struct replacement {
  std::string_view name; ///< "{day}"
  std::string_view value;
};
[[nodiscard]] auto filled(std::string_view pattern, std::span<const replacement> with) -> std::string;

/// "Montag, 1. März 2027, 19:00 CET".
[[nodiscard]] auto date_and_time(const language& in, const wall_time& at) -> std::string;
/// "1.234,50 EUR": the currency's own number of decimals, a no-break space before its code, a true minus in front of what is negative.
[[nodiscard]] auto money_text(const language& in, domain::minor_units amount, const domain::currency_code& currency)
    -> std::string;
/// "20 %", "5,5 %": hundredths of a percent without zeros that say nothing.
[[nodiscard]] auto percent_text(const language& in, std::uint32_t basis_points) -> std::string;

} // namespace holdfast::tickets
