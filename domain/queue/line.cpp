#include "domain/queue/line.hpp"

#include "domain/check.hpp"

#include <bit>

namespace holdfast::domain::queue {
namespace {

constexpr auto word_spots = line_order::word_spots;
constexpr auto block_words = line_order::block_words;
constexpr auto block_spots = line_order::block_spots;

/// People on the spots of a block that are before one of them.
auto in_block_before(const std::vector<std::uint64_t>& bits, std::uint32_t spot) noexcept -> std::uint32_t {
  std::uint32_t sum = 0;
  const std::size_t last = spot / word_spots;
  for (std::size_t word = last / block_words * block_words; word < last; ++word) {
    sum += static_cast<std::uint32_t>(std::popcount(bits[word]));
  }
  const auto below = (std::uint64_t{1} << (spot % word_spots)) - 1;
  return sum + static_cast<std::uint32_t>(std::popcount(bits[last] & below));
}

/// The part of a Fenwick tree's node that says how many values it sums.
constexpr auto low_bit(std::size_t node) noexcept -> std::size_t {
  return node & (~node + 1);
}

} // namespace

auto line::push(std::uint32_t place) -> spot {
  const auto at = static_cast<spot>(places_.size());
  if (at % block_spots == 0) {
    begin_block();
  }
  places_.push_back(place);
  bits_[at / word_spots] |= std::uint64_t{1} << (at % word_spots);
  for (std::size_t node = at / block_spots + 1; node <= count_.size(); node += low_bit(node)) {
    ++count_[node - 1];
  }
  ++size_;
  return at;
}

void line::begin_block() {
  bits_.resize(bits_.size() + block_words);
  // A new node sums the blocks below it that are there already.
  const std::size_t node = count_.size() + 1;
  const auto below = before_block(node - 1) - before_block(node - low_bit(node));
  count_.push_back(below);
}

void line::leave(spot from_there) noexcept {
  HF_CHECK(stands(from_there), "who leaves a line stands in it");
  bits_[from_there / word_spots] &= ~(std::uint64_t{1} << (from_there % word_spots));
  for (std::size_t node = from_there / block_spots + 1; node <= count_.size(); node += low_bit(node)) {
    --count_[node - 1];
  }
  --size_;
  if (from_there == head_) {
    head_ = from(head_).value_or(spots());
  }
}

auto line::before_block(std::size_t block) const noexcept -> std::uint32_t {
  std::uint32_t sum = 0;
  for (std::size_t node = block; node > 0; node -= low_bit(node)) {
    sum += count_[node - 1];
  }
  return sum;
}

auto line::ahead_of(spot at) const noexcept -> std::uint32_t {
  return before_block(at / block_spots) + in_block_before(bits_, at);
}

auto line_order::ahead_of(std::uint32_t spot) const noexcept -> std::uint32_t {
  return before[spot / block_spots] + in_block_before(bits, spot);
}

auto line::order() const -> line_order {
  line_order copy{bits_, {}};
  copy.before.reserve(count_.size());
  std::uint32_t sum = 0;
  for (std::size_t word = 0; word < bits_.size(); ++word) {
    if (word % block_words == 0) {
      copy.before.push_back(sum);
    }
    sum += static_cast<std::uint32_t>(std::popcount(bits_[word]));
  }
  return copy;
}

auto line::from(spot at) const noexcept -> std::optional<spot> {
  if (at >= spots()) {
    return std::nullopt;
  }
  std::size_t word = at / word_spots;
  auto there = bits_[word] & (~std::uint64_t{0} << (at % word_spots));
  while (there == 0) {
    if (++word == bits_.size()) {
      return std::nullopt;
    }
    there = bits_[word];
  }
  return static_cast<spot>(word * word_spots) + static_cast<spot>(std::countr_zero(there));
}

auto line::first() const noexcept -> std::optional<spot> {
  return from(head_);
}

auto line::after(spot at) const noexcept -> std::optional<spot> {
  return from(at + 1);
}

auto line::with_ahead(std::uint32_t ahead) const noexcept -> spot {
  HF_CHECK(ahead < size_, "who is looked for stands in the line");
  // Down the tree: the largest number of whole blocks that has no more than `ahead` people.
  std::size_t block = 0;
  for (std::size_t step = std::bit_floor(count_.size()); step > 0; step /= 2) {
    if (block + step <= count_.size() && count_[block + step - 1] <= ahead) {
      block += step;
      ahead -= count_[block - 1];
    }
  }
  std::size_t word = block * block_words;
  while (static_cast<std::uint32_t>(std::popcount(bits_[word])) <= ahead) {
    ahead -= static_cast<std::uint32_t>(std::popcount(bits_[word]));
    ++word;
  }
  auto there = bits_[word];
  for (; ahead > 0; --ahead) {
    there &= there - 1;
  }
  return static_cast<spot>(word * word_spots) + static_cast<spot>(std::countr_zero(there));
}

void line::clear() noexcept {
  places_.clear();
  bits_ = std::vector<std::uint64_t>{};
  count_ = std::vector<std::uint32_t>{};
  size_ = 0;
  head_ = 0;
}

auto line::bytes() const noexcept -> std::size_t {
  return places_.bytes() + bits_.capacity() * sizeof(std::uint64_t) + count_.capacity() * sizeof(std::uint32_t);
}

} // namespace holdfast::domain::queue
