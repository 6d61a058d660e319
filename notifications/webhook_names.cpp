#include "notifications/desk.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>

namespace holdfast::notifications {

namespace {

constexpr std::string_view prefix = "whk_";
constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t digit_count = 13;
constexpr std::size_t url_bytes_max = 2'048;

struct url_deleter {
  void operator()(CURLU* of) const noexcept { curl_url_cleanup(of); }
};

auto part_of(CURLU* url, CURLUPart which) -> std::string {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) {
    return {};
  }
  std::string part{text};
  curl_free(text);
  return part;
}

} // namespace

auto webhook_text(std::uint64_t id) -> std::string {
  std::array<char, digit_count> text{};
  for (std::size_t i = digit_count; i-- > 0;) {
    text[i] = digits[id & 31U];
    id >>= 5U;
  }
  return std::string{prefix}.append(text.data(), text.size());
}

auto parse_webhook(std::string_view text) -> std::optional<std::uint64_t> {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + digit_count) {
    return std::nullopt;
  }
  std::uint64_t id = 0;
  for (const char c : text.substr(prefix.size())) {
    const auto value = digits.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    id = (id << 5U) | value;
  }
  return webhook_text(id) == text && id != 0 ? std::optional{id} : std::nullopt;
}

auto is_webhook_url(const std::string& url, bool anywhere) -> bool {
  if (url.size() > url_bytes_max) {
    return false;
  }
  const std::unique_ptr<CURLU, url_deleter> parsed{curl_url()};
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return false;
  }
  const auto scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  const bool sound_scheme = scheme == "https" || (anywhere && scheme == "http");
  return sound_scheme && !part_of(parsed.get(), CURLUPART_HOST).empty() && url.find('#') == std::string::npos;
}

} // namespace holdfast::notifications
