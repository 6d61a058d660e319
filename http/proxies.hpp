#pragma once

#include "http/failure.hpp"
#include "http/network.hpp"
#include "http/request.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// The proxies whose word about a client's address is taken. Immutable; thread-safe.
class trusted_proxies {
 public:
  trusted_proxies() = default;

  /// Networks as `10.0.0.0/8`, `2001:db8::/32` or single addresses.
  [[nodiscard]] static auto parse(const std::vector<std::string>& networks) -> tl::expected<trusted_proxies, failure>;

  [[nodiscard]] auto contains(const client_address& address) const noexcept -> bool;

  /// The client behind `peer`: when the peer is a trusted proxy, the last address of the `X-Forwarded-For` headers (in the
  /// order received) that is not one itself. A proxy that names garbage counts as the client.
  [[nodiscard]] auto client_behind(const client_address& peer, std::span<const header_field> fields) const
      -> client_address;

 private:
  std::vector<network> networks_;
};

} // namespace holdfast::http
