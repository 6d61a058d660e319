#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::gateway {

/// The parameters of a request, decoded, in the order in which they came: "metadata[order]" → "ord_1".
class form {
 public:
  using field = std::pair<std::string, std::string>;

  /// Nothing when the text is no `application/x-www-form-urlencoded`.
  [[nodiscard]] static auto parse(std::string_view text) -> std::optional<form>;

  [[nodiscard]] auto get(std::string_view name) const -> std::optional<std::string>;
  [[nodiscard]] auto fields() const noexcept -> const std::vector<field>& { return fields_; }
  /// "a" and "b" of "name[a]" and "name[b]", with their values.
  [[nodiscard]] auto below(std::string_view name) const -> std::vector<field>;
  /// Sorted: the same whatever order the parameters came in.
  [[nodiscard]] auto canonical() const -> std::string;

 private:
  std::vector<field> fields_;
};

} // namespace holdfast::gateway
