#include "http/json_reader.hpp"

#include "http/rfc3339.hpp"

#include <cmath>

namespace holdfast::http {

namespace {

auto has_control(std::string_view text, bool lines) noexcept -> bool {
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && !(lines && (c == '\n' || c == '\t'))) || code == 0x7f) {
      return true;
    }
  }
  return false;
}

auto between(const std::string& min, const std::string& max) -> std::string {
  return "must be between " + min + " and " + max;
}

} // namespace

auto json_value::text(const text_rule& rule) const -> std::string_view {
  const auto& here = document_->nodes_[node_];
  if (here.is != json_document::kind::text) {
    refuse("must be a string");
    return {};
  }
  const std::string_view out = std::string_view{document_->text_}.substr(here.text_at, here.text_size);
  if (out.size() < rule.bytes_min || out.size() > rule.bytes_max) {
    fault("must have " + std::to_string(rule.bytes_min) + " to " + std::to_string(rule.bytes_max) + " bytes");
  } else if (has_control(out, rule.lines)) {
    fault("must not hold control characters");
  }
  return out;
}

auto json_value::boolean() const -> bool {
  const auto& here = document_->nodes_[node_];
  if (here.is != json_document::kind::boolean) {
    refuse("must be true or false");
  }
  return here.flag;
}

auto json_value::number(double min, double max) const -> double {
  const auto& here = document_->nodes_[node_];
  const bool whole = here.is == json_document::kind::integer;
  if (!whole && here.is != json_document::kind::number) {
    refuse("must be a number");
    return min;
  }
  const double out = whole ? static_cast<double>(here.integer) : here.number;
  if (!(out >= min && out <= max)) {
    fault("is out of range");
    return min;
  }
  return out;
}

auto json_value::integer_between(std::int64_t min, std::int64_t max) const -> std::int64_t {
  const auto& here = document_->nodes_[node_];
  const bool whole = here.is == json_document::kind::integer;
  const bool beyond_63_bits = here.is == json_document::kind::number && std::abs(here.number) >= 9.2e18 &&
                              std::trunc(here.number) == here.number;
  if (!whole && !beyond_63_bits) {
    refuse("must be an integer");
    return min;
  }
  if (beyond_63_bits || here.integer < min || here.integer > max) {
    fault(between(std::to_string(min), std::to_string(max)));
    return min;
  }
  return here.integer;
}

auto json_value::time() const -> std::int64_t {
  const auto& here = document_->nodes_[node_];
  const auto at = here.is == json_document::kind::text
                      ? parse_rfc3339(std::string_view{document_->text_}.substr(here.text_at, here.text_size))
                      : std::nullopt;
  if (!at) {
    refuse("must be a time in UTC such as 2027-03-01T19:00:00.000Z");
  }
  return at.value_or(0);
}

auto json_value::object() const -> json_object {
  if (document_->nodes_[node_].is != json_document::kind::object) {
    refuse("must be an object");
  }
  return {*document_, node_};
}

auto json_value::array(std::size_t size_min, std::size_t size_max) const -> json_array {
  const auto& here = document_->nodes_[node_];
  if (here.is != json_document::kind::array) {
    refuse("must be an array");
    return {*document_, json_document::none, 0};
  }
  if (here.size < size_min || here.size > size_max) {
    refuse("must have " + std::to_string(size_min) + " to " + std::to_string(size_max) + " elements");
    return {*document_, json_document::none, 0};
  }
  return {*document_, here.first, here.size};
}

auto json_value::is_null() const noexcept -> bool {
  return document_->nodes_[node_].is == json_document::kind::null;
}

auto json_value::is_string() const noexcept -> bool {
  return document_->nodes_[node_].is == json_document::kind::text;
}

void json_value::fault(std::string message) const {
  document_->fault_at(node_, {}, std::move(message));
}

void json_value::refuse(std::string message) const {
  document_->nodes_[node_].refused = true;
  fault(std::move(message));
}

auto json_value::pointer() const -> std::string {
  return document_->pointer_to(node_);
}

