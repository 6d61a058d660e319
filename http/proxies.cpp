#include "http/proxies.hpp"

namespace holdfast::http {

namespace {

auto trimmed_address(std::string_view text) noexcept -> std::string_view {
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
    const auto one = parse_network(text);
    if (!one) {
      return tl::unexpected{failure{"the proxy '" + text + "' " + std::string{one.error()}}};
    }
    out.networks_.push_back(*one);
  }
  return out;
}

auto trusted_proxies::contains(const client_address& address) const noexcept -> bool {
  for (const network& each : networks_) {
    if (each.contains(address)) {
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
      const auto named =
          parse_address(trimmed_address(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
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
