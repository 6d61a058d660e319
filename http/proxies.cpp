#include "http/proxies.hpp"

#include <charconv>

namespace holdfast::http {

namespace {

auto same_prefix(const client_address& a, const client_address& b, unsigned bits) noexcept -> bool {
  for (std::size_t i = 0; bits > 0; ++i) {
    const unsigned here = bits < 8 ? bits : 8;
    const auto mask = static_cast<std::uint8_t>(0xffU << (8U - here));
    if ((a.bytes[i] & mask) != (b.bytes[i] & mask)) {
      return false;
    }
    bits -= here;
  }
  return true;
}

auto without_blanks(std::string_view text) noexcept -> std::string_view {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

} // namespace

auto trusted_proxies::parse(const std::vector<std::string>& networks) -> tl::expected<trusted_proxies, failure> {
  trusted_proxies out;
  for (const std::string& text : networks) {
    const std::size_t slash = text.find('/');
    const auto base = parse_address(std::string_view{text}.substr(0, slash));
    if (!base) {
      return tl::unexpected{failure{"'" + text + "' is not an address or network of a proxy"}};
    }
    const unsigned width = base->is_v4() ? 32 : 128;
    unsigned prefix = width;
    if (slash != std::string::npos) {
      const char* const end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
      if (error != std::errc{} || stop != end || prefix > width) {
        return tl::unexpected{failure{"'" + text + "' has no sound prefix length"}};
      }
    }
    out.networks_.push_back({*base, prefix + (128 - width)});
  }
  return out;
}

auto trusted_proxies::contains(const client_address& address) const noexcept -> bool {
  for (const network& each : networks_) {
    if (same_prefix(each.base, address, each.prefix_bits)) {
      return true;
    }
  }
  return false;
}

auto trusted_proxies::client_behind(const client_address& peer, std::span<const header_field> fields) const
    -> client_address {
  if (networks_.empty() || !contains(peer)) {
    return peer;
  }
  client_address nearest = peer;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (field->id != header_id::x_forwarded_for) {
      continue;
    }
    std::string_view rest = field->value;
    while (!rest.empty()) {
      const std::size_t comma = rest.rfind(',');
      const auto named = parse_address(without_blanks(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
      if (!named) {
        return nearest;
      }
      nearest = *named;
      if (!contains(nearest)) {
        return nearest;
      }
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    }
  }
  return nearest;
}

} // namespace holdfast::http
