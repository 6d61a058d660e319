#include "http/body.hpp"

namespace holdfast::http {

auto read_body(exchange& of, json_document& document) -> std::optional<json_object> {
  const std::string_view body = of.body();
  if (!document.parse(body.empty() ? std::string_view{"{}"} : body)) {
    of.refuse(problem_kind::invalid_json, {.errors = document.faults()});
    return std::nullopt;
  }
  return document.root_object();
}

auto body_is_sound(exchange& of, json_document& document) -> bool {
  if (document.finish()) {
    return true;
  }
  of.refuse(problem_kind::validation_failed, {.errors = document.faults()});
  return false;
}

auto thread_document() -> json_document& {
  thread_local json_document document;
  return document;
}

} // namespace holdfast::http
