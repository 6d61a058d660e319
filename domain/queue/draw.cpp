#include "domain/queue/draw.hpp"

#include "domain/check.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <compare>

namespace holdfast::domain::queue {
namespace {

template <std::size_t Bytes>
void put(std::array<std::uint8_t, Bytes>& to, std::size_t at, std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < 8; ++i) {
    to[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }
}

auto node_hash(const digest& left, const digest& right) noexcept -> digest {
  std::array<std::uint8_t, 65> bytes{};
  bytes[0] = 0x01;
  std::ranges::copy(left, bytes.begin() + 1);
  std::ranges::copy(right, bytes.begin() + 33);
  return sha256(bytes);
}

auto first_half(const digest& of) noexcept -> std::uint64_t {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value = value << 8 | of[i];
  }
  return value;
}

/// The largest power of two below n, which is at least 2.
auto left_leaves(std::uint32_t n) noexcept -> std::uint32_t {
  return std::bit_floor(n - 1);
}

} // namespace

auto leaf_hash(std::uint32_t place, const subject_id& who, std::uint8_t band) noexcept -> digest {
  std::array<std::uint8_t, 26> bytes{};
  put(bytes, 1, place);
  put(bytes, 9, who.high);
  put(bytes, 17, who.low);
  bytes[25] = band;
  return sha256(bytes);
}

auto commitment_to(const digest& seed) noexcept -> digest {
  return sha256(seed);
}

auto mixed_seed(const digest& seed, std::string_view round_value) noexcept -> digest {
  return hmac_sha256{seed}({reinterpret_cast<const std::uint8_t*>(round_value.data()), round_value.size()});
}

auto drawn_order(const digest& mixed, std::uint32_t entrants, const leaf_reader& leaf) -> std::vector<std::uint32_t> {
  struct lot {
    std::uint64_t high;
    std::uint32_t index;
  };
  const hmac_sha256 draw{mixed};
  std::vector<lot> lots;
  lots.reserve(entrants);
  for (std::uint32_t i = 0; i < entrants; ++i) {
    lots.push_back({first_half(draw(leaf(i))), i});
  }
  std::ranges::sort(lots, [&](const lot& a, const lot& b) {
    if (a.high != b.high) {
      return a.high < b.high;
    }
    const auto order = draw(leaf(a.index)) <=> draw(leaf(b.index));
    return std::is_eq(order) ? a.index < b.index : std::is_lt(order);
  });
  std::vector<std::uint32_t> order;
  order.reserve(entrants);
  for (const auto& one : lots) {
    order.push_back(one.index);
  }
  return order;
}

void merkle_log::append(const digest& leaf) {
  whole_.push_back(leaf);
  std::uint32_t leaves = 1;
  for (auto carry = size_; (carry & 1U) != 0; carry /= 2) {
    const auto right = whole_.back();
    whole_.pop_back();
    whole_.back() = node_hash(whole_.back(), right);
    leaves *= 2;
    if (leaves == tile_leaves) {
      tiles_.push_back(whole_.back());
    }
  }
  ++size_;
}

auto merkle_log::root() const noexcept -> digest {
  if (whole_.empty()) {
    return sha256({});
  }
  auto root = whole_.back();
  for (std::size_t i = whole_.size() - 1; i > 0; --i) {
    root = node_hash(whole_[i - 1], root);
  }
  return root;
}

auto merkle_log::root_of(std::uint32_t first, std::uint32_t end, const leaf_reader& leaf) const -> digest {
  const auto n = end - first;
  if (n == 1) {
    return leaf(first);
  }
  if (n == tile_leaves && first % tile_leaves == 0) {
    return tiles_[first / tile_leaves];
  }
  const auto middle = first + left_leaves(n);
  return node_hash(root_of(first, middle, leaf), root_of(middle, end, leaf));
}

auto merkle_log::inclusion_proof(std::uint32_t index, const leaf_reader& leaf) const -> std::vector<digest> {
  HF_CHECK(index < size_, "a proof is of a leaf that is there");
  std::vector<digest> path;
  std::uint32_t first = 0;
  std::uint32_t end = size_;
  while (end - first > 1) {
    const auto middle = first + left_leaves(end - first);
    if (index < middle) {
      path.push_back(root_of(middle, end, leaf));
      end = middle;
    } else {
      path.push_back(root_of(first, middle, leaf));
      first = middle;
    }
  }
  std::ranges::reverse(path);
  return path;
}

auto merkle_log::bytes() const noexcept -> std::size_t {
  return (whole_.capacity() + tiles_.capacity()) * sizeof(digest);
}

} // namespace holdfast::domain::queue
