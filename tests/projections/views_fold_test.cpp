#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Whatever the order in which commits, reads of the journal, the actors' turns, readers, the dropping of unread events,
// checkpoints, crashes and restarts come: what people are shown at a seq is the state at that seq.

namespace holdfast::projections_test {

namespace {

using projections::read_outcome;

enum class view : std::uint8_t { seats = 0, page, allocations };

struct pending_read {
  domain::event_id event;
  view what = view::seats;
  std::uint64_t min_seq = 0;
  std::shared_ptr<view_answer> answer;
};

/// Bounds so narrow that every path is taken within some hundred steps.
auto narrow(model::dice& dice) -> projections::view_settings {
  projections::view_settings settings;
  settings.ring.batches_max = dice.between(1, 12);
  settings.ring.groups_max = dice.between(1, 20);
  settings.runner.groups_per_step = dice.between(1, 9);
  settings.runner.chunk = {dice.between(200, 20'000), dice.between(1, 40)};
  settings.runner.chunks_ahead = dice.between(1, 3);
  settings.layouts.bytes_max = dice.chance(50) ? 1 : 1'000'000;
  settings.inventory.kept_groups_max = dice.between(1, 30);
  settings.inventory.loads_at_once = dice.between(1, 3);
  settings.inventory.check_loads_per_s = dice.between(0, 50);
  settings.inventory.paced_bytes_per_ms = dice.chance(30) ? 40 : 25'000;
  settings.bookings.checkpoint_every = {static_cast<std::int64_t>(dice.below(200))};
  settings.bookings.checkpoint_rows_per_turn = dice.between(1, 4);
  settings.report.checkpoint_every = settings.bookings.checkpoint_every;
  settings.bookings.store.ended_max = dice.chance(50) ? dice.between(1, 6) : 100'000;
  return settings;
}

/// What runs went through: a path that none took was not tested.
struct tally {
  std::uint64_t answered = 0, behind = 0, laps = 0, loads = 0, folded = 0, restarts = 0, checkpoints = 0;

  auto operator+=(const tally& more) -> tally& {
    answered += more.answered;
    behind += more.behind;
    laps += more.laps;
    loads += more.loads;
    folded += more.folded;
    restarts += more.restarts;
    checkpoints += more.checkpoints;
    return *this;
  }
};

/// One run of a seed: the world, the sales, and everybody who asked.
class run {
 public:
  explicit run(std::uint64_t seed)
      : sales_{seed, 3},
        settings_{narrow(sales_.dice())},
        forgets_{settings_.bookings.store.ended_max < 100},
        world_{settings_, sales_.dice().chance(70)} {}

  void step() {
    auto& dice = sales_.dice();
    const auto what = dice.below(100);
    if (what < 40) {
      if (const auto made = sales_.random_command(world_.now()))
        world_.append(*made);
      if (dice.chance(2))
        static_cast<void>(
            world_.views().rebuild(dice.pick(std::vector{"bookings", "catalogue", "report", "inventory"})));
    } else if (what < 60) {
      world_.pump_journal();
    } else if (what < 80) {
      world_.run_some(dice);
    } else if (what < 92) {
      ask();
    } else if (what < 99) {
      world_.pass(dice.chance(10) ? domain::minutes(2) : domain::millis{static_cast<std::int64_t>(dice.below(400))});
    } else {
      // What is queued in the writer is appended again by nobody: a commit first.
      world_.pump_journal();
      reads_.clear();
      count();
      world_.restart(sales_.dice().chance(60));
    }
    check_answers();
  }

  /// At rest, and after a last restart that finds everything kept.
  void finish() {
    check_at_rest();
    done_.checkpoints += world_.store_disk().commits;
    if (done_.checkpoints == 0)
      return;
    world_.restart();
    world_.settle();
    for (const auto& status : world_.views().status())
      CHECK(status.folded == 0);
    check_at_rest();
  }

  [[nodiscard]] auto done() const -> const tally& { return done_; }

 private:
  void check_at_rest() {
    world_.settle();
    check_answers();
    for (const auto event : sales_.events())
      check_event(event);
    for (const auto& status : world_.views().status()) {
      CAPTURE(status.reason);
      CHECK(status.state == projections::runner_state::live);
      CHECK(status.caught_up);
    }
    CHECK(world_.views().metrics().double_sales_detected == 0);
    CHECK(world_.views().metrics().contradictions_detected == 0);
    count();
  }

  /// Adds what this process of the world did.
  void count() {
    const auto& metrics = world_.views().metrics();
    tally here{0, metrics.reads_behind, 0, metrics.event_loads, 0, 1, 0};
    for (const auto& status : world_.views().status()) {
      here.laps += status.laps;
      here.folded += status.folded;
    }
    done_ += here;
  }

  void ask() {
    auto& dice = sales_.dice();
    pending_read read{dice.pick(sales_.events()), static_cast<view>(dice.below(3)), 0, std::make_shared<view_answer>()};
    read.min_seq = dice.chance(50) ? sales_.state(read.event).seq() : 0;
    send(read);
    reads_.push_back(std::move(read));
  }

  void send(const pending_read& read) {
    switch (read.what) {
    case view::seats: world_.views().seats(read.event, read.min_seq, into(read.answer)); break;
    case view::page: world_.views().event_page(read.event, read.min_seq, into(read.answer)); break;
    case view::allocations: world_.views().allocations(read.event, read.min_seq, {{}, 1'000}, into(read.answer)); break;
    }
  }

  [[nodiscard]] auto faults(const pending_read& read) const -> std::string {
    const auto& body = *read.answer->body;
    switch (read.what) {
    case view::seats: return faults_of_seats(sales_, read.event, body);
    case view::page: return faults_of_page(sales_, read.event, body);
    case view::allocations: break;
    }
    return faults_of_allocations(sales_, read.event, body);
  }

  void check(const pending_read& read) {
    CAPTURE(read.event.value());
    CAPTURE(static_cast<int>(read.what));
    if (*read.answer->outcome != read_outcome::ok) {
      CHECK((*read.answer->outcome == read_outcome::behind || *read.answer->outcome == read_outcome::not_found ||
             *read.answer->outcome == read_outcome::overloaded));
      return;
    }
    ++done_.answered;
    const auto& body = *read.answer->body;
    CHECK(body.seq >= read.min_seq);
    CHECK(body.organisation == organiser);
    CHECK(faults(read) == "");
  }

  void check_answers() {
    std::erase_if(reads_, [this](const pending_read& read) {
      if (read.answer->outcome)
        check(read);
      return read.answer->outcome.has_value();
    });
  }

  /// At rest, the newest state is shown, and every booking as the state has it.
  void check_event(domain::event_id event) {
    auto& state = sales_.state(event);
    for (const auto what : {view::seats, view::page, view::allocations}) {
      pending_read read{event, what, state.seq(), std::make_shared<view_answer>()};
      send(read);
      world_.settle();
      // Paced or refused for the moment: a tick later it is there.
      world_.pass({300});
      world_.settle();
      REQUIRE(read.answer->outcome.has_value());
      if (state.seq() == 0) {
        CHECK(*read.answer->outcome == read_outcome::not_found);
      } else {
        REQUIRE(*read.answer->outcome == read_outcome::ok);
        CHECK(read.answer->body->seq == state.seq());
        check(read);
      }
    }
    for (std::uint32_t number = 1; number <= state.last_hold().value() + 1; ++number)
      check_booking(event, state, domain::hold_number{number});
  }

  void check_booking(domain::event_id event, const domain::event_state& state, domain::hold_number number) {
    CAPTURE(number.value());
    std::optional<read_outcome> outcome;
    std::shared_ptr<const projections::booking_line> line;
    world_.views().booking(event, number, state.seq(), [&](read_outcome how, auto found) {
      outcome = how;
      line = std::move(found);
    });
    world_.settle();
    REQUIRE(outcome.has_value());
    if (const auto* should = state.find(number)) {
      REQUIRE(line != nullptr);
      CHECK(line->event == event);
      CHECK(line->seats->spec() == state.seats()->spec());
      CHECK(line->currency == state.config().currency);
      CHECK((line->status == projections::booking_line::kind::confirmed) ==
            (should->status == domain::booking_status::confirmed));
      compare(line->what, *should);
    } else if (const auto* ended = state.find_ended(number); ended != nullptr && line == nullptr) {
      CHECK(forgets_); // the views remember fewer of them
    } else if (ended != nullptr) {
      REQUIRE(line != nullptr);
      CHECK((line->status == projections::booking_line::kind::expired) ==
            (ended->ended == domain::ended_hold::how::expired));
      CHECK(line->what.by == ended->by);
    }
    if (number > state.last_hold())
      CHECK(*outcome == read_outcome::not_found);
  }

  static void compare(const domain::booking& is, const domain::booking& should) {
    CHECK(is.number == should.number);
    CHECK(is.status == should.status);
    CHECK(is.extended == should.extended);
    CHECK(is.by == should.by);
    CHECK(is.sold_by == should.sold_by);
    CHECK(is.confirmed_by == should.confirmed_by);
    CHECK(is.created_at == should.created_at);
    CHECK(is.cap_at == should.cap_at);
    CHECK(is.seats == should.seats);
    CHECK(is.prices == should.prices);
    CHECK(is.areas == should.areas);
    CHECK(is.paid == should.paid);
    CHECK(is.payment == should.payment);
    if (is.status == domain::booking_status::held)
      CHECK(is.expires_at == should.expires_at);
    else
      CHECK(is.confirmed_at == should.confirmed_at);
  }

  sales sales_;
  projections::view_settings settings_;
  bool forgets_ = false; ///< ended holds, early
  pumped_world world_;
  std::vector<pending_read> reads_;
  tally done_;
};

} // namespace

TEST_CASE("what is shown is the fold of the journal, whatever the order of commits, reads, turns, drops and restarts") {
  tally all;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    CAPTURE(seed);
    run one{seed};
    for (int i = 0; i < 400; ++i)
      one.step();
    one.finish();
    all += one.done();
  }
  MESSAGE("reads answered ", all.answered, ", behind ", all.behind, "; the ring was lost ", all.laps, " times; ",
          all.loads, " events loaded, ", all.folded, " commands folded, ", all.restarts, " processes, ",
          all.checkpoints, " checkpoints");
  CHECK(all.answered > 5'000);
  CHECK(all.behind > 500);
  CHECK(all.laps > 500);
  CHECK(all.loads > 3'000);
  CHECK(all.restarts > 1'000);
  CHECK(all.checkpoints > 1'000);
}

} // namespace holdfast::projections_test
