#pragma once

#include "http/request.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace holdfast::http {

/// Counts the connections of all I/O threads, in all and by address; IPv6 addresses count as their /64. Thread-safe; asked once a
/// connection.
class connection_census {
 public:
  enum class verdict : std::uint8_t { admitted, too_many, too_many_of_address };

  connection_census(std::size_t connections_max, std::size_t per_address_max) noexcept
      : connections_max_{connections_max}, per_address_max_{per_address_max} {}

  /// `exempt`: a proxy, which stands for many.
  [[nodiscard]] auto enter(const client_address& address, bool exempt) -> verdict;
  void leave(const client_address& address, bool exempt) noexcept;
  [[nodiscard]] auto count() const -> std::size_t;
  /// Waits until nobody is connected; false when it took longer than `limit`.
  [[nodiscard]] auto await_empty(std::chrono::milliseconds limit) const -> bool;

 private:
  struct address_hash {
    [[nodiscard]] auto operator()(const client_address& address) const noexcept -> std::size_t;
  };

  const std::size_t connections_max_;
  const std::size_t per_address_max_;
  mutable std::mutex mutex_;
  mutable std::condition_variable empty_;
  std::size_t count_ = 0;
  std::unordered_map<client_address, std::size_t, address_hash> by_address_;
};

} // namespace holdfast::http
