#include "journal/audit/auditor.hpp"
#include "journal/audit/books.hpp"
#include "tests/audit/card_day.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
namespace day = holdfast::testing::day;
namespace paid = holdfast::testing::day::paid;
using audit::difference_kind;
using audit::remedy;
using at_gateway = audit::gateway_payment::stage;
using testing::paper_journal;

/// The payments of the selling day: Carl's was taken, Dora's declined, Emil's could not be taken, Frida's is prepared.
constexpr std::size_t carl = 0;
constexpr std::size_t dora = 1;
constexpr std::size_t emil = 2;
constexpr std::size_t frida = 3;

/// Both books of the selling day, as they are when all is well.
struct two_books {
  paper_journal paper = day::card_facts();
  std::vector<audit::gateway_payment> gateway;
  audit::books_options options;

  two_books() {
    put(1, at_gateway::taken, day::carls_total);
    gateway[carl].taken = day::carls_total;
    put(2, at_gateway::waiting, 4'500);
    put(3, at_gateway::ended, day::emils_total);
    put(4, at_gateway::waiting, 4'500);
  }

  void put(std::uint64_t number, at_gateway step, std::int64_t amount) {
    audit::gateway_payment one;
    one.id = "pi_" + std::to_string(number);
    one.step = step;
    one.amount = amount;
    one.currency = std::string{"EUR"};
    one.event = day::event.value();
    one.payment = number;
    gateway.push_back(std::move(one));
  }

  [[nodiscard]] auto compare() -> audit::books_report {
    paper.seal();
    return audit::compare_books(audit::run_audit(paper).payments, gateway, options);
  }
};

void take(audit::gateway_payment& of, std::int64_t amount) {
  of.step = at_gateway::taken;
  of.reserved = 0;
  of.taken = amount;
}

void reserve(audit::gateway_payment& of, std::int64_t amount) {
  of.step = at_gateway::reserved;
  of.reserved = amount;
  of.taken = 0;
}

void give_back(audit::gateway_payment& of, std::int64_t amount) {
  of.returned += amount;
  of.refunds += amount;
  ++of.refunds_made;
}

/// Emil's payment was taken, and given back when its order was.
void refund_emil(two_books& books) {
  const payment_number third{3};
  books.paper.at(day::payments, paid::emils_turn).body = payment_captured{third, day::emils_total};
  books.paper.at(day::payments, paid::emils_freeing).body =
      payment_turned{third, turn::refunded, event_refusal::none, {}, organisation_id{1}, key_id{1}};
  books.paper.at(day::payments, paid::emils_voiding).body = payment_freed{third};
  const auto when = books.paper.at(day::payments, paid::emils_voiding).time;
  books.paper.add(day::payments, payment_voided{third}, when);
  take(books.gateway[emil], day::emils_total);
}

struct fault {
  const char* what;
  difference_kind kind;
  std::uint64_t payment;
  remedy cure;
  std::int64_t amount;
  std::function<void(two_books&)> plant;
};

void check_all(const std::vector<fault>& faults) {
  for (const auto& one : faults) {
    CAPTURE(one.what);
    two_books books;
    one.plant(books);
    const auto found = books.compare().differences;
    const auto named = std::ranges::find_if(
        found, [&](const audit::difference& each) { return each.kind == one.kind && each.payment == one.payment; });
    std::string all;
    for (const auto& each : found) {
      all += std::string{audit::name_of(each.kind)} + " of " + std::to_string(each.payment) + "; ";
    }
    CAPTURE(all);
    CHECK(named != found.end());
    if (named != found.end()) {
      CHECK(named->cure == one.cure);
      CHECK(named->amount == one.amount);
      CHECK(named->event == day::event.value());
      CHECK_FALSE(named->detail.empty());
    }
  }
}

} // namespace

TEST_CASE("two books that agree have no differences, and what is still going on may be a step ahead") {
  two_books books;
  auto report = books.compare();
  CHECK(report.differences.empty());
  CHECK(report.compared == 4);
  CHECK(report.open == 1);
  CHECK(report.foreign == 0);
  reserve(books.gateway[frida], 4'500);
  CHECK(books.compare().differences.empty());
  books.gateway[frida].step = at_gateway::ended;
  CHECK(books.compare().differences.empty());
  books.gateway.emplace_back().id = std::string{"pi_of_somebody_else"};
  take(books.gateway.back(), 1'000'000);
  report = books.compare();
  CHECK(report.differences.empty());
  CHECK(report.foreign == 1);
}

TEST_CASE("a payment that was asked for and is not there, or twice there, is found") {
  check_all({
      {"a payment that the gateway lost", difference_kind::missing_at_gateway, 1, remedy::none, 0,
       [](two_books& books) { books.gateway.erase(books.gateway.begin()); }},
      {"the money of a lost payment", difference_kind::sums_differ, 0, remedy::none, 0,
       [](two_books& books) { books.gateway.erase(books.gateway.begin()); }},
      {"a payment that the journal never intended", difference_kind::unknown_to_journal, 5, remedy::none, 0,
       [](two_books& books) { books.put(5, at_gateway::waiting, 100); }},
      {"money for a payment that the journal never intended", difference_kind::sums_differ, 0, remedy::none, 0,
       [](two_books& books) {
         books.put(5, at_gateway::waiting, 100);
         take(books.gateway.back(), 100);
       }},
      {"a second charge for an order", difference_kind::charged_twice, 1, remedy::refund, day::carls_total,
       [](two_books& books) {
         books.put(1, at_gateway::taken, day::carls_total);
         books.gateway.back().id = std::string{"pi_twin"};
         take(books.gateway.back(), day::carls_total);
       }},
      {"a second reservation for an order", difference_kind::charged_twice, 1, remedy::cancel, 0,
       [](two_books& books) {
         books.put(1, at_gateway::reserved, day::carls_total);
         books.gateway.back().id = std::string{"pi_twin"};
         reserve(books.gateway.back(), day::carls_total);
       }},
      {"a second charge while the payment is still going on", difference_kind::charged_twice, 4, remedy::none, 4'500,
       [](two_books& books) {
         books.put(4, at_gateway::taken, 4'500);
         books.gateway.back().id = std::string{"pi_twin"};
         take(books.gateway.back(), 4'500);
       }},
  });
}

TEST_CASE("money that is not what an order was sold for is found") {
  check_all({
      {"more taken", difference_kind::wrong_amount, 1, remedy::none, 0,
       [](two_books& books) { take(books.gateway[carl], day::carls_total + 1); }},
      {"more taken, in sum", difference_kind::sums_differ, 0, remedy::none, 0,
       [](two_books& books) { take(books.gateway[carl], day::carls_total + 1); }},
      {"less taken", difference_kind::wrong_amount, 1, remedy::none, 0,
       [](two_books& books) { take(books.gateway[carl], day::carls_total - 1); }},
      {"taken in another currency", difference_kind::wrong_currency, 1, remedy::none, 0,
       [](two_books& books) { books.gateway[carl].currency = std::string{"USD"}; }},
      {"reserved and never taken", difference_kind::not_captured, 1, remedy::capture, day::carls_total,
       [](two_books& books) { reserve(books.gateway[carl], day::carls_total); }},
      {"another amount reserved and never taken", difference_kind::not_captured, 1, remedy::none, day::carls_total,
       [](two_books& books) { reserve(books.gateway[carl], day::carls_total - 1); }},
      {"ended and never taken", difference_kind::not_captured, 1, remedy::none, day::carls_total,
       [](two_books& books) {
         take(books.gateway[carl], 0);
         books.gateway[carl].step = at_gateway::ended;
       }},
      {"taken before there is an order", difference_kind::taken_early, 4, remedy::none, 0,
       [](two_books& books) { take(books.gateway[frida], 4'500); }},
      {"reserved in a payment whose name the journal does not have", difference_kind::taken_early, 4, remedy::none, 0,
       [](two_books& books) {
         books.paper.erase(day::payments, paid::fridas_preparation);
         reserve(books.gateway[frida], 4'500);
       }},
  });
}

TEST_CASE("money that is kept for nothing, and money that is gone, is found") {
  check_all({
      {"reserved though it was declined", difference_kind::money_kept, 2, remedy::cancel, 0,
       [](two_books& books) { reserve(books.gateway[dora], 4'500); }},
      {"taken though its order was taken back", difference_kind::money_kept, 3, remedy::refund, day::emils_total,
       [](two_books& books) { take(books.gateway[emil], day::emils_total); }},
      {"given back in part though its order was taken back", difference_kind::money_kept, 3, remedy::refund,
       day::emils_total - 1,
       [](two_books& books) {
         take(books.gateway[emil], day::emils_total);
         give_back(books.gateway[emil], 1);
       }},
      {"a refund that the gateway lost", difference_kind::refund_missing, 3, remedy::refund, day::emils_total,
       [](two_books& books) {
         refund_emil(books);
         ++books.gateway[emil].refunds_made;
       }},
      {"a refund of an order that stands", difference_kind::refund_unasked, 1, remedy::none, 0,
       [](two_books& books) { give_back(books.gateway[carl], day::carls_total); }},
      {"more given back than was taken", difference_kind::refund_unasked, 3, remedy::none, 0,
       [](two_books& books) {
         refund_emil(books);
         give_back(books.gateway[emil], day::emils_total + 1);
       }},
      {"refunds that do not add up", difference_kind::refunds_differ, 3, remedy::none, 0,
       [](two_books& books) {
         refund_emil(books);
         give_back(books.gateway[emil], day::emils_total);
         books.gateway[emil].refunds -= 1;
       }},
  });
}

TEST_CASE("a refund that both books have is no difference") {
  two_books books;
  refund_emil(books);
  give_back(books.gateway[emil], day::emils_total);
  CHECK(books.compare().differences.empty());
}

TEST_CASE("at rest nothing may be going on") {
  two_books books;
  books.options.at_rest = true;
  const auto found = books.compare().differences;
  REQUIRE(found.size() == 1);
  CHECK(found.front().kind == difference_kind::still_open);
  CHECK(found.front().payment == 4);
}

TEST_CASE("the books of one event are compared without those of others") {
  two_books books;
  books.options.event = 9;
  take(books.gateway[dora], 4'500);
  auto report = books.compare();
  CHECK(report.differences.empty());
  CHECK(report.compared == 0);
  books.options.event = day::event.value();
  books.put(1, at_gateway::taken, 100);
  books.gateway.back().event = 9;
  report = books.compare();
  REQUIRE(report.differences.size() == 2);
  CHECK(report.differences.front().kind == difference_kind::sums_differ);
  CHECK(report.differences.back().kind == difference_kind::money_kept);
}

TEST_CASE("tickets that went back are compared with what the gateway gave back") {
  constexpr auto one = day::carls_total / 2;
  const auto books_of = [](std::int64_t given_back, std::uint64_t facts) {
    two_books books;
    books.paper = day::ticket_day();
    while (books.paper.size(day::payments) > facts) {
      books.paper.erase(day::payments, books.paper.size(day::payments));
    }
    give_back(books.gateway[carl], given_back);
    return books.compare().differences;
  };
  CHECK(books_of(one, paid::carls_refund_paid).empty());
  const auto of_carl = [](const std::vector<audit::difference>& all) {
    const auto found = std::ranges::find(all, 1U, &audit::difference::payment);
    REQUIRE(found != all.end());
    return *found;
  };
  const auto missing = of_carl(books_of(0, paid::carls_refund_paid));
  CHECK(missing.kind == difference_kind::refund_missing);
  CHECK(missing.cure == remedy::refund);
  CHECK(missing.amount == one);
  CHECK(of_carl(books_of(2 * one, paid::carls_refund_paid)).kind == difference_kind::refund_unasked);
  // While it is under way it may have been made, or not.
  CHECK(books_of(0, paid::carls_refund_owed).empty());
  CHECK(books_of(one, paid::carls_refund_owed).empty());
  CHECK_FALSE(books_of(2 * one, paid::carls_refund_owed).empty());
  CHECK(books_of(0, paid::carls_refund).empty());
}
