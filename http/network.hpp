#pragma once

#include "http/request.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace holdfast::http {

/// A network of clients: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
struct network {
  client_address base;
  unsigned prefix_bits = 128; ///< of the mapped form

  [[nodiscard]] auto contains(const client_address& address) const noexcept -> bool;
};

/// The address with all bits behind the first `prefix_bits` cleared.
[[nodiscard]] auto masked(const client_address& address, unsigned prefix_bits) noexcept -> client_address;

/// Reads a network; bits behind its prefix say nothing. Failure: what is wrong with it, as the end of a sentence.
[[nodiscard]] auto parse_network(std::string_view text) -> tl::expected<network, std::string_view>;

} // namespace holdfast::http
