#pragma once

#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "tickets/failure.hpp"
#include "tickets/tax.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The receipt of an order: what was bought, what it cost, the taxes in it, how it was paid. A plain record, and its texts in the event's language;
/// receipt_html.hpp and receipt_pdf.hpp show them. Thread-safe.
namespace holdfast::tickets {

inline constexpr std::size_t receipt_rates_max = 16;
inline constexpr std::uint32_t receipt_quantity_max = 100'000;

/// Who sells: an organisation with its address and number for taxes.
struct receipt_seller {
  std::string name;
  std::vector<std::string> address; ///< lines
  std::string tax_number;           ///< may be empty
};

struct receipt_rate {
  std::string name; ///< "USt.", "VAT"; may be empty: the language's word for tax
  std::uint32_t basis_points = 0;
};

/// A line of the order. A fee is a line of its own; what was given back, and a discount, is a line with a negative amount.
struct receipt_line {
  std::string text; ///< "Stalls, A/12/7"
  std::uint32_t quantity = 1;
  domain::minor_units price = 0; ///< of one; with tax or without, as `receipt::mode` says
  std::uint32_t rate = 0;        ///< index into `receipt::rates`
};

struct receipt_payment {
  std::string text; ///< "Visa •••• 4242", "Cash"
  domain::instant at;
  domain::minor_units amount = 0; ///< negative: paid back
};

/// What was given back of the order in one go: a credit note on the receipt.
struct receipt_credit {
  std::string number; ///< "ord_…-1"
  domain::instant at;
  std::vector<receipt_line> lines;              ///< with negative prices
  std::optional<domain::minor_units> charged{}; ///< as the receipt's; negative
  std::vector<receipt_payment> payments;
};

struct receipt {
  std::string language;  ///< BCP 47, the event's: "de-AT"; English where `language.hpp` has no other
  std::string time_zone; ///< IANA, the event's
  domain::currency_code currency;
  std::string order_id; ///< "ord_…"
  domain::instant issued_at;
  receipt_seller seller;
  std::string buyer; ///< name; may be empty
  std::string event;
  std::optional<domain::instant> starts_at;
  std::string venue; ///< "Opera, Graz"; may be empty
  std::vector<receipt_line> lines;
  std::vector<receipt_rate> rates; ///< 1 to receipt_rates_max
  tax_mode mode = tax_mode::inclusive;
  tax_rounding rounding = tax_rounding::per_line;
  /// The tax at the one rate, where each place was charged its own: no lines could tell it. Absent: it is reckoned from the lines.
  std::optional<domain::minor_units> charged{};
  std::vector<receipt_payment> payments;
  std::vector<receipt_credit> credits; ///< oldest first; each with taxes and sums of its own
  std::string note;                    ///< the organiser's last words, "\n" between lines; may be empty
};

/// A receipt as texts: what every form of it shows, in this order.
struct receipt_text {
  using labelled = std::pair<std::string, std::string>;
  static constexpr std::size_t column_count = 5;
  using row = std::array<std::string, column_count>; ///< item, quantity, price, tax, amount

  std::string language; ///< the tag of the language that it is in
  std::string title;
  domain::instant issued_at;
  std::string seller;
  std::vector<std::string> seller_lines; ///< address and tax number
  std::vector<labelled> about;           ///< order, date, buyer, event, when, where
  row columns;
  std::vector<row> lines;
  std::vector<labelled> before_total; ///< with exclusive taxes: the sum before them, and each tax
  labelled total;
  std::vector<std::string> after_total; ///< with inclusive taxes: what is in the total
  std::string payments_title;
  std::vector<labelled> payments;
  std::vector<receipt_text> credits; ///< of each the title, when it was issued, lines, sums and payments
  std::string note;                  ///< after everything else
  std::string page_pattern;          ///< "Page {page} of {pages}"
};

/// The sums of the lines, without credits. Of a tax that was `charged`, lines have no part: it is in the rate's sum and the total. Fails for what `add_taxes` refuses, for a quantity that is none or beyond receipt_quantity_max, and for
/// too many rates.
[[nodiscard]] auto taxes_of(const receipt& of) -> tl::expected<tax_sum, failure>;
/// The texts; fails as `taxes_of`.
[[nodiscard]] auto text_of(const receipt& of) -> tl::expected<receipt_text, failure>;

} // namespace holdfast::tickets
