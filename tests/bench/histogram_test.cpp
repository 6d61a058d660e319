#include "tools/bench/histogram.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace holdfast::tests {

namespace {

using tools::bench::histogram;

/// Values of every size, small ones as often as large ones.
[[nodiscard]] auto durations() -> rc::Gen<std::vector<std::uint64_t>> {
  return rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(rc::gen::map(
      rc::gen::pair(rc::gen::inRange<unsigned>(0, histogram::value_bits), rc::gen::arbitrary<std::uint64_t>()),
      [](const std::pair<unsigned, std::uint64_t>& parts) {
        return parts.second & ((std::uint64_t{2} << parts.first) - 1);
      })));
}

[[nodiscard]] auto filled(const std::vector<std::uint64_t>& values) -> histogram {
  histogram out;
  for (const auto value : values) {
    out.record(value);
  }
  return out;
}

} // namespace

TEST_CASE("a slot holds its values and is never wider than a thousandth of them") {
  CHECK(rc::check("slots", [] {
    const auto value = *rc::gen::inRange<std::uint64_t>(0, histogram::value_max + 1);
    const auto slot = histogram::slot_of(value);
    const auto top = histogram::slot_top(slot);
    RC_ASSERT(top >= value);
    RC_ASSERT(histogram::slot_of(top) == slot);
    RC_ASSERT(top == histogram::value_max || histogram::slot_of(top + 1) == slot + 1);
    RC_ASSERT(static_cast<double>(top - value) <= static_cast<double>(value) / 1000);
  }));
}

TEST_CASE("a percentile is the exact one to three significant digits") {
  CHECK(rc::check("percentiles", [] {
    auto values = *durations();
    const auto counted = filled(values);
    std::sort(values.begin(), values.end());
    for (const double quantile : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = std::max(1.0, std::ceil(quantile * static_cast<double>(values.size())));
      const auto exact = values[static_cast<std::size_t>(rank) - 1];
      const auto shown = counted.value_at(quantile);
      RC_ASSERT(shown >= exact);
      RC_ASSERT(static_cast<double>(shown - exact) <= static_cast<double>(exact) / 1000);
    }
  }));
}

TEST_CASE("count, smallest, largest and mean are exact") {
  CHECK(rc::check("moments", [] {
    const auto values = *durations();
    const auto counted = filled(values);
    double sum = 0;
    for (const auto value : values) {
      sum += static_cast<double>(value);
    }
    RC_ASSERT(counted.count() == values.size());
    RC_ASSERT(counted.min() == *std::min_element(values.begin(), values.end()));
    RC_ASSERT(counted.max() == *std::max_element(values.begin(), values.end()));
    RC_ASSERT(std::abs(counted.mean() - sum / static_cast<double>(values.size())) <= 1e-6 * (1 + counted.mean()));
  }));
}

TEST_CASE("adding two histograms is the same as recording everything in one") {
  CHECK(rc::check("addition", [] {
    const auto first = *durations();
    const auto second = *durations();
    auto together = first;
    together.insert(together.end(), second.begin(), second.end());
    auto sum = filled(first);
    sum.add(filled(second));
    const auto all = filled(together);
    RC_ASSERT(sum.count() == all.count());
    RC_ASSERT(sum.min() == all.min());
    RC_ASSERT(sum.max() == all.max());
    for (double quantile = 0; quantile <= 1; quantile += 0.0625) {
      RC_ASSERT(sum.value_at(quantile) == all.value_at(quantile));
    }
  }));
}

TEST_CASE("percentiles never fall as the quantile grows") {
  CHECK(rc::check("order", [] {
    const auto counted = filled(*durations());
    std::uint64_t before = 0;
    for (double quantile = 0; quantile <= 1; quantile += 0.01) {
      RC_ASSERT(counted.value_at(quantile) >= before);
      before = counted.value_at(quantile);
    }
    RC_ASSERT(before <= counted.max());
  }));
}

TEST_CASE("an empty histogram says nothing but zeros") {
  histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.value_at(0.99) == 0);
  CHECK(empty.min() == 0);
  CHECK(empty.max() == 0);
  CHECK(empty.mean() == 0);
  empty.record(5);
  empty.clear();
  CHECK(empty.count() == 0);
  CHECK(empty.value_at(1) == 0);
}

TEST_CASE("a value beyond the range counts at its end, and the largest stays exact") {
  histogram counted;
  counted.record(histogram::value_max + 12'345);
  CHECK(counted.count() == 1);
  CHECK(counted.max() == histogram::value_max + 12'345);
  CHECK(counted.value_at(0.5) == histogram::value_max);
}

} // namespace holdfast::tests
