#include "payments/stripe/options.hpp"

#include <curl/urlapi.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <system_error>
#include <vector>

namespace holdfast::payments::stripe {

namespace {

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::size_t secret_bytes_max = 512;
constexpr std::size_t secrets_max = 8;

struct url_deleter {
  void operator()(CURLU* of) const noexcept { curl_url_cleanup(of); }
};

auto part_of(CURLU* url, CURLUPart which) -> std::string {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK || text == nullptr) {
    return {};
  }
  std::string copy{text};
  curl_free(text);
  return copy;
}

auto is_this_machine(const std::string& host) -> bool {
  const bool is_numeric = std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return host == "localhost" || host == "[::1]" || (is_numeric && host.starts_with("127."));
}

auto is_visible(char c) noexcept -> bool {
  return c > 0x20 && c < 0x7f;
}

auto read_secret_lines(const std::filesystem::path& file) -> tl::expected<std::vector<std::string>, std::string> {
  std::ifstream stream{file};
  if (!stream) {
    return tl::unexpected{"cannot read " + file.string()};
  }
  constexpr auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  std::error_code failed;
  if ((std::filesystem::status(file, failed).permissions() & others) != std::filesystem::perms::none || failed) {
    return tl::unexpected{file.string() + " is a secret, and others than its owner may use it: chmod 600"};
  }
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(stream, line)) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (line.empty()) {
      continue;
    }
    if (line.size() > secret_bytes_max || lines.size() == secrets_max || !std::ranges::all_of(line, is_visible)) {
      return tl::unexpected{file.string() + " is no file of secrets: a line each, without blanks"};
    }
    lines.push_back(line);
  }
  if (lines.empty()) {
    return tl::unexpected{file.string() + " is empty"};
  }
  return lines;
}

using parsed_url = std::unique_ptr<CURLU, url_deleter>;

/// What neither the gateway's address nor a hook's may be, for people after the name of whose it is; empty: nothing.
auto fault_of(const std::string& url, const parsed_url& parsed) -> std::string {
  if (url.size() > url_bytes_max || !std::ranges::all_of(url, is_visible) ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return " is no URL such as https://api.stripe.com";
  }
  const auto scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "https" && (scheme != "http" || !is_this_machine(part_of(parsed.get(), CURLUPART_HOST)))) {
    return " must begin with https://; http:// is for this machine (127.0.0.1, [::1]) only";
  }
  return {};
}

auto has_part(const parsed_url& parsed, std::initializer_list<CURLUPart> parts) -> bool {
  return std::ranges::any_of(parts, [&](CURLUPart part) { return !part_of(parsed.get(), part).empty(); });
}

} // namespace

auto check_url(const std::string& url) -> tl::expected<std::string, std::string> {
  const parsed_url parsed{curl_url()};
  if (const auto fault = fault_of(url, parsed); !fault.empty()) {
    return tl::unexpected{"the gateway's address" + fault};
  }
  if (has_part(parsed, {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT, CURLUPART_QUERY})) {
    return tl::unexpected{
        std::string{"the gateway's address must be without a name, a password, a query and a fragment"}};
  }
  if (const auto path = part_of(parsed.get(), CURLUPART_PATH); !path.empty() && path != "/") {
    return tl::unexpected{std::string{"the gateway's address must be without a path"}};
  }
  return url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
}

auto check_hook_url(const std::string& url) -> tl::expected<std::string, std::string> {
  const parsed_url parsed{curl_url()};
  if (const auto fault = fault_of(url, parsed); !fault.empty()) {
    return tl::unexpected{"the hook's address" + fault};
  }
  if (has_part(parsed, {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT, CURLUPART_QUERY})) {
    return tl::unexpected{std::string{"the hook's address must be without a name, a password, a query and a fragment"}};
  }
  return url;
}

auto read_api_key(const std::filesystem::path& file) -> tl::expected<std::string, std::string> {
  auto lines = read_secret_lines(file);
  if (!lines) {
    return tl::unexpected{lines.error()};
  }
  if (lines->size() != 1) {
    return tl::unexpected{file.string() + " must hold one key, in one line"};
  }
  return std::move(lines->front());
}

auto read_webhook_secrets(const std::filesystem::path& file) -> tl::expected<std::vector<std::string>, std::string> {
  return read_secret_lines(file);
}

} // namespace holdfast::payments::stripe
