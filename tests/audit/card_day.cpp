#include "tests/audit/card_day.hpp"

#include "tests/support/sample_facts.hpp"

#include <string>
#include <utility>
#include <vector>

namespace holdfast::testing::day {
namespace {

using namespace domain;

const currency_code euro{{'E', 'U', 'R'}};
const instant begin = opening + hours(1);

/// Writes what the event and its payments say about one payment after the other, each a minute long.
class till {
 public:
  explicit till(paper_journal& paper) : paper_{paper} {}

  void hold(std::vector<seat_index> seats, minor_units price) {
    at_ = at_ + minutes(1);
    ++hold_;
    hold_created made;
    made.hold = hold_number{hold_};
    made.by.subject = who();
    made.prices.assign(seats.size(), price);
    made.seats = std::move(seats);
    made.expires_at = at_ + minutes(10);
    made.cap_at = cap();
    held_ = made;
    of_event(std::move(made));
  }

  void begin_payment(minor_units amount) {
    ++payment_;
    of_payment(payment_requested{number(), hold_number{hold_}, who(), "pm_card"}, {100 + payment_, 1});
    of_event(hold_frozen{hold_number{hold_}, number(), cap()});
    of_payment(payment_intended{number(), amount, euro, cap()});
    of_payment(payment_prepared{number(), name()});
  }

  void sell(minor_units amount) {
    of_payment(payment_authorised{number()});
    of_event(
        order_confirmed{hold_number{hold_}, {payment_record::method::card, name(), ""}, key_id{}, amount, number()});
    of_payment(payment_booked{number()});
  }

  void thaw() { of_event(hold_thawed{hold_number{hold_}, number(), at_ + minutes(10), turn::declined}); }

  void take_back(minor_units amount) {
    of_event(order_returned{
        hold_number{hold_}, return_cause::uncaptured, key_id{}, held_.seats, held_.prices, {}, {}, {}, amount});
  }

  template <class Body>
  void of_payment(Body body, command_id command = {}) {
    paper_.add(payments, std::move(body), at_, command);
  }

  [[nodiscard]] auto number() const -> payment_number { return payment_number{payment_}; }

 private:
  template <class Body>
  void of_event(Body body) {
    paper_.add(events, std::move(body), at_);
  }

  [[nodiscard]] auto cap() const -> instant { return at_ + minutes(30); }
  [[nodiscard]] auto who() const -> subject_id { return {50, hold_}; }
  [[nodiscard]] auto name() const -> std::string { return "pi_" + std::to_string(payment_); }

  paper_journal& paper_;
  instant at_ = begin;
  hold_created held_;
  std::uint32_t hold_ = 5; ///< of the day before the first card
  std::uint32_t payment_ = 0;
};

} // namespace

auto card_facts() -> paper_journal {
  auto paper = facts();
  till at{paper};
  at.hold({5, 6}, 9'900);
  at.begin_payment(carls_total);
  at.sell(carls_total);
  at.of_payment(payment_captured{at.number(), carls_total});

  at.hold({7}, 4'500);
  at.begin_payment(4'500);
  at.of_payment(payment_turned{at.number(), turn::declined, event_refusal::none, "card_declined"});
  at.thaw();
  at.of_payment(payment_freed{at.number()});

  at.hold({2, 3}, 9'900);
  at.begin_payment(emils_total);
  at.sell(emils_total);
  at.of_payment(payment_turned{at.number(), turn::uncaptured, event_refusal::none, "expired"});
  at.take_back(emils_total);
  at.of_payment(payment_freed{at.number()});
  at.of_payment(payment_voided{at.number()});

  at.hold({11}, 4'500);
  at.begin_payment(4'500);
  return paper;
}

auto ticket_day() -> paper_journal {
  auto paper = card_facts();
  constexpr payment_number carls{1};
  const auto at = paper.at(payments, paper.size(payments)).time + minutes(1);
  paper.add(payments, refund_requested{carls, {1}, return_cause::refunded, organisation, seller}, at);
  const auto one = carls_total / 2;
  const auto order = paper.fact<hold_created>(events, seq::carls_hold).hold;
  order_returned back{order, return_cause::refunded, seller, {6}, {one}, {}, {}, {}, one};
  back.tickets = {1};
  back.goes_on = true;
  paper.add(events, back, at);
  paper.add(payments, refund_owed{carls, one}, at);
  paper.add(payments, refund_paid{carls}, at);
  return paper;
}

} // namespace holdfast::testing::day
