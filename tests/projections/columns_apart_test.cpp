#include "projections/search/column_fold.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::projections_test {

namespace {

using projections::column_fold;

void apply(column_fold& to, const journal::append_group& group) {
  to.apply({group.stream, group.first_seq, group.facts.get(), 0, group.facts});
}

/// The fold, as its stored rows bring it back.
auto again(const column_fold& from) -> std::unique_ptr<column_fold> {
  std::map<std::string, std::string> rows;
  from.visit_rows([&](std::string_view key, std::string_view value) { rows.emplace(key, value); });
  auto fold = std::make_unique<column_fold>();
  for (const auto& [key, value] : rows)
    REQUIRE(fold->take_row(key, value));
  return fold;
}

} // namespace

TEST_CASE("what is available is what the public can have, whatever is set apart, held from there, or given back") {
  std::uint64_t apart = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    sales from{seed, 1};
    const auto event = from.events().front();
    auto fold = std::make_unique<column_fold>();
    domain::instant now{1'795'000'000'000};
    for (int i = 0; i < 200; ++i) {
      now = now + domain::seconds(15);
      const auto made = from.random_command(now);
      if (!made)
        continue;
      apply(*fold, made->to_append());
      const auto& state = from.state(event);
      const auto& row = fold->columns()->row(0);
      CHECK(row.available.get() == state.counts().available);
      CHECK(row.availability() ==
            domain::availability_of(state.config().few, state.counts().available, row.capacity.get()));
      apart += state.allocations().size();
      if (i % 20 == 19)
        fold = again(*fold);
    }
  }
  CHECK(apart > 1'000);
}

} // namespace holdfast::projections_test
