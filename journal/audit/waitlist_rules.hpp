#pragma once

#include "journal/audit/facts.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

/// An event's waitlist, folded the plainest way there is, and what may be offered to whom on it.
namespace holdfast::journal::audit {

/// Who stands on the waitlist. Told in the order of the journal; nothing is checked here.
class waiting_line {
 public:
  struct order {
    owner who;
    std::uint64_t rank = 0;
    std::int64_t joined_at = 0;
    std::vector<waitlist_choice> choices;
    std::uint64_t offered = 0; ///< number of the hold; 0: it waits

    /// Places of the smallest choice.
    [[nodiscard]] auto least() const -> std::uint64_t;
  };
  using place = std::pair<std::uint64_t, std::uint64_t>; ///< rank and number: who has less comes first

  void join(const waitlist_joined& what, std::int64_t at_ms);
  /// Takes an order away that is there, or is not.
  void end(std::uint64_t number);
  void end_all();
  void offer(std::uint64_t number, std::uint64_t hold);

  [[nodiscard]] auto all() const -> const std::map<std::uint64_t, order>& { return orders_; } ///< by number
  [[nodiscard]] auto find(std::uint64_t number) const -> const order*;
  [[nodiscard]] auto has(const owner& who) const -> bool { return buyers_.contains(who); }
  /// Those without an offer, by the places of their smallest choice and then in their order.
  [[nodiscard]] auto waiting() const -> const std::map<std::uint64_t, std::set<place>>& { return waiting_; }
  /// Of those who come last of all that are on it; 0 when nobody is.
  [[nodiscard]] auto last_rank() const -> std::uint64_t { return ranks_.empty() ? 0 : *ranks_.rbegin(); }
  /// Of the last order that joined.
  [[nodiscard]] auto last() const -> std::uint64_t { return last_; }

 private:
  void wait_no_more(std::uint64_t number, const order& its);

  std::map<std::uint64_t, order> orders_;
  std::set<owner> buyers_;
  std::multiset<std::uint64_t> ranks_;
  std::map<std::uint64_t, std::set<place>> waiting_;
  std::uint64_t last_ = 0;
};

/// What a hold takes, as somebody who waits sees it.
class places_taken {
 public:
  /// `tier_costs`: of one place of each of the layout's tiers now, with fee and tax on top.
  places_taken(const hold_created& hold, const seating& hall, const std::vector<std::uint64_t>& tier_costs);

  /// Whether they are what a choice asks for: all of it, and nothing else.
  [[nodiscard]] auto meet(const waitlist_choice& wanted) const -> bool;
  /// Whether whoever made this choice could certainly have been given it from these places alone. Of several groups that is certain only
  /// of a choice like the one that was met (null: of none): which seats go to the first of them is nobody's to tell here.
  [[nodiscard]] auto would_do(const waitlist_choice& wanted, const waitlist_choice* met) const -> bool;

 private:
  /// Whether so many seats from there on are one group: side by side, of tiers that are wanted and not too dear, with exactly so many accessible ones.
  [[nodiscard]] auto is_group(std::size_t from, std::uint64_t seats, std::uint64_t accessible,
                              const waitlist_choice& wanted) const -> bool;
  [[nodiscard]] auto is_tier_wanted(std::uint64_t tier, const waitlist_choice& wanted) const -> bool;
  [[nodiscard]] auto is_cheap_enough(const area_places& part, const waitlist_choice& wanted) const -> bool;
  [[nodiscard]] auto are_groups(const waitlist_choice& wanted) const -> bool;
  [[nodiscard]] auto are_areas(const waitlist_choice& wanted) const -> bool;

  std::vector<std::uint64_t> seats_; ///< ascending
  const std::vector<area_places>& areas_;
  const seating& hall_;
  const std::vector<std::uint64_t>& tier_costs_;
};

/// What no choice may say of a hall; empty: it is sound.
[[nodiscard]] auto choice_fault(const waitlist_choice& wanted, const seating& hall) -> const char*;

} // namespace holdfast::journal::audit
