#pragma once

#include "tools/gateway/errors.hpp"
#include "tools/gateway/form.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// Parameters as Stripe checks them; what is wrong is the answer.
namespace holdfast::gateway {

template <class Value>
using checked = tl::expected<Value, reply>;

/// Every parameter is one of `known` or lies below one ("metadata[a]").
[[nodiscard]] auto check_names(const form& with, std::initializer_list<std::string_view> known) -> checked<void>;
/// A whole number from 1 to 99,999,999; nothing when it is not there.
[[nodiscard]] auto amount_in(const form& with, std::string_view name) -> checked<std::optional<std::int64_t>>;
[[nodiscard]] auto flag_in(const form& with, std::string_view name) -> checked<bool>;
/// One of `known`, or `otherwise`.
[[nodiscard]] auto word_in(const form& with, std::string_view name, std::initializer_list<std::string_view> known,
                           std::string_view otherwise) -> checked<std::string>;
[[nodiscard]] auto metadata_in(const form& with) -> checked<nlohmann::json>;

/// What a new payment is for.
struct payment_terms {
  std::int64_t amount = 0;
  std::string currency;
  std::string capture_method;
  bool confirm = false;
  nlohmann::json metadata;
};

[[nodiscard]] auto payment_terms_in(const form& with) -> checked<payment_terms>;

} // namespace holdfast::gateway
