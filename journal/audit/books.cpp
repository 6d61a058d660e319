#include "journal/audit/books.hpp"

#include <algorithm>
#include <tuple>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t turn_refunded = 8;

using stage = payment_check::stage;
using at_gateway = gateway_payment::stage;

auto text(std::int64_t amount) -> std::string {
  return std::to_string(amount);
}

auto kept(const gateway_payment& of) -> std::int64_t {
  return of.taken - of.returned;
}

/// What the journal says should be left of a payment that has ended.
auto owed(const payment_check::payment& of) -> std::int64_t {
  if (of.step == stage::captured)
    return of.amount - of.refunded();
  return of.step == stage::turned && of.why == turn_refunded ? of.kept() : 0;
}

class comparison {
 public:
  comparison(const std::vector<journal_payment>& journal, const std::vector<gateway_payment>& gateway,
             const books_options& options)
      : options_{options} {
    for (const auto& one : journal) {
      if (is_asked_for(one.event))
        by_number_[{one.event, one.number}] = &one;
    }
    for (const auto& one : gateway) {
      by_id_.emplace(one.id, &one);
    }
  }

  auto run() && -> books_report {
    for (const auto& [name, one] : by_number_)
      check_journal(*one);
    for (const auto& [id, one] : by_id_)
      check_gateway(*one);
    for (const auto& [event, sums] : sums_) {
      if (sums.at_gateway != sums.in_journal)
        note(difference_kind::sums_differ, event, 0, {},
             "the gateway keeps " + text(sums.at_gateway) + ", and orders by card stand for " + text(sums.in_journal));
    }
    std::stable_sort(report_.differences.begin(), report_.differences.end(),
                     [](const difference& left, const difference& right) {
                       return std::tie(left.event, left.payment) < std::tie(right.event, right.payment);
                     });
    return std::move(report_);
  }

 private:
  struct pair_of_sums {
    std::int64_t at_gateway = 0;
    std::int64_t in_journal = 0;
  };

  [[nodiscard]] auto is_asked_for(std::uint64_t event) const -> bool {
    return !options_.event || *options_.event == event;
  }

  void note(difference_kind kind, std::uint64_t event, std::uint64_t payment, const std::string& id, std::string detail,
            remedy cure = remedy::none, std::int64_t amount = 0) {
    report_.differences.push_back({kind, event, payment, id, std::move(detail), cure, amount});
  }

  void note(difference_kind kind, const journal_payment& one, std::string detail, remedy cure = remedy::none,
            std::int64_t amount = 0) {
    note(kind, one.event, one.number, one.what.gateway_payment, std::move(detail), cure, amount);
  }

  void check_journal(const journal_payment& one) {
    const auto& what = one.what;
    const bool ended = what.has_ended();
    report_.open += ended ? 0U : 1U;
    if (!ended && options_.at_rest)
      note(difference_kind::still_open, one, "it has not ended");
    if (ended)
      sums_[one.event].in_journal += owed(what);
    if (what.gateway_payment.empty())
      return;
    ++report_.compared;
    const auto found = by_id_.find(what.gateway_payment);
    if (found == by_id_.end()) {
      note(difference_kind::missing_at_gateway, one, "the gateway has no payment " + what.gateway_payment);
      return;
    }
    const auto& there = *found->second;
    if (there.refunds != there.returned)
      note(difference_kind::refunds_differ, one,
           text(there.returned) + " was given back, and the refunds add up to " + text(there.refunds));
    if (ended)
      what.step == stage::captured ? check_sold(one, there) : check_failed(one, there);
    else
      check_open(one, there);
  }

  void check_sold(const journal_payment& one, const gateway_payment& there) {
    const auto& what = one.what;
    if (there.currency != what.currency)
      note(difference_kind::wrong_currency, one, "sold in " + what.currency + ", charged in " + there.currency);
    if (there.step != at_gateway::taken) {
      const bool can_be_taken =
          there.step == at_gateway::reserved && there.reserved == what.amount && there.currency == what.currency;
      note(difference_kind::not_captured, one,
           "sold for " + text(what.amount) + ", and the gateway has " + text(there.reserved) +
               " reserved and nothing taken",
           can_be_taken ? remedy::capture : remedy::none, what.amount);
      return;
    }
    if (there.taken != what.amount)
      note(difference_kind::wrong_amount, one,
           "sold for " + text(what.amount) + ", and " + text(there.taken) + " was taken");
    check_returned(one, there);
  }

  /// What went back ticket by ticket; a refund that is under way may have been made.
  void check_returned(const journal_payment& one, const gateway_payment& there) {
    const auto& what = one.what;
    const auto owed_back = what.refunded();
    if (there.returned > owed_back)
      note(difference_kind::refund_unasked, one,
           text(there.returned) + " of " + text(there.taken) + " was given back, and tickets for " + text(owed_back));
    if (there.returned < owed_back && what.has_ended())
      note(difference_kind::refund_missing, one,
           "tickets for " + text(owed_back) + " went back, and the gateway gave back " + text(there.returned),
           remedy::refund, owed_back - there.returned);
  }

