#pragma once

#include "journal/audit/payment_check.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Compares what the journal says of every payment by card with what the gateway says of it: two books of the same money.
namespace holdfast::journal::audit {

/// The journal's side of one payment.
struct journal_payment {
  std::uint64_t event = 0;
  std::uint64_t number = 0;
  payment_check::payment what;
};

/// The gateway's side of one payment, whoever read it there. Amounts are in minor units.
struct gateway_payment {
  enum class stage : std::uint8_t {
    waiting,  ///< made, and no money went
    reserved, ///< can be captured
    taken,    ///< captured; some of it may be given back
    ended     ///< no money can go through it any more
  };
  std::string id;
  stage step = stage::waiting;
  std::int64_t amount = 0;   ///< that it is for
  std::int64_t reserved = 0; ///< that can be captured
  std::int64_t taken = 0;    ///< captured
  std::int64_t returned = 0; ///< of this, given back or on its way
  std::int64_t refunds = 0;  ///< Σ of its refunds that have not failed
  std::size_t refunds_made = 0;
  std::string currency;      ///< upper case
  std::uint64_t event = 0;   ///< as Holdfast wrote it there; 0: it is not Holdfast's
  std::uint64_t payment = 0; ///< the same
  friend auto operator==(const gateway_payment&, const gateway_payment&) -> bool = default;
};

/// How the books can differ. Names are stable.
enum class difference_kind : std::uint8_t {
  missing_at_gateway = 1, ///< the journal names a payment that the gateway does not have
  unknown_to_journal,     ///< the gateway has one that says it is Holdfast's, and the journal never intended it
  charged_twice,          ///< money lies in a second payment of the gateway for one of the journal's
  wrong_amount,           ///< another amount is reserved or taken than the order was sold for
  wrong_currency,
  not_captured,   ///< sold and paid, says the journal, and the gateway has not taken the money
  money_kept,     ///< nothing was sold, and the gateway holds or keeps money
  refund_missing, ///< given back, says the journal, and the gateway keeps it
  refund_unasked, ///< the gateway gave back what the journal still counts as paid
  taken_early,    ///< money was reserved or taken before the journal had asked for it
  refunds_differ, ///< the gateway's refunds do not add up to what it says it gave back
  sums_differ,    ///< per event: Σ taken − Σ returned is not Σ of the orders by card that stand
  still_open,     ///< at rest, and a payment has not ended
};

[[nodiscard]] auto name_of(difference_kind kind) noexcept -> std::string_view;

/// What would set it right at the gateway, where the journal leaves no doubt. Everything else is for people.
enum class remedy : std::uint8_t { none, cancel, refund, capture };

[[nodiscard]] auto name_of(remedy what) noexcept -> std::string_view;

struct difference {
  difference_kind kind = difference_kind::missing_at_gateway;
  std::uint64_t event = 0;
  std::uint64_t payment = 0; ///< 0: of the event as a whole
  std::string gateway_payment;
  std::string detail; ///< for people, in English
  remedy cure = remedy::none;
  std::int64_t amount = 0; ///< to be refunded or captured
};

struct books_options {
  std::optional<std::uint64_t> event; ///< only this event's
  bool at_rest = false;               ///< nothing may be going on
};

struct books_report {
  std::vector<difference> differences; ///< every one: by event and payment, then what only the gateway has
  std::size_t compared = 0;            ///< payments of the journal that the gateway should know
  std::size_t open = 0;                ///< of the journal's, those that have not ended
  std::size_t foreign = 0;             ///< of the gateway's, those that are not Holdfast's
};

/// Every payment of one book held against the other. A payment that is still going on may be a step ahead at the gateway, never more: the journal
/// intends before the gateway is asked. `gateway` must not be older than `journal` where that says that a payment has ended.
[[nodiscard]] auto compare_books(const std::vector<journal_payment>& journal,
                                 const std::vector<gateway_payment>& gateway, const books_options& options = {})
    -> books_report;

} // namespace holdfast::journal::audit
