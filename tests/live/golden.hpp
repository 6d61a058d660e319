#pragma once

#include <string>

namespace holdfast::live_test {

/// The bytes of tests/golden/wire/<name>.
[[nodiscard]] auto golden(const std::string& name) -> std::string;
/// As hexadecimal digits, for messages.
[[nodiscard]] auto hex(const std::string& bytes) -> std::string;
/// What was compressed; fails the test when it is damaged.
[[nodiscard]] auto ungzipped(const std::string& bytes) -> std::string;
[[nodiscard]] auto unbrotlied(const std::string& bytes) -> std::string;

} // namespace holdfast::live_test
