#pragma once

#include "tools/bench/api_client.hpp"
#include "tools/bench/child_process.hpp"
#include "tools/bench/context.hpp"
#include "tools/bench/failure.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace holdfast::tools::bench {

/// The real server, `holdfast serve`, as a process of its own over a data directory of its own.
class server_under_test {
 public:
  /// Starts it and waits until it is ready. `data` may hold what an earlier one left.
  [[nodiscard]] static auto start(const bench_context& context, const std::filesystem::path& data,
                                  std::chrono::milliseconds patience = std::chrono::seconds{60})
      -> tl::expected<server_under_test, failure>;

  [[nodiscard]] auto port() const noexcept -> std::uint16_t { return port_; }
  [[nodiscard]] auto process() noexcept -> child_process& { return process_; }
  [[nodiscard]] auto process() const noexcept -> const child_process& { return process_; }
  /// As the first admin key.
  [[nodiscard]] auto api() const -> api_client { return {port_, admin_key_}; }
  [[nodiscard]] auto admin_key() const noexcept -> const std::string& { return admin_key_; }

  /// A venue with a hall of this many seats; its id.
  [[nodiscard]] auto make_venue(std::uint32_t seats) const -> tl::expected<std::string, failure>;
  /// An event there, published and on sale; its id.
  [[nodiscard]] auto make_event(const std::string& venue, const std::string& name) const
      -> tl::expected<std::string, failure>;
  /// Many events at once.
  [[nodiscard]] auto make_events(const std::string& venue, std::uint32_t count) const
      -> tl::expected<std::vector<std::string>, failure>;
  /// An event of each of these names.
  [[nodiscard]] auto make_events(const std::string& venue, const std::vector<std::string>& names) const
      -> tl::expected<std::vector<std::string>, failure>;
  /// Sells about half of an event's seats, in runs of one to six neighbours as people buy them. How many were sold.
  [[nodiscard]] auto sell_half(const std::string& event, std::uint32_t seats, std::uint64_t seed) const
      -> tl::expected<std::uint32_t, failure>;
  /// Tokens of as many new buyers.
  [[nodiscard]] auto make_buyers(std::size_t count) const -> tl::expected<std::vector<std::string>, failure>;
  /// What the server counts under this name, all labels added up; 0 when it is not there.
  [[nodiscard]] auto metric(const std::string& name) const -> double;

 private:
  server_under_test(child_process process, std::uint16_t port, std::string admin_key)
      : process_{std::move(process)}, port_{port}, admin_key_{std::move(admin_key)} {}

  child_process process_;
  std::uint16_t port_;
  std::string admin_key_;
};

} // namespace holdfast::tools::bench
