#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The API's description (OpenAPI 3.1) as a judge of what is really said: every request that is accepted and every answer in these tests
/// must be what it promises.
namespace holdfast::api_test {

/// Every fault of a value against a JSON Schema of the description (the subset of keywords that it uses; any other is a fault). Stricter
/// than JSON Schema: a member that an object's schema does not name is a fault too.
[[nodiscard]] auto schema_faults(const nlohmann::json& value, const nlohmann::json& schema, const std::string& at = {})
    -> std::vector<std::string>;

/// What one exchange was.
struct observed {
  std::string_view method; ///< "GET"
  std::string_view path;   ///< with its query
  std::string_view request;
  unsigned status = 0;
  std::string media_type;
  std::string_view body;
};

/// Every fault of an exchange against the description; of paths that it does not know only 404 is right.
[[nodiscard]] auto description_faults(const observed& what) -> std::vector<std::string>;

/// Whether a read of this path (with its query) may say `min_seq`.
[[nodiscard]] auto takes_min_seq(std::string_view path) -> bool;

/// The parsed description.
[[nodiscard]] auto description() -> const nlohmann::json&;
/// A `$ref` followed.
[[nodiscard]] auto resolved(const nlohmann::json& schema) -> const nlohmann::json&;

} // namespace holdfast::api_test
