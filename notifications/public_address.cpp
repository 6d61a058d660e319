#include "notifications/public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace holdfast::notifications {

namespace {

struct range_v4 {
  std::uint32_t first;
  unsigned bits;
};

constexpr auto v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) -> std::uint32_t {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

constexpr std::array<range_v4, 16> reserved_v4{{{v4(0, 0, 0, 0), 8},
                                                {v4(10, 0, 0, 0), 8},
                                                {v4(100, 64, 0, 0), 10},
                                                {v4(127, 0, 0, 0), 8},
                                                {v4(169, 254, 0, 0), 16},
                                                {v4(172, 16, 0, 0), 12},
                                                {v4(192, 0, 0, 0), 24},
                                                {v4(192, 0, 2, 0), 24},
                                                {v4(192, 31, 196, 0), 24},
                                                {v4(192, 52, 193, 0), 24},
                                                {v4(192, 88, 99, 0), 24},
                                                {v4(192, 168, 0, 0), 16},
                                                {v4(198, 18, 0, 0), 15},
                                                {v4(198, 51, 100, 0), 24},
                                                {v4(203, 0, 113, 0), 24},
                                                {v4(224, 0, 0, 0), 3}}}; // multicast, reserved, broadcast

auto embedded_v4(const std::array<std::uint8_t, 16>& in, std::size_t at) -> std::uint32_t {
  return v4(in[at], in[at + 1], in[at + 2], in[at + 3]);
}

auto begins(const std::array<std::uint8_t, 16>& address, std::initializer_list<std::uint8_t> with) -> bool {
  return std::equal(with.begin(), with.end(), address.begin());
}

} // namespace

auto is_public_v4(std::uint32_t address) noexcept -> bool {
  return std::none_of(reserved_v4.begin(), reserved_v4.end(), [address](const range_v4& each) {
    return (address >> (32U - each.bits)) == (each.first >> (32U - each.bits));
  });
}

auto is_public_v6(const std::array<std::uint8_t, 16>& address) noexcept -> bool {
  constexpr std::size_t mapped_at = 12;
  if (begins(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) { // NAT64
    return is_public_v4(embedded_v4(address, mapped_at));
  }
  if (begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) { // IPv4 as IPv6
    return is_public_v4(embedded_v4(address, mapped_at));
  }
  if (begins(address, {0x20, 0x02})) { // 6to4
    return is_public_v4(embedded_v4(address, 2));
  }
  // 2000::/3 is what is given out; of it not the protocols' own 2001::/23 and the documentation's ranges.
  const bool given_out = (address[0] & 0xe0U) == 0x20U;
  const bool protocols = begins(address, {0x20, 0x01}) && address[2] < 2;
  const bool documentation =
      begins(address, {0x20, 0x01, 0x0d, 0xb8}) || (begins(address, {0x3f, 0xff}) && (address[2] & 0xf0U) == 0);
  return given_out && !protocols && !documentation;
}

auto is_public(const sockaddr* address, std::size_t bytes) noexcept -> bool {
  if (address->sa_family == AF_INET && bytes >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return is_public_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6 && bytes >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    std::array<std::uint8_t, 16> raw{};
    std::memcpy(raw.data(), &in.sin6_addr, raw.size());
    return is_public_v6(raw);
  }
  return false;
}

} // namespace holdfast::notifications
