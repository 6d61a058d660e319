#include "projections/feed.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

namespace {

using projections::feed;

auto cursor(int position) -> journal::cursor {
  return journal::cursor{std::to_string(position)};
}

/// Batch `position` with some groups.
auto batch(int position, std::size_t groups = 1) -> feed::batch {
  auto made = std::make_shared<journal::committed_batch>();
  made->groups.resize(groups);
  made->after = cursor(position);
  return made;
}

auto positions(const std::vector<feed::batch>& batches) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& each : batches)
    all.push_back(each->after.text());
  return all;
}

auto take_all(feed::consumer& from) -> std::vector<std::string> {
  std::vector<feed::batch> taken;
  while (from.take(taken, 3) == feed::outcome::taken) {
  }
  return positions(taken);
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a consumer at the base takes every batch once and in order") {
  const auto ring = std::make_shared<feed>(cursor(7));
  const auto consumer = ring->subscribe([] {});
  REQUIRE(consumer->seek(cursor(7)));
  for (int i = 8; i <= 20; ++i)
    ring->committed(batch(i));
  CHECK(take_all(*consumer) == texts{"8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"});
  CHECK(take_all(*consumer).empty());
  ring->committed(batch(21));
  CHECK(take_all(*consumer) == texts{"21"});
}

TEST_CASE("a take ends with the batch that reaches the bound of groups") {
  const auto ring = std::make_shared<feed>(cursor(0));
  const auto consumer = ring->subscribe([] {});
  REQUIRE(consumer->seek(cursor(0)));
  for (int i = 1; i <= 5; ++i)
    ring->committed(batch(i, 4));
  std::vector<feed::batch> taken;
  REQUIRE(consumer->take(taken, 5) == feed::outcome::taken);
  CHECK(positions(taken) == texts{"1", "2"});
}

TEST_CASE("a consumer is woken once, and again only after it has drained") {
  const auto ring = std::make_shared<feed>(cursor(0));
  int wakes = 0;
  const auto consumer = ring->subscribe([&] { ++wakes; });
  REQUIRE(consumer->seek(cursor(0)));
  for (int i = 1; i <= 4; ++i)
    ring->committed(batch(i));
  CHECK(wakes == 1);
  std::vector<feed::batch> taken;
  REQUIRE(consumer->take(taken, 1) == feed::outcome::taken);
  ring->committed(batch(5));
  CHECK(wakes == 1);
  CHECK(take_all(*consumer).size() == 4);
  ring->committed(batch(6));
  CHECK(wakes == 2);
}

TEST_CASE("a consumer whose place was pushed out is told so, once, and finds it again after reading on") {
  const auto ring = std::make_shared<feed>(cursor(0), feed::bounds{4, 100});
  const auto consumer = ring->subscribe([] {});
  REQUIRE(consumer->seek(cursor(0)));
  for (int i = 1; i <= 5; ++i)
    ring->committed(batch(i));
  std::vector<feed::batch> taken;
  CHECK(consumer->take(taken, 10) == feed::outcome::lost);
  CHECK(taken.empty());
  CHECK_FALSE(consumer->seek(cursor(0)));
  SUBCASE("at a batch of the ring") {
    REQUIRE(consumer->seek(cursor(3)));
    CHECK(take_all(*consumer) == texts{"4", "5"});
  }
  SUBCASE("just before the oldest batch of the ring") {
    REQUIRE(consumer->seek(cursor(1)));
    CHECK(take_all(*consumer) == texts{"2", "3", "4", "5"});
  }
  SUBCASE("at the newest batch") {
    REQUIRE(consumer->seek(cursor(5)));
    CHECK(take_all(*consumer).empty());
  }
}

TEST_CASE("who is ahead of the ring has no place in it until the commit comes, and is woken by that") {
  const auto ring = std::make_shared<feed>(cursor(0));
  int wakes = 0;
  const auto consumer = ring->subscribe([&] { ++wakes; });
  ring->committed(batch(1));
  CHECK(wakes == 1);
  CHECK_FALSE(consumer->seek(cursor(2)));
  ring->committed(batch(2));
  CHECK(wakes == 2);
  REQUIRE(consumer->seek(cursor(2)));
  CHECK(take_all(*consumer).empty());
}

TEST_CASE("the ring keeps the newest batch however large, and no more than its bounds") {
  const auto ring = std::make_shared<feed>(cursor(0), feed::bounds{100, 10});
  const auto consumer = ring->subscribe([] {});
  ring->committed(batch(1, 4));
  ring->committed(batch(2, 4));
  ring->committed(batch(3, 4));
  REQUIRE(consumer->seek(cursor(1)));
  CHECK(take_all(*consumer) == texts{"2", "3"});
  CHECK_FALSE(consumer->seek(cursor(0)));
  ring->committed(batch(4, 400));
  CHECK_FALSE(consumer->seek(cursor(2)));
  REQUIRE(consumer->seek(cursor(3)));
  CHECK(take_all(*consumer) == texts{"4"});
}

TEST_CASE("a batch that was pushed out is freed by the next take, not kept") {
  const auto ring = std::make_shared<feed>(cursor(0), feed::bounds{1, 100});
  const auto consumer = ring->subscribe([] {});
  auto first = batch(1);
  const std::weak_ptr<const journal::committed_batch> watched = first;
  ring->committed(std::move(first));
  ring->committed(batch(2));
  std::vector<feed::batch> taken;
  CHECK(consumer->take(taken, 1) == feed::outcome::lost);
  CHECK(watched.expired());
}

TEST_CASE("the next batch can be looked at without taking it") {
  const auto ring = std::make_shared<feed>(cursor(0));
  const auto consumer = ring->subscribe([] {});
  CHECK(consumer->next() == nullptr);
  REQUIRE(consumer->seek(cursor(0)));
  CHECK(consumer->next() == nullptr);
  ring->committed(batch(1));
  REQUIRE(consumer->next() != nullptr);
  CHECK(consumer->next()->after == cursor(1));
  CHECK(take_all(*consumer) == texts{"1"});
}

TEST_CASE("whoever unsubscribed is not woken any more") {
  const auto ring = std::make_shared<feed>(cursor(0));
  int wakes = 0;
  auto consumer = ring->subscribe([&] { ++wakes; });
  consumer.reset();
  ring->committed(batch(1));
  CHECK(wakes == 0);
}

} // namespace holdfast::projections_test