auto json_value::name() const noexcept -> std::string_view {
  return document_->name_of(document_->nodes_[node_]);
}

auto json_array::iterator::operator++() noexcept -> iterator& {
  node_ = document_->nodes_[node_].next;
  return *this;
}

auto json_array::end() const noexcept -> iterator {
  return {*document_, json_document::none};
}

auto json_object::find(std::string_view name) const -> std::optional<json_value> {
  for (std::uint32_t at = document_->nodes_[node_].first; at != json_document::none; at = document_->nodes_[at].next) {
    if (document_->name_of(document_->nodes_[at]) == name &&
        document_->nodes_[node_].is == json_document::kind::object) {
      document_->nodes_[at].known = true;
      return json_value{*document_, at};
    }
  }
  return std::nullopt;
}

auto json_object::require(std::string_view name) const -> std::optional<json_value> {
  auto found = find(name);
  // What is not an object has had its fault; its missing members are no news.
  if (!found && document_->nodes_[node_].is == json_document::kind::object) {
    fault(name, "is required");
  }
  return found;
}

auto json_object::cleared(std::string_view name) const -> bool {
  const auto found = find(name);
  return found && found->is_null();
}

auto json_object::text(std::string_view name, const text_rule& rule) const -> std::string_view {
  const auto value = require(name);
  return value ? value->text(rule) : std::string_view{};
}

auto json_object::boolean(std::string_view name) const -> bool {
  const auto value = require(name);
  return value && value->boolean();
}

auto json_object::number(std::string_view name, double min, double max) const -> double {
  const auto value = require(name);
  return value ? value->number(min, max) : min;
}

auto json_object::time(std::string_view name) const -> std::int64_t {
  const auto value = require(name);
  return value ? value->time() : 0;
}

auto json_object::object(std::string_view name) const -> json_object {
  const auto value = require(name);
  return value ? value->object() : json_object{*document_, document_->absent()};
}

auto json_object::array(std::string_view name, std::size_t size_min, std::size_t size_max) const -> json_array {
  const auto value = require(name);
  return value ? value->array(size_min, size_max) : json_array{*document_, json_document::none, 0};
}

auto json_object::optional_text(std::string_view name, const text_rule& rule) const -> std::optional<std::string_view> {
  const auto value = find(name);
  return value ? std::optional{value->text(rule)} : std::nullopt;
}

auto json_object::optional_boolean(std::string_view name) const -> std::optional<bool> {
  const auto value = find(name);
  return value ? std::optional{value->boolean()} : std::nullopt;
}

auto json_object::optional_number(std::string_view name, double min, double max) const -> std::optional<double> {
  const auto value = find(name);
  return value ? std::optional{value->number(min, max)} : std::nullopt;
}

auto json_object::optional_time(std::string_view name) const -> std::optional<std::int64_t> {
  const auto value = find(name);
  return value ? std::optional{value->time()} : std::nullopt;
}

auto json_object::optional_object(std::string_view name) const -> std::optional<json_object> {
  const auto value = find(name);
  return value ? std::optional{value->object()} : std::nullopt;
}

auto json_object::optional_array(std::string_view name, std::size_t size_min, std::size_t size_max) const
    -> std::optional<json_array> {
  const auto value = find(name);
  return value ? std::optional{value->array(size_min, size_max)} : std::nullopt;
}

auto json_object::members() const -> json_array {
  const auto& here = document_->nodes_[node_];
  if (here.is != json_document::kind::object) {
    return {*document_, json_document::none, 0};
  }
  for (std::uint32_t at = here.first; at != json_document::none; at = document_->nodes_[at].next) {
    document_->nodes_[at].known = true;
  }
  return {*document_, here.first, here.size};
}

void json_object::fault(std::string_view name, std::string message) const {
  // What is missing or no object has had its fault; its members are nowhere.
  if (!name.empty() && document_->nodes_[node_].is != json_document::kind::object) {
    return;
  }
  document_->fault_at(node_, name, std::move(message));
}

} // namespace holdfast::http
