#include "notifications/waitlist_watch.hpp"
#include "people/contact.hpp"
#include "tests/support/temporary_place.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

/// Whose address is whose while they wait, and when it goes.
namespace holdfast::notifications {

namespace {

const domain::event_id watched_event{1};
const domain::event_id other_watched_event{2};
const domain::subject_id waiting_ada{1, 2};
const domain::subject_id waiting_bob{3, 4};

/// A watch as the outbox has it: what it changes is written behind it.
class watch_post {
 public:
  watch_post() {
    auto opened = people::durable_map::open(place_.path() / "outbox");
    REQUIRE(opened.has_value());
    store_ = std::move(*opened);
  }

  void see(const domain::fact_body& what, domain::event_id event = watched_event, domain::command_id by = {}) {
    people::map_changes changes;
    is.see(event, by, what, changes, over);
    REQUIRE(store_->write(changes).has_value());
  }

  void join(std::uint32_t number, const domain::subject_id& who, domain::command_id by,
            domain::event_id event = watched_event) {
    see(domain::waitlist_joined{domain::waitlist_number{number}, who, 0, {}}, event, by);
  }

  void offer(std::uint32_t number, std::uint32_t hold) {
    domain::hold_created made;
    made.hold = domain::hold_number{hold};
    made.waitlist = domain::waitlist_number{number};
    see(made);
  }

  void restart() {
    is = {};
    REQUIRE(is.load(*store_).has_value());
  }

  [[nodiscard]] auto store() -> people::durable_map& { return *store_; }

  waitlist_watch is;
  std::vector<told_waiting> over;

 private:
  testing::temporary_place place_;
  std::unique_ptr<people::durable_map> store_;
};

auto told_number(const domain::command_id& by) -> std::uint64_t {
  return people::attempt_of(by);
}

} // namespace

TEST_CASE("an offer finds what came with the order that it is for, after a restart too, and no other") {
  watch_post post;
  CHECK_FALSE(post.is.watches(watched_event));
  post.join(1, waiting_ada, {10, 20});
  post.join(1, waiting_bob, {30, 40}, other_watched_event);
  for (int i = 0; i < 2; ++i) {
    CHECK(post.is.watches(watched_event));
    CHECK(post.is.told_with(watched_event, domain::waitlist_number{1}) == told_number({10, 20}));
    CHECK(post.is.told_with(other_watched_event, domain::waitlist_number{1}) == told_number({30, 40}));
    CHECK(post.is.told_with(watched_event, domain::waitlist_number{2}) == 0);
    post.restart();
  }
  CHECK(post.over.empty());
}

TEST_CASE("what came with an order goes when it ends, however it does, and nobody else's does") {
  const domain::hold_number held{7};
  domain::order_confirmed sold;
  sold.hold = held;
  const std::vector<domain::fact_body> endings{domain::hold_released{held, {}}, domain::hold_expired{held}, sold,
                                               domain::event_closed{}, domain::event_cancelled{}};
  for (const auto& ending : endings) {
    for (const bool restarts : {false, true}) {
      watch_post post;
      post.join(1, waiting_ada, {10, 20});
      post.join(1, waiting_bob, {30, 40}, other_watched_event);
      post.offer(1, held.value());
      CHECK(post.over.empty());
      if (restarts) {
        post.restart();
      }
      post.see(domain::hold_released{domain::hold_number{8}, {}});
      post.see(ending);
      CHECK(post.over == std::vector{told_waiting{watched_event, waiting_ada, told_number({10, 20})}});
      CHECK_FALSE(post.is.watches(watched_event));
      post.see(ending);
      CHECK(post.over.size() == 1);
      post.restart();
      CHECK_FALSE(post.is.watches(watched_event));
      CHECK(post.is.watches(other_watched_event));
    }
  }
}

TEST_CASE("whoever leaves and comes again has another order, and the old one's address is not its") {
  watch_post post;
  post.join(1, waiting_ada, {10, 20});
  post.see(domain::waitlist_left{domain::waitlist_number{1}});
  post.join(2, waiting_ada, {50, 60});
  CHECK(post.over == std::vector{told_waiting{watched_event, waiting_ada, told_number({10, 20})}});
  CHECK(post.is.told_with(watched_event, domain::waitlist_number{1}) == 0);
  CHECK(post.is.told_with(watched_event, domain::waitlist_number{2}) == told_number({50, 60}));
}

TEST_CASE("a watch that begins anew knows nobody") {
  watch_post post;
  post.join(1, waiting_ada, {10, 20});
  people::map_changes changes;
  REQUIRE(post.is.clear(post.store(), changes).has_value());
  CHECK_FALSE(post.is.watches(watched_event));
  REQUIRE(post.store().write(changes).has_value());
  post.restart();
  CHECK_FALSE(post.is.watches(watched_event));
}

} // namespace holdfast::notifications
