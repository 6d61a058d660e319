#include "domain/split_table.hpp"
#include "domain/strong_id.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <map>

using namespace holdfast::domain;

namespace {

struct entry {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};

struct mixed {
  static auto hash(const entry& of) noexcept -> std::uint64_t { return mix64(of.key); }
  static auto empty(const entry& of) noexcept -> bool { return of.key == 0; }
};

/// Hashes of which the high bits are all alike, as somebody who wants to do harm would choose them.
struct hostile {
  static auto hash(const entry& of) noexcept -> std::uint64_t { return of.key; }
  static auto empty(const entry& of) noexcept -> bool { return of.key == 0; }
};

/// Hashes that are all the same.
struct constant {
  static auto hash(const entry&) noexcept -> std::uint64_t { return 42; }
  static auto empty(const entry& of) noexcept -> bool { return of.key == 0; }
};

template <class Policy>
auto agrees_with_a_map(int steps, std::uint64_t keys) -> bool {
  split_table<entry, Policy> table;
  std::map<std::uint64_t, std::uint64_t> plain;
  std::uint64_t random = keys;
  for (int i = 0; i < steps; ++i) {
    random = mix64(random);
    const std::uint64_t key = 1 + random % keys;
    const auto hash = Policy::hash({key, 0});
    auto* const found = table.find(hash, [&](const entry& one) { return one.key == key; });
    if ((found != nullptr) != plain.contains(key) || (found != nullptr && found->value != plain[key])) {
      return false;
    }
    // Grows for the first half, shrinks in the second.
    const bool add = (random >> 32) % 10 < (i < steps / 2 ? 8U : 2U);
    if (found == nullptr && add) {
      table.insert({key, random});
      plain[key] = random;
    } else if (found != nullptr && !add) {
      table.erase(hash, found);
      plain.erase(key);
    }
    if (table.size() != plain.size()) {
      return false;
    }
  }
  std::map<std::uint64_t, std::uint64_t> visited;
  table.visit([&](const entry& one) { visited[one.key] = one.value; });
  return visited == plain;
}

} // namespace

TEST_CASE("a split table finds what a map finds, while it grows and shrinks") {
  CHECK(agrees_with_a_map<mixed>(400'000, 50'000));
  CHECK(agrees_with_a_map<mixed>(10'000, 20));
}

TEST_CASE("a split table stays right and small when hashes collide on purpose") {
  CHECK(agrees_with_a_map<hostile>(60'000, 3'000));
  CHECK(agrees_with_a_map<constant>(20'000, 300));
  split_table<entry, hostile> table;
  for (std::uint64_t key = 1; key <= 10'000; ++key) {
    table.insert({key, key});
  }
  CHECK(table.bytes() < 10'000 * sizeof(entry) * 4);
}

TEST_CASE("sweeping removes what it is told to, a segment at a time, and gives all memory back at the end") {
  split_table<entry, mixed> table;
  CHECK(table.sweep([](const entry&) { return true; }) == 0);
  for (std::uint64_t key = 1; key <= 10'000; ++key) {
    table.insert({key, key % 2});
  }
  std::size_t gone = 0;
  std::size_t most_at_once = 0;
  while (gone < 5'000) {
    const auto now = table.sweep([](const entry& one) { return one.value == 1; });
    most_at_once = std::max(most_at_once, now);
    gone += now;
  }
  CHECK(gone == 5'000);
  CHECK(most_at_once <= 128);
  CHECK(table.size() == 5'000);
  bool odd = false;
  table.visit([&](const entry& one) { odd |= one.value == 1; });
  CHECK_FALSE(odd);
  while (table.size() > 0) {
    table.sweep([](const entry&) { return true; });
  }
  CHECK(table.bytes() == 0);
  table.insert({7, 8});
  CHECK(table.find(mix64(7), [](const entry& one) { return one.key == 7; })->value == 8);
}
