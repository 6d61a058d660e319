#include "projections/post_gate.hpp"
#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>

namespace holdfast::projections_test {

TEST_CASE("a gate lets closures through until it is closed, and drops them after, also when it is gone") {
  posted actor;
  auto gate = std::make_unique<projections::post_gate>(actor.post());
  const auto entrance = gate->entrance();
  entrance([] {});
  CHECK(actor.waiting() == 1);
  gate->close();
  const auto kept = std::make_shared<int>(0);
  entrance([kept] {});
  gate.reset();
  entrance([kept] {});
  CHECK(actor.waiting() == 1);
  CHECK(kept.use_count() == 1); // dropped, not kept
}

TEST_CASE("views that end while a read of the journal is under way post nothing any more") {
  journal::memory_journal_options options;
  options.threaded = false;
  journal::memory_journal journal{std::move(options)};
  REQUIRE(journal.acquire(journal::cell_id{}).has_value());
  posted inventory, others;
  auto views = std::make_unique<projections::views_impl>(
      journal, nullptr, projections::view_posts{inventory.post(), others.post(), others.post(), others.post()},
      [] { return domain::instant{1'795'000'000'000}; });
  journal.listen(views->listener());
  const auto answer = std::make_shared<view_answer>();
  views->seats(domain::event_id{5}, 0, into(answer));
  REQUIRE(inventory.run_one());
  REQUIRE(inventory.waiting() == 0); // the event is being read from the journal
  views.reset();
  while (journal.pump() > 0) {
  }
  CHECK(inventory.waiting() == 0);
  CHECK_FALSE(answer->outcome.has_value());
}

} // namespace holdfast::projections_test
