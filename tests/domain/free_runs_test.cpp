#include "domain/free_runs.hpp"
#include "domain/seat_distance.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// Rows of all lengths with attributes here and there, in three tiers, at random places.
auto scattered_layout(std::uint64_t seed) -> std::shared_ptr<const layout> {
  std::vector<std::string> drawn;
  std::vector<drawn_row> rows;
  for (int i = 0; i < 120; ++i) {
    seed = mix64(seed);
    std::string row(1 + seed % (i % 10 == 0 ? 300 : 40), '.');
    for (auto& seat : row) {
      seed = mix64(seed);
      seat = "..........................acrA"[seed % 30];
    }
    drawn.push_back(std::move(row));
  }
  for (const auto& row : drawn) {
    seed = mix64(seed);
    const auto coordinate = [&](int shift) { return static_cast<std::int32_t>((seed >> shift) % 20'000) - 10'000; };
    rows.push_back({row,
                    "t" + std::to_string(seed % 3),
                    {coordinate(3), coordinate(20)},
                    static_cast<std::int32_t>(seed >> 40) % 200,
                    static_cast<std::int32_t>(seed >> 50) % 36'000});
  }
  return built(drawn_layout(rows));
}

/// The rows of a scattered layout, told seat by seat.
class plain_rows {
 public:
  explicit plain_rows(const layout& seats) : seats_{seats}, free_(seats.seat_count(), true) {}

  void set(seat_index seat, bool free) { free_[seat] = free; }
  [[nodiscard]] auto is_free(seat_index seat) const -> bool { return free_[seat]; }

  [[nodiscard]] auto fits(std::uint32_t row, free_runs::fit how, std::uint32_t quantity) const -> bool {
    const auto count = seats_.rows()[row].count;
    for (std::uint32_t at = 0; at + quantity <= count; ++at) {
      if (!has_room(row, at, quantity)) {
        continue;
      }
      const bool alone =
          leaves_alone(row, std::int64_t{at} - 1, -1) || leaves_alone(row, std::int64_t{at} + quantity, 1);
      if (how == free_runs::fit::any || !alone) {
        return true;
      }
    }
    return false;
  }

 private:
  [[nodiscard]] auto is_open(std::uint32_t row, std::int64_t at) const -> bool {
    const auto& line = seats_.rows()[row];
    if (at < 0 || at >= line.count) {
      return false;
    }
    const auto seat = line.first_seat + static_cast<seat_index>(at);
    return free_[seat] && (seats_.attributes(seat) & (seat_attribute::accessible | seat_attribute::companion)) == 0;
  }

  [[nodiscard]] auto has_room(std::uint32_t row, std::uint32_t at, std::uint32_t quantity) const -> bool {
    for (std::uint32_t i = 0; i < quantity; ++i) {
      if (!is_open(row, at + i)) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] auto leaves_alone(std::uint32_t row, std::int64_t beside, std::int64_t step) const -> bool {
    return is_open(row, beside) && !is_open(row, beside + step);
  }

  const layout& seats_;
  std::vector<bool> free_;
};

auto next_by_hand(const plain_rows& plain, const free_runs& runs, tier_index tier, free_runs::fit how,
                  std::uint32_t quantity, std::uint32_t from) -> std::optional<std::uint32_t> {
  const auto rows = runs.ranked(tier);
  for (std::uint32_t rank = from; rank < rows.size(); ++rank) {
    if (plain.fits(rows[rank], how, quantity)) {
      return rank;
    }
  }
  return std::nullopt;
}

auto previous_by_hand(const plain_rows& plain, const free_runs& runs, tier_index tier, free_runs::fit how,
                      std::uint32_t quantity, std::uint32_t before) -> std::optional<std::uint32_t> {
  const auto rows = runs.ranked(tier);
  for (std::uint32_t rank = before; rank-- > 0;) {
    if (plain.fits(rows[rank], how, quantity)) {
      return rank;
    }
  }
  return std::nullopt;
}

} // namespace

TEST_CASE("the next and the previous row with room are those that a look at every seat finds") {
  const auto seats = scattered_layout(3);
  free_runs runs{*seats};
  plain_rows plain{*seats};
  std::uint64_t random = 5;
  for (int i = 0; i < 4'000; ++i) {
    random = mix64(random);
    const auto seat = static_cast<seat_index>(random % seats->seat_count());
    // Mostly taken towards the middle of the run, mostly free at both ends.
    const bool free = (random >> 32) % 100 < (i < 2'000 ? 20U : 70U);
    const auto row = seats->row_of(seat);
    plain.set(seat, free);
    runs.set(*seats, seat, row, free);
    runs.refresh(*seats, row);
    if (i % 20 != 0) {
      continue;
    }
    const auto tier = static_cast<tier_index>((random >> 40) % 3);
    const auto quantity = static_cast<std::uint32_t>(1 + (random >> 44) % 9);
    const auto how = (random >> 50) % 2 == 0 ? free_runs::fit::any : free_runs::fit::tidy;
    const auto rank = static_cast<std::uint32_t>((random >> 54) % (runs.ranked(tier).size() + 1));
    REQUIRE(runs.next(tier, how, quantity, rank) == next_by_hand(plain, runs, tier, how, quantity, rank));
    REQUIRE(runs.previous(tier, how, quantity, rank) == previous_by_hand(plain, runs, tier, how, quantity, rank));
  }
}

TEST_CASE("rows are ranked by their distance, of which nothing in them is nearer") {
  const auto seats = scattered_layout(11);
  const free_runs runs{*seats};
  const auto focal = fine(seats->focal());
  std::size_t ranked = 0;
  for (tier_index tier = 0; tier < seats->tier_ids().size(); ++tier) {
    const auto rows = runs.ranked(tier);
    ranked += rows.size();
    for (std::uint32_t rank = 0; rank < rows.size(); ++rank) {
      CHECK(runs.rank_of(rows[rank]) == rank);
      CHECK(seats->rows()[rows[rank]].tier == tier);
      if (rank > 0) {
        CHECK(runs.nearest(rows[rank - 1]) <= runs.nearest(rows[rank]));
      }
      for (std::uint32_t at = 0; at < seats->rows()[rows[rank]].count; ++at) {
        REQUIRE(runs.nearest(rows[rank]) <= group_distance(*seats, rows[rank], at, 1, focal));
      }
    }
  }
  CHECK(ranked == seats->rows().size());
}

TEST_CASE("runs of a row are parted by taken, accessible and companions' seats") {
  const std::string wide = "..a..c." + std::string(120, '.');
  const auto seats = built(drawn_layout({{wide}}));
  free_runs runs{*seats};
  runs.set(*seats, 63, 0, false);
  runs.set(*seats, 64, 0, false);
  runs.refresh(*seats, 0);
  std::string drawing;
  for (auto run = runs.next_run(*seats, 0, 0); run; run = runs.next_run(*seats, 0, run->end)) {
    drawing += std::to_string(run->begin) + "-" + std::to_string(run->end) + " ";
  }
  CHECK(drawing == "0-2 3-5 6-63 65-127 ");
  CHECK_FALSE(runs.next_run(*seats, 0, 127));
  CHECK(runs.is_free(*seats, 0, 0));
  CHECK_FALSE(runs.is_free(*seats, 0, 2));
  CHECK_FALSE(runs.is_free(*seats, 0, 64));
  CHECK_FALSE(runs.is_free(*seats, 0, -1));
  CHECK_FALSE(runs.is_free(*seats, 0, 127));
}

TEST_CASE("rows where a clear view needs a seat of restricted view are passed over") {
  const auto seats = built(drawn_layout({{"..r.."}, {"....."}}));
  const free_runs runs{*seats};
  using fit = free_runs::fit;
  CHECK(runs.ranked(0)[0] == 0);
  CHECK(runs.next(0, fit::clear, 2, 0) == 0);
  CHECK(runs.next(0, fit::clear, 3, 0) == 1);
  CHECK(runs.next(0, fit::tidy, 3, 0) == 0);
  CHECK(runs.next(0, fit::clear, 4, 0) == std::nullopt);
  CHECK(runs.next(0, fit::any, 4, 0) == 0);
  CHECK(runs.may_fit(0, 1, fit::any, 5));
  CHECK_FALSE(runs.may_fit(0, 1, fit::any, 6));
}

TEST_CASE("a layout without seats has no rows to rank") {
  layout_spec spec;
  spec.areas = {{"floor", "t0", 10}};
  const auto seats = built(spec);
  const free_runs runs{*seats};
  CHECK(runs.ranked(0).empty());
  CHECK(runs.next(0, free_runs::fit::any, 1, 0) == std::nullopt);
  CHECK(runs.previous(0, free_runs::fit::any, 1, 0) == std::nullopt);
}
