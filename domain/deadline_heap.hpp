#pragma once

#include "domain/instant.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::domain {

/// A live hold in the order in which holds end: by time, then by number.
struct deadline {
  instant at;
  std::uint32_t hold = 0; ///< the hold's number
  std::uint32_t slot = 0; ///< where the booking table keeps it
  friend constexpr auto operator<=>(const deadline&, const deadline&) noexcept = default;
};

/// The deadlines of the live holds: a heap of four children a node that knows where each hold stands, so that a released hold
/// leaves at once and nothing stale piles up. Positions are kept by the caller through `Moved`.
class deadline_heap {
 public:
  [[nodiscard]] auto size() const noexcept -> std::size_t { return heap_.size(); }
  [[nodiscard]] auto empty() const noexcept -> bool { return heap_.empty(); }
  /// The earliest; there must be one.
  [[nodiscard]] auto front() const noexcept -> const deadline& { return heap_.front(); }

  /// All of them, in no order.
  [[nodiscard]] auto all() const -> std::vector<deadline> { return heap_; }

  /// The first `count` deadlines at or before `until`, in order. O(count · log count), whatever the heap's size.
  [[nodiscard]] auto first(std::size_t count, instant until) const -> std::vector<deadline>;

  template <class Moved>
  void push(const deadline& what, Moved moved) {
    heap_.push_back(what);
    sift_up(heap_.size() - 1, what, moved);
  }

  /// Takes out the deadline at a position.
  template <class Moved>
  void erase(std::size_t position, Moved moved) noexcept {
    const deadline last = heap_.back();
    heap_.pop_back();
    if (position < heap_.size()) {
      settle(position, last, moved);
    }
  }

  /// Gives the deadline at a position another time.
  template <class Moved>
  void change(std::size_t position, instant at, Moved moved) noexcept {
    auto what = heap_[position];
    what.at = at;
    settle(position, what, moved);
  }

  void clear() noexcept { heap_.clear(); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return heap_.capacity() * sizeof(deadline); }

 private:
  static constexpr std::size_t children = 4;

  template <class Moved>
  void put(std::size_t position, const deadline& what, Moved& moved) noexcept {
    heap_[position] = what;
    moved(what.slot, static_cast<std::uint32_t>(position));
  }

  template <class Moved>
  void settle(std::size_t position, const deadline& what, Moved& moved) noexcept {
    if (position > 0 && what < heap_[(position - 1) / children]) {
      sift_up(position, what, moved);
    } else {
      sift_down(position, what, moved);
    }
  }

  template <class Moved>
  void sift_up(std::size_t position, const deadline& what, Moved& moved) noexcept {
    while (position > 0) {
      const std::size_t parent = (position - 1) / children;
      if (heap_[parent] < what) {
        break;
      }
      put(position, heap_[parent], moved);
      position = parent;
    }
    put(position, what, moved);
  }

  template <class Moved>
  void sift_down(std::size_t position, const deadline& what, Moved& moved) noexcept {
    for (;;) {
      const std::size_t first_child = position * children + 1;
      if (first_child >= heap_.size()) {
        break;
      }
      const std::size_t end = first_child + children < heap_.size() ? first_child + children : heap_.size();
      std::size_t least = first_child;
      for (std::size_t child = first_child + 1; child < end; ++child) {
        if (heap_[child] < heap_[least]) {
          least = child;
        }
      }
      if (what < heap_[least]) {
        break;
      }
      put(position, heap_[least], moved);
      position = least;
    }
    put(position, what, moved);
  }

  std::vector<deadline> heap_;
};

} // namespace holdfast::domain
