#pragma once

#include "domain/limits.hpp"
#include "domain/money.hpp"
#include "domain/strong_id.hpp"
#include "domain/waitlist.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace holdfast::domain {

/// What a choice asks for, packed so that a hundred thousand of them are looked over in one go. Of areas it says only that they are asked for.
struct waitlist_shape {
  std::uint64_t tiers = 0; ///< bit by tier; all of them when any will do
  minor_units each_max = 0;
  std::array<std::uint8_t, limits::waitlist_groups_max> groups{}; ///< seats of each; 0: no such group
  std::uint8_t accessible = 0;
  bool areas = false;

  [[nodiscard]] static auto of(const waitlist_choice& choice) noexcept -> waitlist_shape;
};
static_assert(limits::best_available_quantity_max <= UINT8_MAX && limits::tiers_per_event_max <= 64);

/// The orders on a waitlist by (rank, number), found by number, buyer and offered hold. They stand in blocks of some hundred, so that one comes, goes
/// or is counted among the others at a cost that hardly depends on how many wait: adding and removing move one block at most. Not thread-safe. An order's address is valid
/// until it is removed.
class waitlist_table {
 public:
  /// An order as it is looked over.
  struct line {
    std::uint32_t rank = 0;
    std::uint32_t number = 0;
    const waitlist_order* order = nullptr;
    std::array<waitlist_shape, limits::waitlist_choices_max> shapes{};
    std::uint8_t choices = 0;
    bool waits = true; ///< it has no offer
  };
  static_assert(std::is_trivially_copyable_v<line>, "lines are moved as memory");

  waitlist_table() = default;
  waitlist_table(waitlist_table&&) noexcept = default;
  auto operator=(waitlist_table&&) noexcept -> waitlist_table& = default;
  waitlist_table(const waitlist_table&) = delete;
  auto operator=(const waitlist_table&) -> waitlist_table& = delete;
  ~waitlist_table() = default;

  /// Neither its number nor its buyer is there yet. At most limits::waitlist_choices_max choices.
  void add(waitlist_order order);
  /// An order that is there and waits has an offer from now on.
  void offer(waitlist_number number, hold_number hold);
  /// Takes away an order that is there.
  void remove(waitlist_number number);
  void clear() noexcept;

  /// Null: there is none.
  [[nodiscard]] auto find(waitlist_number number) const noexcept -> const waitlist_order*;
  [[nodiscard]] auto find(const subject_id& who) const noexcept -> const waitlist_order*;
  [[nodiscard]] auto find(hold_number offered) const noexcept -> const waitlist_order*;
  [[nodiscard]] auto size() const noexcept -> std::size_t { return orders_.size(); }
  /// How many have no offer.
  [[nodiscard]] auto waiting() const noexcept -> std::size_t { return waiting_; }
  /// How many without an offer are before this one, which is there. O(orders / 128).
  [[nodiscard]] auto ahead_of(const waitlist_order& order) const noexcept -> std::size_t;
  /// The greatest rank; 0 when nobody is there.
  [[nodiscard]] auto last_rank() const noexcept -> std::uint32_t {
    return blocks_.empty() ? 0 : blocks_.back().lines.back().rank;
  }
  /// By rank and number.
  [[nodiscard]] auto all() const -> std::vector<waitlist_order>;
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

  /// Calls `visit(line)` for those without an offer, by rank and number, until it returns false.
  template <class Visit>
  void each_waiting(Visit visit) const {
    for (const auto& some : blocks_) {
      for (std::size_t i = 0; some.waiting > 0 && i < some.lines.size(); ++i) {
        if (some.lines[i].waits && !visit(some.lines[i])) {
          return;
        }
      }
    }
  }

 private:
  static constexpr std::size_t block_lines_max = 256;

  struct block {
    std::vector<line> lines; ///< never empty
    std::size_t waiting = 0;
  };

  /// The block that an order is in, or belongs into; there is one.
  [[nodiscard]] auto block_of(const waitlist_order& order) const noexcept -> std::size_t;
  [[nodiscard]] static auto place_in(const block& in, const waitlist_order& order) noexcept -> std::size_t;
  void insert(const waitlist_order& order);

  std::vector<block> blocks_;
  std::unordered_map<std::uint32_t, waitlist_order> orders_; ///< by number
  std::unordered_map<subject_id, const waitlist_order*> buyers_;
  std::unordered_map<std::uint32_t, const waitlist_order*> offered_; ///< by hold
  std::size_t waiting_ = 0;
  std::size_t choice_bytes_ = 0;
};

} // namespace holdfast::domain
