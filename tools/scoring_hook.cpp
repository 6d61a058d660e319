#include "tools/scoring_hook.hpp"

#include "notifications/encoding.hpp"
#include "notifications/webhook_signature.hpp"
#include "payments/stripe/options.hpp"

#include <string_view>
#include <utility>

namespace holdfast::tools {

auto make_scoring_hook(payments::scoring_options options, const std::string& secret_file)
    -> tl::expected<std::unique_ptr<payments::scorer>, std::string> {
  constexpr std::string_view prefix = "whsec_";
  constexpr std::size_t secret_bytes_min = 16;
  const auto line = payments::stripe::read_api_key(secret_file);
  if (!line) {
    return tl::unexpected{line.error()};
  }
  auto secret = line->starts_with(prefix) ? notifications::from_base64(std::string_view{*line}.substr(prefix.size()))
                                          : std::nullopt;
  if (!secret || secret->size() < secret_bytes_min) {
    return tl::unexpected{secret_file + " must hold whsec_ and at least 16 bytes in base64"};
  }
  options.sign = [secret = *std::move(secret)](std::string_view id, std::int64_t now_s, std::string_view body) {
    return notifications::webhook_headers(secret, id, now_s, body);
  };
  return payments::make_scoring_client(options);
}

} // namespace holdfast::tools
