#include "domain/queue/draw.hpp"
#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The expected values were computed by a program of thirty lines in another language, from docs/waiting-room.md alone.
using namespace holdfast;
using namespace holdfast::tests;
using domain::queue::digest;

namespace {

auto leaves(std::uint32_t count) -> std::vector<digest> {
  std::vector<digest> all;
  for (std::uint32_t i = 0; i < count; ++i) {
    all.push_back(domain::queue::leaf_hash(i + 1, {domain::mix64(i), i}, 0));
  }
  return all;
}

/// Eight entrants of three bands.
auto eight() -> std::vector<digest> {
  std::vector<digest> all;
  for (std::uint32_t i = 0; i < 8; ++i) {
    const domain::subject_id who{0x1111'1111'1111'1111ULL * (i + 1), i};
    all.push_back(domain::queue::leaf_hash(i + 1, who, static_cast<std::uint8_t>(i % 3)));
  }
  return all;
}

auto log_of(std::span<const digest> all) -> domain::queue::merkle_log {
  domain::queue::merkle_log log;
  for (const auto& one : all) {
    log.append(one);
  }
  return log;
}

auto order_of(const std::vector<digest>& all, const std::string& round_value) -> std::vector<std::uint32_t> {
  const auto mixed = domain::queue::mixed_seed(a_seed(), round_value);
  return domain::queue::drawn_order(mixed, static_cast<std::uint32_t>(all.size()),
                                    [&](std::uint32_t i) { return all[i]; });
}

auto pair_hash(const digest& left, const digest& right) -> digest {
  std::vector<std::uint8_t> bytes{1};
  bytes.insert(bytes.end(), left.begin(), left.end());
  bytes.insert(bytes.end(), right.begin(), right.end());
  return domain::queue::sha256(bytes);
}

/// RFC 9162, 2.1.3.2: whether a leaf is in the tree.
auto is_included(std::uint32_t index, std::uint32_t size, digest hash, std::span<const digest> path, const digest& root)
    -> bool {
  std::uint32_t node = index;
  std::uint32_t last = size - 1;
  for (const auto& sibling : path) {
    if (last == 0) {
      return false;
    }
    if ((node & 1U) != 0 || node == last) {
      hash = pair_hash(sibling, hash);
      while ((node & 1U) == 0 && node != 0) {
        node /= 2;
        last /= 2;
      }
    } else {
      hash = pair_hash(hash, sibling);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

} // namespace

TEST_CASE("commitment, leaf, root and order are what anybody computes from the published rules") {
  CHECK(hex(domain::queue::commitment_to(a_seed())) ==
        "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
  CHECK(hex(domain::queue::mixed_seed(a_seed(), "")) ==
        "d38b42096d80f45f826b44a9d5607de72496a415d3f4a1a8c88e3bb9da8dc1cb");
  CHECK(hex(domain::queue::mixed_seed(a_seed(), "drand 1000: 2f7a")) ==
        "b6d44154590412c96c8dea972547b1beaa6049a7812a7798f7c89809f57c1f3f");
  const auto all = eight();
  CHECK(hex(all[0]) == "11ce0aea766fa2f2035f2448c45ae1d008d06e65ca49980811e0b3666837dd8f");
  CHECK(hex(log_of(all).root()) == "d7e7a899a71cbe2793fc317ec412210acbdc65a8ccc7c697fad6eaea9b82ddb2");
  CHECK(hex(log_of(std::span{all}.first(5)).root()) ==
        "de199eb670bce840e0f70a577bc06c5a0426ebfe88b3b145c8df9901c2997fd0");
  CHECK(hex(log_of({}).root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(order_of(all, "") == std::vector<std::uint32_t>{7, 3, 6, 1, 2, 5, 0, 4});
  CHECK(order_of(all, "drand 1000: 2f7a") == std::vector<std::uint32_t>{0, 4, 1, 6, 7, 5, 2, 3});
}

TEST_CASE("a draw of thousands is the same permutation everywhere") {
  const auto all = leaves(2'500);
  CHECK(hex(log_of(all).root()) == "2319f6c77f7c4a7887a5ad0f43a9ebe32a9c842a70923e1fda2b552a2e923e51");
  const auto order = order_of(all, "drand 1000: 2f7a");
  CHECK(std::vector(order.begin(), order.begin() + 8) ==
        std::vector<std::uint32_t>{133, 1838, 249, 1282, 217, 734, 371, 2319});
  std::vector<std::uint8_t> bytes;
  for (const auto index : order) {
    for (const auto shift : {24U, 16U, 8U, 0U}) {
      bytes.push_back(static_cast<std::uint8_t>(index >> shift));
    }
  }
  CHECK(hex(domain::queue::sha256(bytes)) == "5ac35691e5a7c7e0b98bf6578159777a7909953b447a3dc8a2f243b2fcda8e4a");
  auto sorted = order;
  std::ranges::sort(sorted);
  for (std::uint32_t i = 0; i < sorted.size(); ++i) {
    REQUIRE(sorted[i] == i);
  }
}

TEST_CASE("every entrant can prove that they were in the draw, and nobody else can") {
  const auto all = leaves(2'500);
  const auto reader = [&](std::uint32_t i) { return all[i]; };
  const auto stranger = domain::queue::leaf_hash(9'999, {1, 1}, 0);
  std::vector<std::uint32_t> sizes{1'023, 1'024, 1'025, 2'047, 2'048, 2'049, 2'500};
  for (std::uint32_t size = 1; size <= 40; ++size) {
    sizes.push_back(size);
  }
  for (const auto size : sizes) {
    CAPTURE(size);
    const auto log = log_of(std::span{all}.first(size));
    REQUIRE(log.size() == size);
    for (std::uint32_t index = 0; index < size; index += 1 + size / 37) {
      CAPTURE(index);
      const auto path = log.inclusion_proof(index, reader);
      REQUIRE(is_included(index, size, all[index], path, log.root()));
      REQUIRE_FALSE(is_included(index, size, stranger, path, log.root()));
      if (size > 1) {
        REQUIRE_FALSE(is_included((index + 1) % size, size, all[index], path, log.root()));
      }
    }
  }
}

TEST_CASE("a leaf tells places, subjects and bands apart") {
  const auto leaf = domain::queue::leaf_hash(1, {2, 3}, 4);
  CHECK(leaf != domain::queue::leaf_hash(2, {2, 3}, 4));
  CHECK(leaf != domain::queue::leaf_hash(1, {1, 3}, 4));
  CHECK(leaf != domain::queue::leaf_hash(1, {2, 4}, 4));
  CHECK(leaf != domain::queue::leaf_hash(1, {2, 3}, 5));
}
