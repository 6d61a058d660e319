#include "http/network.hpp"

#include <charconv>

namespace holdfast::http {

auto masked(const client_address& address, unsigned prefix_bits) noexcept -> client_address {
  client_address out;
  for (std::size_t i = 0; i < out.bytes.size() && prefix_bits > 0; ++i) {
    const unsigned here = prefix_bits < 8 ? prefix_bits : 8;
    const auto mask = static_cast<std::uint8_t>(0xffU << (8U - here));
    out.bytes[i] = address.bytes[i] & mask;
    prefix_bits -= here;
  }
  return out;
}

auto network::contains(const client_address& address) const noexcept -> bool {
  return masked(base, prefix_bits) == masked(address, prefix_bits);
}

auto parse_network(std::string_view text) -> tl::expected<network, std::string_view> {
  const std::size_t slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  if (!base) {
    return tl::unexpected{std::string_view{"is not an address or network"}};
  }
  const unsigned width = base->is_v4() ? 32 : 128;
  unsigned prefix = width;
  if (slash != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
    if (error != std::errc{} || stop != end || prefix > width) {
      return tl::unexpected{std::string_view{"has no sound prefix length"}};
    }
  }
  return network{*base, prefix + (128 - width)};
}

} // namespace holdfast::http
