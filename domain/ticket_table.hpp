#pragma once

#include "domain/ticket.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace holdfast::domain {

/// The tickets of an event that something has happened to; all others are as their order says. O(log of their number). Not thread-safe.
class ticket_table {
 public:
  /// Null for one to which nothing has happened.
  [[nodiscard]] auto find(const ticket_number& number) const noexcept -> const ticket*;
  /// Puts it in place of what is known of it.
  void put(ticket what);
  /// Forgets the tickets of an order. The sum of the elements of the state's hash that go with them.
  auto forget(hold_number order) noexcept -> std::uint64_t;
  /// The same, of one ticket.
  auto forget(const ticket_number& number) noexcept -> std::uint64_t;
  /// By number.
  [[nodiscard]] auto all() const -> std::vector<ticket>;
  [[nodiscard]] auto size() const noexcept -> std::size_t { return tickets_.size(); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  std::map<ticket_number, ticket> tickets_;
};

/// Its element of the state's hash (docs/state-hash.md).
[[nodiscard]] auto hash_of(const ticket& what) noexcept -> std::uint64_t;

} // namespace holdfast::domain
