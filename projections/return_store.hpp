#pragma once

#include "domain/fact.hpp"
#include "projections/projection_store.hpp"
#include "projections/views.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// What went back of the orders of all events, decision by decision, packed: some 130 bytes for an order that went back whole. Not thread-safe.
class return_store {
 public:
  void add(domain::event_id event, std::uint64_t seq, domain::instant at, const domain::order_returned& what);
  /// Those of one order, oldest first.
  [[nodiscard]] auto of_order(domain::event_id event, domain::hold_number order) const -> std::vector<order_return>;

  // What a checkpoint keeps, and takes back.

  /// First byte of keys.
  static constexpr std::uint8_t return_row = 7;

  /// Rows that have come since the last time.
  void take_changes(store_changes& to);
  [[nodiscard]] auto changes() const noexcept -> std::size_t { return since_.size(); }
  void visit_rows(const row_visitor& visit) const;
  /// False for a row that is not sound.
  [[nodiscard]] auto restore(std::string_view key, std::string_view value) -> bool;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  struct return_key {
    domain::event_id event;
    domain::hold_number order;
    std::uint64_t seq = 0;
    friend constexpr auto operator<=>(const return_key&, const return_key&) noexcept = default;
  };
  static auto key_bytes(const return_key& key) -> std::string;

  std::map<return_key, std::string> packed_;
  std::vector<return_key> since_;
  std::size_t packed_bytes_ = 0;
};

} // namespace holdfast::projections
