#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::payments::stripe {

/// Builds an `application/x-www-form-urlencoded` body or a query. Fields stand in the order in which they are added: the same fields give the same bytes, which
/// is what a repetition under the same idempotency key needs.
class form {
 public:
  auto add(std::string_view name, std::string_view value) -> form&;
  auto add(std::string_view name, std::int64_t value) -> form&;

  [[nodiscard]] auto text() const noexcept -> const std::string& { return text_; }

 private:
  std::string text_;
};

/// Everything but letters, digits and "-._~" as %XX: fit for a form's fields and for a segment of a path.
[[nodiscard]] auto percent_encoded(std::string_view text) -> std::string;

} // namespace holdfast::payments::stripe
