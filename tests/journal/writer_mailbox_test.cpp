#include "journal/writer_mailbox.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <thread>

namespace holdfast::journal {

namespace {

/// So far away that a test that waited for it would be seen.
auto tomorrow() -> std::chrono::steady_clock::time_point {
  return std::chrono::steady_clock::now() + std::chrono::hours{24};
}

auto push_one(writer_mailbox& mailbox) -> bool {
  append_group group;
  std::shared_ptr<append_done> done;
  return mailbox.push(group, done, {});
}

} // namespace

TEST_CASE("a writer lingers until as many appends are there as it waits for") {
  writer_mailbox mailbox;
  REQUIRE(push_one(mailbox));
  std::jthread callers{[&] {
    CHECK(push_one(mailbox));
    CHECK(push_one(mailbox));
  }};
  mailbox.linger(3, tomorrow());
  CHECK(mailbox.depth() == 3);
  mailbox_content content;
  REQUIRE(mailbox.try_take(content));
  CHECK(content.appends.size() == 3);
}

TEST_CASE(
    "a writer does not linger when what it waits for is there, when its time is over, or when the mailbox closes") {
  writer_mailbox mailbox;
  REQUIRE(push_one(mailbox));
  mailbox.linger(1, tomorrow());
  mailbox.linger(2, std::chrono::steady_clock::now());
  std::jthread owner{[&] { mailbox.close(); }};
  mailbox.linger(2, tomorrow());
  CHECK(mailbox.depth() == 1);
}

TEST_CASE("an append wakes a writer that has nothing to do, after it has lingered as well") {
  writer_mailbox mailbox;
  mailbox.linger(5, std::chrono::steady_clock::now());
  std::jthread caller{[&] { CHECK(push_one(mailbox)); }};
  mailbox_content content;
  CHECK(mailbox.take(content));
  CHECK(content.appends.size() == 1);
}

} // namespace holdfast::journal
