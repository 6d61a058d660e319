#include "tracing/export_options.hpp"

#include <curl/urlapi.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <memory>
#include <system_error>

namespace holdfast::tracing {

namespace {

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::size_t header_bytes_max = 8'192;
constexpr std::size_t headers_max = 32;

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

auto is_visible(char c) noexcept -> bool {
  return c > 0x20 && c < 0x7f;
}

auto is_name_character(char c) noexcept -> bool {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

/// Headers that the exporter sets itself, or that would break the request's framing.
auto is_reserved(std::string name) -> bool {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 6> reserved{"content-type", "content-length",    "content-encoding",
                                                     "host",         "transfer-encoding", "connection"};
  return std::ranges::find(reserved, name) != reserved.end();
}

auto is_header(std::string_view line) -> bool {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line.size() > header_bytes_max) {
    return false;
  }
  const auto name = line.substr(0, colon);
  const auto value = line.substr(colon + 1);
  return std::ranges::all_of(name, is_name_character) && !is_reserved(std::string{name}) &&
         std::ranges::all_of(value, [](char c) { return c == ' ' || c == '\t' || is_visible(c); }) &&
         std::ranges::any_of(value, is_visible);
}

} // namespace

auto check_endpoint(const std::string& url) -> tl::expected<std::string, std::string> {
  if (url.size() > url_bytes_max || !std::ranges::all_of(url, is_visible)) {
    return tl::unexpected{std::string{"is no URL: it has blanks or characters beyond ASCII, or is too long"}};
  }
  const auto scheme_end = url.find("://");
  const auto scheme = url.substr(0, scheme_end);
  if (scheme_end == std::string::npos || (scheme != "http" && scheme != "https")) {
    return tl::unexpected{std::string{"must begin with http:// or https://"}};
  }
  const auto after_scheme = scheme_end + 3;
  const std::unique_ptr<CURLU, url_deleter> parsed{curl_url()};
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      part_of(parsed.get(), CURLUPART_HOST).empty() || url.find('/', after_scheme) == after_scheme) {
    return tl::unexpected{std::string{"is no URL such as http://127.0.0.1:4318/v1/traces"}};
  }
  for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT, CURLUPART_QUERY}) {
    if (!part_of(parsed.get(), part).empty()) {
      return tl::unexpected{std::string{
          "must be without a name, a password, a query and a fragment: credentials go into the file of headers"}};
    }
  }
  const auto path = url.find('/', after_scheme);
  if (path == std::string::npos) {
    return url + "/v1/traces";
  }
  return path + 1 == url.size() ? url + "v1/traces" : url;
}

auto read_headers(const std::filesystem::path& file) -> tl::expected<std::vector<std::string>, std::string> {
  std::ifstream stream{file};
  if (!stream) {
    return tl::unexpected{"cannot read the headers of traces from " + file.string()};
  }
  constexpr auto anybody = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  std::error_code failed;
  if ((std::filesystem::status(file, failed).permissions() & anybody) != std::filesystem::perms::none || failed) {
    return tl::unexpected{file.string() + " may hold secrets, and others than its owner may use it: chmod 600"};
  }
  std::vector<std::string> lines;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (line.empty()) {
      continue;
    }
    if (!is_header(line) || lines.size() == headers_max) {
      return tl::unexpected{file.string() + ", line " + std::to_string(number) +
                            ": not a header `Name: value` that may go along with traces"};
    }
    lines.push_back(line);
  }
  return lines;
}

} // namespace holdfast::tracing
