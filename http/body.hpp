#pragma once

#include "http/exchange.hpp"
#include "http/json_reader.hpp"

#include <optional>

namespace holdfast::http {

/// Parses the exchange's body as a JSON object into `document`; an empty body counts as `{}`. When it is not JSON, answers 400
/// `invalid_json` and returns nothing.
[[nodiscard]] auto read_body(exchange& of, json_document& document) -> std::optional<json_object>;

/// To be called when every field has been asked for: true when the body is sound. Otherwise answers 422 `validation_failed` with
/// every fault, unknown fields included.
[[nodiscard]] auto body_is_sound(exchange& of, json_document& document) -> bool;

/// The calling thread's document, whose memory is warm. One body at a time.
[[nodiscard]] auto thread_document() -> json_document&;

} // namespace holdfast::http
