#include "http/order_link.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace holdfast;
using namespace holdfast::http;

namespace {

auto link_ring(std::uint8_t with) -> key_ring {
  signing_key key{.id = "1", .secret = {}};
  key.secret.fill(with);
  return key_ring{{key}};
}

const people::order_ref order{domain::event_id{0xfedcba9876543210}, domain::hold_number{4'000'000'000}};

} // namespace

TEST_CASE("a link opens its order until it ends") {
  const auto ring = link_ring(1);
  const auto link = sign_order_link(ring, order, 1'000);
  CHECK(open_order_link(ring, link, 999) == order);
  CHECK(open_order_link(ring, link, 1'000) == std::nullopt);
  CHECK(open_order_link(ring, link, 5'000) == std::nullopt);
  CHECK(link.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") ==
        std::string::npos);
}

TEST_CASE("a link that is changed, of another key or of another purpose opens nothing") {
  const auto ring = link_ring(1);
  const auto link = sign_order_link(ring, order, 1'000);
  CHECK(open_order_link(link_ring(2), link, 1) == std::nullopt);
  CHECK(open_order_link(ring, "", 1) == std::nullopt);
  CHECK(open_order_link(ring, link + "A", 1) == std::nullopt);
  for (std::size_t i = 0; i < link.size(); ++i) {
    auto changed = link;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK(open_order_link(ring, changed, 1) == std::nullopt);
  }
  const std::array<std::uint8_t, 24> payload{};
  CHECK(open_order_link(ring, ring.sign(token_purpose::session, payload), -1) == std::nullopt);
  const std::array<std::uint8_t, 23> short_payload{};
  CHECK(open_order_link(ring, ring.sign(token_purpose::order_link, short_payload), -1) == std::nullopt);
}
