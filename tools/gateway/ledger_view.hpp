#pragma once

#include "payments/gateway.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace holdfast::gateway {

/// What a gateway's ledger comes to.
struct ledger_state {
  std::vector<payments::payment> payments; ///< oldest first
  std::vector<payments::refund> refunds;   ///< oldest first
  std::uint64_t records = 0;
};

/// Reads the ledger in a simulator's folder, or this file of one, also beside the simulator that writes it. The failure is for people.
[[nodiscard]] auto read_ledger_state(const std::filesystem::path& place) -> tl::expected<ledger_state, std::string>;

} // namespace holdfast::gateway
