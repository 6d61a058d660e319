#pragma once

#include <chrono>

namespace holdfast::http {

/// A place in a `deadline_list`. In at most one list at a time; leaves it when it dies.
class deadline_node {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  deadline_node() noexcept = default;
  deadline_node(const deadline_node&) = delete;
  auto operator=(const deadline_node&) -> deadline_node& = delete;
  ~deadline_node() { unlink(); }

  void unlink() noexcept {
    if (next_ != nullptr) {
      previous_->next_ = next_;
      next_->previous_ = previous_;
      next_ = previous_ = nullptr;
    }
  }

  [[nodiscard]] auto is_linked() const noexcept -> bool { return next_ != nullptr; }
  [[nodiscard]] auto deadline() const noexcept -> time_point { return deadline_; }

 private:
  friend class deadline_list;

  deadline_node* previous_ = nullptr;
  deadline_node* next_ = nullptr;
  time_point deadline_;
};

/// Deadlines of one kind. All are the same span after their beginning, so that appending keeps them in order: arming, disarming
/// and finding what is due are a few pointer writes, without a heap and without a timer each. One thread.
class deadline_list {
 public:
  using time_point = deadline_node::time_point;

  deadline_list() noexcept { head_.next_ = head_.previous_ = &head_; }
  deadline_list(const deadline_list&) = delete;
  auto operator=(const deadline_list&) -> deadline_list& = delete;

  ~deadline_list() {
    while (head_.next_ != &head_) {
      head_.next_->unlink();
    }
    head_.next_ = head_.previous_ = nullptr;
  }

  /// Moves `node` to the end, from whichever list it was in.
  void append(deadline_node& node, time_point deadline) noexcept {
    node.unlink();
    node.deadline_ = deadline;
    node.previous_ = head_.previous_;
    node.next_ = &head_;
    head_.previous_->next_ = &node;
    head_.previous_ = &node;
  }

  /// Takes out one node whose deadline has come; null when there is none.
  [[nodiscard]] auto take_due(time_point now) noexcept -> deadline_node* {
    deadline_node* first = head_.next_;
    if (first == &head_ || first->deadline_ > now) {
      return nullptr;
    }
    first->unlink();
    return first;
  }

  [[nodiscard]] auto empty() const noexcept -> bool { return head_.next_ == &head_; }

  /// Takes out the oldest node, due or not; null when the list is empty.
  [[nodiscard]] auto take_first() noexcept -> deadline_node* { return take_due(time_point::max()); }

 private:
  deadline_node head_;
};

} // namespace holdfast::http
