#pragma once

#include <string>

namespace holdfast::http::test {

/// Finds the number of a challenge (ALTCHA, version 1) by trying all; what a client would send. Throws when there is none.
[[nodiscard]] auto solve(const std::string& challenge_json) -> std::string;

/// A payload with one of its fields changed to a JSON value.
[[nodiscard]] auto with_field(const std::string& payload, const std::string& name, const std::string& json)
    -> std::string;
/// The text of a payload's or a challenge's field.
[[nodiscard]] auto field_of(const std::string& payload_or_challenge, const std::string& name) -> std::string;

} // namespace holdfast::http::test
