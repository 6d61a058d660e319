#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

/// What buyers and organisers see of a waitlist: as it happens, after a start, and folded anew.
namespace holdfast::projections_test {

namespace {

constexpr domain::event_id gala{4'000};

using projections::read_outcome;
using projections::waitlist_status;

struct seen_order {
  read_outcome outcome = read_outcome::unavailable;
  std::shared_ptr<const projections::waitlist_line> line;
};

/// An event of six seats: all but two are sold, and those are in a hold of the box office.
struct sold_out {
  explicit sold_out(bool keeps = false) : world{projections::view_settings{}, keeps} {
    for (const auto& made : from.open_event(gala, wide_layout(1, 6), world.now()))
      world.append(made);
    domain::caller by;
    by.as = domain::caller::kind::organiser;
    by.organisation = organiser;
    by.key = domain::key_id{8};
    domain::event_amendment on;
    on.waitlist_offer = domain::minutes(30);
    run(by, domain::amend_event{std::nullopt, on});
    sell(4);
    kept = hold(2);
  }

  auto run(const domain::caller& by, domain::command_body body) -> std::uint64_t {
    auto made = from.decide(gala, {by, {}, std::move(body)}, world.now());
    REQUIRE(made.has_value());
    world.append(*made);
    world.settle();
    return made->last_seq();
  }

  auto hold(std::uint32_t seats) -> domain::hold_number {
    domain::hold_seats what;
    what.best.emplace().quantity = seats;
    run(box_office(), what);
    return from.state(gala).last_hold();
  }

  void sell(std::uint32_t seats) { confirm(hold(seats)); }

  void confirm(domain::hold_number number) {
    run(box_office(),
        domain::confirm_hold{number, domain::payment_record{domain::payment_record::method::cash, "", ""}});
  }

  auto join(std::uint64_t who, std::uint32_t seats) -> std::uint64_t {
    domain::waitlist_choice choice;
    choice.groups = {seats};
    choice.each_max = domain::limits::price_max;
    return run(buyer(who), domain::join_waitlist{{choice}, std::nullopt});
  }

  auto match() -> std::uint64_t { return run({}, domain::match_waitlist{}); }

  auto offer_of(std::uint64_t who) -> domain::hold_number {
    const auto* order = from.state(gala).find_waiting(buyer(who).subject);
    REQUIRE(order != nullptr);
    return domain::hold_number{order->offered};
  }

  auto see(std::uint64_t who, std::uint64_t min_seq = 0) -> seen_order {
    auto seen = std::make_shared<seen_order>();
    world.views().waiting(gala, buyer(who).subject, min_seq,
                          [seen](read_outcome outcome, std::shared_ptr<const projections::waitlist_line> line) {
                            *seen = {outcome, std::move(line)};
                          });
    world.settle();
    return *seen;
  }

  auto status(std::uint64_t who) -> waitlist_status {
    const auto seen = see(who);
    REQUIRE(seen.outcome == read_outcome::ok);
    return seen.line->status;
  }

  auto summary() -> std::shared_ptr<const projections::waitlist_summary> {
    auto seen = std::make_shared<std::shared_ptr<const projections::waitlist_summary>>();
    world.views().waitlist(gala, from.state(gala).seq(),
                           [seen](read_outcome outcome, std::shared_ptr<const projections::waitlist_summary> what) {
                             CHECK(outcome == read_outcome::ok);
                             *seen = std::move(what);
                           });
    world.settle();
    REQUIRE(*seen != nullptr);
    return *seen;
  }

  /// All that is shown, in words.
  auto everything() -> std::string {
    std::string text;
    for (std::uint64_t who = 1; who <= 5; ++who) {
      const auto seen = see(who, from.state(gala).seq());
      text += std::to_string(who) + ":" + std::to_string(static_cast<int>(seen.outcome));
      if (const auto* line = seen.line.get()) {
        text += " " + std::to_string(line->number.value()) + " " + std::to_string(static_cast<int>(line->status)) +
                " ahead " + std::to_string(line->ahead) + " hold " + std::to_string(line->hold.value()) + " seq " +
                std::to_string(line->seq) + " choices " + std::to_string(line->choices.size());
        text += line->offer ? " until " + std::to_string(line->offer->what.expires_at.unix_ms) : std::string{};
      }
      text += "\n";
    }
    const auto sum = summary();
    for (const auto count : {sum->waiting, sum->offered, sum->bought, sum->lapsed, sum->left, sum->over,
                             sum->wanted.orders, sum->wanted.places, sum->any_tier.places, sum->seq})
      text += std::to_string(count) + " ";
    return text;
  }

  /// One buys, one lets it lapse, one gives it back, one has an offer, one waits.
  void play() {
    for (std::uint64_t who = 1; who <= 5; ++who)
      join(who, 2);
    run(box_office(), domain::release_hold{kept});
    match();
    run(buyer(1), domain::leave_waitlist{});
    match();
    world.pass(domain::minutes(31));
    run({}, domain::end_due_holds{});
    match();
    const auto third = offer_of(3);
    confirm(third);
    run(buyer(5), domain::leave_waitlist{});
    join(1, 2);
  }

  sales from{11, 0};
  pumped_world world;
  domain::hold_number kept;
};

} // namespace

TEST_CASE("a buyer sees their order wait, offered with its deadline, and what became of it") {
  sold_out at;
  at.join(1, 2);
  const auto seq = at.join(2, 1);
  CHECK(at.see(9).outcome == read_outcome::not_found);
  const auto second = at.see(2, seq);
  REQUIRE(second.outcome == read_outcome::ok);
  CHECK(second.line->status == waitlist_status::waiting);
  CHECK(second.line->ahead == 1);
  CHECK(second.line->seq == seq);
  CHECK(second.line->seats != nullptr);
  CHECK(second.line->offer == nullptr);
  at.run(box_office(), domain::release_hold{at.kept});
  const auto matched = at.match();
  const auto first = at.see(1, matched);
  REQUIRE(first.line->status == waitlist_status::offered);
  REQUIRE(first.line->offer != nullptr);
  CHECK(first.line->offer->what.expires_at == at.world.now() + domain::minutes(30));
  CHECK(first.line->offer->what.seats.size() == 2);
  CHECK(first.line->offer->waitlist == first.line->number);
  CHECK(at.see(2).line->ahead == 0);
  at.confirm(at.offer_of(1));
  CHECK(at.status(1) == waitlist_status::bought);
  CHECK(at.summary()->bought == 1);
  CHECK(at.summary()->waiting == 1);
  CHECK(at.summary()->wanted == projections::waitlist_demand{1, 1});
}

TEST_CASE("whoever asks for a seq that is not there yet waits for it") {
  sold_out at;
  const auto seq = at.join(1, 2);
  auto seen = std::make_shared<seen_order>();
  at.world.views().waiting(gala, buyer(1).subject, seq + 1,
                           [seen](read_outcome outcome, std::shared_ptr<const projections::waitlist_line> line) {
                             *seen = {outcome, std::move(line)};
                           });
  at.world.settle();
  CHECK(seen->outcome == read_outcome::unavailable); // nothing was said yet
  at.run(buyer(1), domain::leave_waitlist{});
  at.world.settle();
  REQUIRE(seen->outcome == read_outcome::ok);
  CHECK(seen->line->status == waitlist_status::left);
}

TEST_CASE("a waitlist that is folded anew, or taken back after a start or a death, is the one that was shown") {
  for (const bool crash : {false, true}) {
    sold_out at{true};
    at.play();
    CHECK(at.status(1) == waitlist_status::waiting);
    CHECK(at.status(2) == waitlist_status::lapsed);
    CHECK(at.status(3) == waitlist_status::bought);
    CHECK(at.status(4) == waitlist_status::waiting);
    CHECK(at.status(5) == waitlist_status::left);
    const auto shown = at.everything();
    REQUIRE(at.world.views().rebuild("bookings"));
    at.world.settle();
    at.world.pass(domain::seconds(1));
    at.world.settle();
    CHECK(at.everything() == shown);
    at.world.pass(domain::seconds(31)); // a checkpoint is made
    at.world.settle();
    at.world.restart(crash);
    at.world.settle();
    CHECK(at.everything() == shown);
  }
}

} // namespace holdfast::projections_test
