#pragma once

#include "tools/bench/child_process.hpp"
#include "tools/bench/context.hpp"
#include "tools/bench/failure.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace holdfast::tools::bench {

/// `holdfast gateway` as a process of its own, which makes payments at once and takes its time over every authorisation.
class stalled_gateway {
 public:
  [[nodiscard]] static auto start(const bench_context& context, std::chrono::milliseconds stall)
      -> tl::expected<stalled_gateway, failure>;

  /// The configuration's `payments` of a server that waits for it with as many payments at once, and is patient enough; its own limit of
  /// calls a second is out of the way.
  [[nodiscard]] auto server_settings(std::size_t payments) const -> nlohmann::json;

 private:
  stalled_gateway(child_process process, std::uint16_t port, std::filesystem::path data,
                  std::chrono::milliseconds stall)
      : process_{std::move(process)}, port_{port}, data_{std::move(data)}, stall_{stall} {}

  child_process process_;
  std::uint16_t port_;
  std::filesystem::path data_;
  std::chrono::milliseconds stall_;
};

} // namespace holdfast::tools::bench
