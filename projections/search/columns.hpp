#pragma once

#include "domain/event_state.hpp"
#include "projections/search/name_table.hpp"
#include "projections/search/zone_table.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace holdfast::projections {

/// A value that one thread writes and any thread reads at any time. Two of them are not of one moment.
template <class Value>
class cell {
 public:
  [[nodiscard]] auto get() const noexcept -> Value { return value_.load(std::memory_order_relaxed); }

  void set(Value value) noexcept { value_.store(value, std::memory_order_relaxed); }

 private:
  std::atomic<Value> value_{};
};

/// What filters, facets and orders look at of one event, 128 bytes.
struct event_row {
  static constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int32_t nowhere = std::numeric_limits<std::int32_t>::min();

  cell<std::int64_t> starts_at;
  cell<std::int64_t> opens_at;  ///< of the sale; `always` without one
  cell<std::int64_t> closes_at; ///< `never` without one
  cell<std::int64_t> price_from, price_to;
  cell<std::uint32_t> category, city, country, venue; ///< numbers of the tables
  cell<std::int32_t> latitude_e6, longitude_e6;       ///< `nowhere` without
  cell<std::uint32_t> available, capacity;            ///< seats and standing places; available: to the public
  cell<std::uint32_t> few_from;                       ///< the most that may be available for it to be few
  cell<domain::event_status> status;
  cell<std::uint16_t> zone; ///< of its venue: number of the table
  cell<bool> listed;        ///< was published once: what is a draft is never found
  cell<std::uint32_t> currency;
  /// Base-2 logarithm of the sum over all holds of 2^(time / half-life): a hold counts half as much with every half-life that passes, for all
  /// events alike, so that their order changes with new holds only. 0 without any.
  cell<double> popularity;
  cell<std::uint64_t> event, organisation;

  [[nodiscard]] auto availability() const noexcept -> domain::availability;
  /// As the public sees it at that time.
  [[nodiscard]] auto status_at(std::int64_t now_ms) const noexcept -> domain::sale_status;
};

/// Every event that was created, by row: the n-th event of the journal has row n, from 0, as document n + 1 of the text index has its text.
/// Written by one thread, read by any without locks: a fact is seen as soon as it is folded.
class search_columns {
 public:
  search_columns();
  ~search_columns();
  search_columns(const search_columns&) = delete;
  auto operator=(const search_columns&) -> search_columns& = delete;

  [[nodiscard]] auto size() const noexcept -> std::uint32_t { return size_.load(std::memory_order_acquire); }

  /// The row must be below `size()`.
  [[nodiscard]] auto row(std::uint32_t index) const noexcept -> const event_row& {
    return chunks_[index / chunk_rows].load(std::memory_order_acquire)->rows[index % chunk_rows];
  }

  /// Grows with everything that a query could see, at most once a publication.
  [[nodiscard]] auto generation() const noexcept -> std::uint64_t {
    return generation_.load(std::memory_order_acquire);
  }

  // The writer's.
  [[nodiscard]] auto writable(std::uint32_t index) noexcept -> event_row& {
    return chunks_[index / chunk_rows].load(std::memory_order_relaxed)->rows[index % chunk_rows];
  }

  /// The next row, which readers do not see before `publish_row`.
  [[nodiscard]] auto next_row() -> event_row&;
  void publish_row() noexcept { size_.fetch_add(1, std::memory_order_release); }

  void changed() noexcept { generation_.fetch_add(1, std::memory_order_release); }

  name_table categories{false};
  name_table cities{false};
  name_table countries{false};
  name_table venues{true};
  zone_table zones;

  static constexpr std::uint32_t chunk_rows = 4'096;
  static constexpr std::uint32_t rows_max = 4'096 * chunk_rows; ///< 16.7 M events

 private:
  struct chunk {
    std::array<event_row, chunk_rows> rows;
  };

  std::array<std::atomic<chunk*>, rows_max / chunk_rows> chunks_{};
  std::atomic<std::uint32_t> size_{0};
  std::atomic<std::uint64_t> generation_{1};
};

} // namespace holdfast::projections