  void check_failed(const journal_payment& one, const gateway_payment& there) {
    if (there.step == at_gateway::reserved)
      note(difference_kind::money_kept, one, "nothing is sold by it, and " + text(there.reserved) + " is reserved",
           remedy::cancel);
    else if (const auto more = kept(there) - owed(one.what); more > 0)
      note(one.what.why == turn_refunded ? difference_kind::refund_missing : difference_kind::money_kept, one,
           "nothing is sold by it, and " + text(more) + " is kept", remedy::refund, more);
    else if (more < 0)
      note(difference_kind::refund_unasked, one,
           text(there.taken) + " was taken, and " + text(there.returned) + " was given back");
  }

  /// The gateway may have done the step that is under way, whose answer the journal does not have yet.
  void check_open(const journal_payment& one, const gateway_payment& there) {
    const auto& what = one.what;
    if (there.taken > 0 && (what.step == stage::prepared || what.step == stage::authorised))
      note(difference_kind::taken_early, one, text(there.taken) + " was taken before there was an order");
    if (what.step == stage::turned || there.step == at_gateway::waiting || there.step == at_gateway::ended)
      return;
    if (what.step == stage::captured)
      check_returned(one, there);
    if (there.currency != what.currency && what.step != stage::prepared)
      note(difference_kind::wrong_currency, one, "to be sold in " + what.currency + ", charged in " + there.currency);
    if (there.amount != what.amount && what.step != stage::prepared)
      note(difference_kind::wrong_amount, one,
           "to be sold for " + text(what.amount) + ", and the gateway's payment is of " + text(there.amount));
  }

  /// What the gateway has, seen from there.
  void check_gateway(const gateway_payment& there) {
    if (there.event == 0) {
      ++report_.foreign;
      return;
    }
    if (!is_asked_for(there.event))
      return;
    const auto found = by_number_.find({there.event, there.payment});
    const auto* one = found == by_number_.end() ? nullptr : found->second;
    if (one == nullptr || one->what.has_ended())
      sums_[there.event].at_gateway += kept(there);
    if (one == nullptr || one->what.intended_at == 0) {
      note(difference_kind::unknown_to_journal, there.event, there.payment, there.id,
           "the journal never intended it; " + text(there.reserved) + " is reserved and " + text(kept(there)) +
               " kept");
      return;
    }
    if (one->what.gateway_payment == there.id || (there.reserved <= 0 && kept(there) <= 0))
      return;
    if (one->what.gateway_payment.empty() && !one->what.has_ended()) {
      note(difference_kind::taken_early, there.event, there.payment, there.id,
           "money lies in a payment whose name the journal does not have yet");
      return;
    }
    const bool is_reserved = there.step == at_gateway::reserved;
    const auto cure = !one->what.has_ended() ? remedy::none : is_reserved ? remedy::cancel : remedy::refund;
    note(difference_kind::charged_twice, there.event, there.payment, there.id,
         text(is_reserved ? there.reserved : kept(there)) + " lies in a second payment, beside " +
             (one->what.gateway_payment.empty() ? "none that the journal has" : one->what.gateway_payment),
         cure, kept(there));
  }

  const books_options& options_;
  books_report report_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, const journal_payment*> by_number_;
  std::map<std::string_view, const gateway_payment*> by_id_;
  std::map<std::uint64_t, pair_of_sums> sums_; ///< by event, of what has ended
};

} // namespace

auto compare_books(const std::vector<journal_payment>& journal, const std::vector<gateway_payment>& gateway,
                   const books_options& options) -> books_report {
  return comparison{journal, gateway, options}.run();
}

auto name_of(difference_kind kind) noexcept -> std::string_view {
  using enum difference_kind;
  switch (kind) {
  case missing_at_gateway: return "missing_at_gateway";
  case unknown_to_journal: return "unknown_to_journal";
  case charged_twice: return "charged_twice";
  case wrong_amount: return "wrong_amount";
  case wrong_currency: return "wrong_currency";
  case not_captured: return "not_captured";
  case money_kept: return "money_kept";
  case refund_missing: return "refund_missing";
  case refund_unasked: return "refund_unasked";
  case taken_early: return "taken_early";
  case refunds_differ: return "refunds_differ";
  case sums_differ: return "sums_differ";
  case still_open: return "still_open";
  }
  return "unknown";
}

auto name_of(remedy what) noexcept -> std::string_view {
  switch (what) {
  case remedy::none: return "none";
  case remedy::cancel: return "cancel";
  case remedy::refund: return "refund";
  case remedy::capture: return "capture";
  }
  return "none";
}

} // namespace holdfast::journal::audit
