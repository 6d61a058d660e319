#pragma once

#include <string>

namespace holdfast::live_test {

/// A GET with a Host and these header lines.
[[nodiscard]] inline auto get_line(const std::string& path, const std::string& headers = {}) -> std::string {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

/// The status in an answer's head; 0 when there is none.
[[nodiscard]] inline auto status_of(const std::string& head) -> int {
  return head.size() < 12 ? 0 : std::stoi(head.substr(9, 3));
}

/// Whether a head has this line.
[[nodiscard]] inline auto has_line(const std::string& head, const std::string& line) -> bool {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

} // namespace holdfast::live_test
