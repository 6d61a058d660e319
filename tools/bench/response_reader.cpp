#include "tools/bench/response_reader.hpp"

#include <algorithm>
#include <charconv>

namespace holdfast::tools::bench {

namespace {

/// Far above anything that is measured; a length beyond it is a broken answer, not one to wait for.
constexpr std::size_t body_bytes_max = 64 * 1024 * 1024;
/// "HTTP/1.1 200" and what follows it.
constexpr std::size_t status_at = 9;
constexpr std::size_t status_line_bytes_min = 12;

[[nodiscard]] auto lower(char c) noexcept -> char {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] auto equal_lowered(std::string_view text, std::string_view lowered) noexcept -> bool {
  return text.size() == lowered.size() &&
         std::equal(text.begin(), text.end(), lowered.begin(), [](char a, char b) { return lower(a) == b; });
}

[[nodiscard]] auto trimmed(std::string_view text) noexcept -> std::string_view {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

struct framing {
  std::size_t length = 0;
  bool has_length = false;
  bool closes = false;
  bool sound = true;
};

/// Looks at lines that begin with C or T only: the three headers that frame an answer begin with them.
[[nodiscard]] auto framing_of(std::string_view headers) noexcept -> framing {
  framing found;
  while (!headers.empty()) {
    const auto end = headers.find("\r\n");
    const auto line = headers.substr(0, end);
    headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + 2);
    if (line.empty() || (lower(line[0]) != 'c' && lower(line[0]) != 't')) {
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      found.sound = false;
      return found;
    }
    const auto name = line.substr(0, colon);
    if (equal_lowered(name, "content-length")) {
      const auto value = trimmed(line.substr(colon + 1));
      const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), found.length);
      found.has_length = error == std::errc{} && rest == value.data() + value.size();
      found.sound = found.sound && found.has_length && found.length <= body_bytes_max;
    } else if (equal_lowered(name, "connection")) {
      found.closes = equal_lowered(trimmed(line.substr(colon + 1)), "close");
    } else if (equal_lowered(name, "transfer-encoding")) {
      found.sound = false;
    }
  }
  return found;
}

} // namespace

auto read_response(std::string_view bytes) noexcept -> read_result {
  read_result result;
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) {
    return result;
  }
  const auto line_end = bytes.find("\r\n");
  const auto line = bytes.substr(0, line_end);
  result.state = read_state::malformed;
  if (line.size() < status_line_bytes_min || !line.starts_with("HTTP/1.1 ")) {
    return result;
  }
  const auto* digits = line.data() + status_at;
  const auto [rest, error] = std::from_chars(digits, digits + 3, result.what.status);
  if (error != std::errc{} || rest != digits + 3 || result.what.status < 200) {
    return result;
  }
  if (line_end < head_end) {
    result.what.headers = bytes.substr(line_end + 2, head_end - line_end - 2);
  }
  const auto frame = framing_of(result.what.headers);
  const bool bodiless = result.what.status == 204 || result.what.status == 304;
  if (!frame.sound || (!frame.has_length && !bodiless)) {
    return result;
  }
  const auto body_at = head_end + 4;
  const auto length = bodiless ? 0 : frame.length;
  if (bytes.size() - body_at < length) {
    result.state = read_state::incomplete;
    return result;
  }
  result.what.closes = frame.closes;
  result.what.body = bytes.substr(body_at, length);
  result.what.bytes = body_at + length;
  result.state = read_state::complete;
  return result;
}

auto header_value(std::string_view headers, std::string_view name) noexcept -> std::string_view {
  while (!headers.empty()) {
    const auto end = headers.find("\r\n");
    const auto line = headers.substr(0, end);
    headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + 2);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_lowered(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return {};
}

auto string_member(std::string_view body, std::string_view name) noexcept -> std::string_view {
  for (auto at = body.find(name); at != std::string_view::npos; at = body.find(name, at + 1)) {
    auto after = at + name.size();
    if (at == 0 || body[at - 1] != '"' || !body.substr(after).starts_with("\":")) {
      continue;
    }
    after += 2;
    if (after < body.size() && body[after] == ' ') {
      ++after;
    }
    if (after >= body.size() || body[after] != '"') {
      continue;
    }
    const auto start = after + 1;
    auto end = start;
    while (end < body.size() && body[end] != '"') {
      end += body[end] == '\\' ? 2U : 1U;
    }
    return end < body.size() ? body.substr(start, end - start) : std::string_view{};
  }
  return {};
}

} // namespace holdfast::tools::bench
