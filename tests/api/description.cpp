#include "tests/api/description.hpp"

#include "http/documents.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <utility>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

using faults = std::vector<std::string>;

/// Keywords that say something to people only.
const std::set<std::string, std::less<>> annotations{"description", "examples", "default", "title", "format"};

auto has_type(const json& value, std::string_view type) -> bool {
  if (type == "integer") {
    return value.is_number_integer();
  }
  if (type == "number") {
    return value.is_number();
  }
  const std::map<std::string_view, bool> is{{"object", value.is_object()},
                                            {"array", value.is_array()},
                                            {"string", value.is_string()},
                                            {"boolean", value.is_boolean()},
                                            {"null", value.is_null()}};
  return is.contains(type) && is.at(type);
}

auto type_fits(const json& value, const json& types) -> bool {
  if (types.is_string()) {
    return has_type(value, types.get<std::string>());
  }
  return std::ranges::any_of(types, [&](const json& type) { return has_type(value, type.get<std::string>()); });
}

auto matches(const std::string& text, const std::string& pattern) -> bool {
  static std::map<std::string, std::regex> compiled;
  return std::regex_search(text, compiled.try_emplace(pattern, pattern).first->second);
}

/// What any operation may answer without saying so: 405, 406, 417 and 500.
const std::set<unsigned> of_any_operation{405, 406, 417, 500};

/// Characters, as JSON Schema counts lengths.
auto characters(const std::string& text) -> std::size_t {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

class checker {
 public:
  checker(const json& value, const json& schema, std::string at) : value_{value}, schema_{schema}, at_{std::move(at)} {}

  auto run() && -> faults {
    for (const auto& [keyword, said] : schema_.items()) {
      if (!annotations.contains(keyword)) {
        apply(keyword, said);
      }
    }
    if (value_.is_string() && schema_.value("format", "") == "date-time") {
      check(matches(value_.get<std::string>(), R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$)"), "is no time");
    }
    return std::move(found_);
  }

 private:
  void check(bool sound, const std::string& what) {
    if (!sound) {
      found_.push_back(at_ + ": " + what);
    }
  }

  void take(faults&& more) { std::ranges::move(more, std::back_inserter(found_)); }

  void apply(const std::string& keyword, const json& said) {
    if (keyword == "$ref") {
      take(schema_faults(value_, resolved(schema_), at_));
    } else if (keyword == "type") {
      check(type_fits(value_, said), "is no " + said.dump());
    } else if (keyword == "enum") {
      check(std::ranges::find(said, value_) != said.end(), "is not among " + said.dump());
    } else if (keyword == "const") {
      check(value_ == said, "is not " + said.dump());
    } else if (keyword == "oneOf") {
      check(fitting(said) == 1, "fits " + std::to_string(fitting(said)) + " of the forms instead of one");
    } else if (keyword == "allOf") {
      all_of(said);
    } else if (!of_text(keyword, said) && !of_number(keyword, said) && !of_array(keyword, said) &&
               !of_object(keyword, said)) {
      check(false, "the schema's keyword " + keyword + " is unknown here");
    }
  }

  [[nodiscard]] auto fitting(const json& forms) const -> std::ptrdiff_t {
    return std::ranges::count_if(forms, [&](const json& form) { return schema_faults(value_, form, at_).empty(); });
  }

  /// The parts describe one object together, so they are laid over each other.
  void all_of(const json& parts) {
    json whole{{"properties", json::object()}, {"required", json::array()}};
    for (const json& part : parts) {
      const json& one = resolved(part);
      for (const auto& [keyword, said] : one.items()) {
        if (keyword == "properties") {
          whole["properties"].update(said);
        } else if (keyword == "required") {
          auto& all = whole["required"];
          all.insert(all.end(), said.begin(), said.end());
        } else {
          whole[keyword] = said;
        }
      }
    }
    take(schema_faults(value_, whole, at_));
  }

  auto of_text(const std::string& keyword, const json& said) -> bool {
    if (keyword != "pattern" && keyword != "minLength" && keyword != "maxLength") {
      return false;
    }
    if (!value_.is_string()) {
      return true;
    }
    const auto text = value_.get<std::string>();
    if (keyword == "pattern") {
      check(matches(text, said.get<std::string>()), "'" + text + "' does not match " + said.dump());
    } else if (keyword == "minLength") {
      check(characters(text) >= said.get<std::size_t>(), "is shorter than " + said.dump());
    } else {
      check(characters(text) <= said.get<std::size_t>(), "is longer than " + said.dump());
    }
    return true;
  }

  auto of_number(const std::string& keyword, const json& said) -> bool {
    if (keyword != "minimum" && keyword != "maximum") {
      return false;
    }
    if (value_.is_number()) {
      check(keyword == "minimum" ? value_ >= said : value_ <= said, value_.dump() + " is beyond " + said.dump());
    }
    return true;
  }

  auto of_array(const std::string& keyword, const json& said) -> bool {
    if (keyword != "items" && keyword != "minItems" && keyword != "maxItems" && keyword != "uniqueItems") {
      return false;
    }
    if (!value_.is_array()) {
      return true;
    }
    if (keyword == "minItems") {
      check(value_.size() >= said.get<std::size_t>(), "has too few elements");
    } else if (keyword == "maxItems") {
      check(value_.size() <= said.get<std::size_t>(), "has too many elements");
    } else if (keyword == "uniqueItems") {
      check(std::set<json>(value_.begin(), value_.end()).size() == value_.size(), "has an element twice");
    } else {
      for (std::size_t i = 0; i < value_.size(); ++i) {
        take(schema_faults(value_[i], said, at_ + "/" + std::to_string(i)));
      }
    }
    return true;
  }

  auto of_object(const std::string& keyword, const json& said) -> bool {
    if (keyword == "additionalProperties") {
      return true; // with the properties
    }
    if (keyword != "properties" && keyword != "required") {
      return false;
    }
    if (!value_.is_object()) {
      return true;
    }
    if (keyword == "required") {
      for (const json& name : said) {
        check(value_.contains(name.get<std::string>()), "has no " + name.dump());
      }
      return true;
    }
    for (const auto& [name, member] : value_.items()) {
      if (said.contains(name)) {
        take(schema_faults(member, said.at(name), at_ + "/" + name));
      } else {
        check(schema_.value("additionalProperties", json(false)) == json(true), "has an undescribed member " + name);
      }
    }
    return true;
  }

  const json& value_;
  const json& schema_;
  std::string at_;
  faults found_;
};

/// The segments of a path.
auto segments(std::string_view path) -> std::vector<std::string_view> {
  std::vector<std::string_view> out;
  path = path.substr(0, path.find('?'));
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return out;
}

auto is_path(std::string_view pattern, std::string_view path) -> bool {
  const auto wanted = segments(pattern);
  const auto given = segments(path);
  return std::ranges::equal(wanted, given, [](std::string_view a, std::string_view b) {
    return a == b || (a.starts_with('{') && !b.empty());
  });
}

/// The operation, or null. A path that is spelled out goes before one with names.
auto operation_of(std::string_view method, std::string_view path) -> const json* {
  std::string verb{method == "HEAD" ? "GET" : method};
  std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const json* found = nullptr;
  for (const auto& [pattern, verbs] : description().at("paths").items()) {
    if (is_path(pattern, path) && verbs.contains(verb) &&
        (found == nullptr || pattern.find('{') == std::string::npos)) {
      found = &verbs.at(verb);
    }
  }
  return found;
}

auto body_faults(const json& content, const observed& what) -> faults {
  if (!content.contains(what.media_type)) {
    return {"the media type " + what.media_type + " is not described"};
  }
  const json& schema = content.at(what.media_type).at("schema");
  if (!what.media_type.ends_with("json")) {
    return {};
  }
  const json value = json::parse(what.body, nullptr, false);
  return value.is_discarded() ? faults{"the body is not JSON"} : schema_faults(value, schema);
}

auto request_faults(const json& operation, const observed& what) -> faults {
  constexpr unsigned failures_from = 300;
  if (what.status >= failures_from || what.request.empty() || !operation.contains("requestBody")) {
    const bool undescribed = !what.request.empty() && what.request != "{}" && what.status < failures_from;
    return undescribed ? faults{"a body was accepted that is not described"} : faults{};
  }
  const json& content = operation.at("requestBody").at("content");
  return schema_faults(json::parse(what.request), content.begin()->at("schema"), "request");
}

} // namespace

auto description() -> const json& {
  static const json parsed = json::parse(http::openapi_text());
  return parsed;
}

auto resolved(const json& schema) -> const json& {
  if (!schema.contains("$ref")) {
    return schema;
  }
  return resolved(description().at(json::json_pointer{schema.at("$ref").get<std::string>().substr(1)}));
}

auto schema_faults(const json& value, const json& schema, const std::string& at) -> std::vector<std::string> {
  const json& whole = resolved(schema);
  auto found = checker{value, whole, at}.run();
  // A map: members are data, and all alike.
  if (value.is_object() && !whole.contains("properties") && whole.contains("additionalProperties") &&
      whole.at("additionalProperties").is_object()) {
    for (const auto& [name, member] : value.items()) {
      std::ranges::move(schema_faults(member, whole.at("additionalProperties"), at + "/" + name),
                        std::back_inserter(found));
    }
  }
  return found;
}

auto takes_min_seq(std::string_view path) -> bool {
  const json* operation = operation_of("GET", path);
  return operation != nullptr && operation->contains("parameters") &&
         std::ranges::any_of(operation->at("parameters"),
                             [](const json& one) { return resolved(one).at("name") == "min_seq"; });
}

auto description_faults(const observed& what) -> std::vector<std::string> {
  const json* operation = operation_of(what.method, what.path);
  if (operation == nullptr) {
    return what.status == 404 || what.status == 405 ? faults{} : faults{"the operation is not described"};
  }
  const json& responses = operation->at("responses");
  const auto name = std::to_string(what.status);
  const bool other = !responses.contains(name);
  const json& response = resolved(responses.at(other ? "default" : name));
  auto found = request_faults(*operation, what);
  if (other && !of_any_operation.contains(what.status)) {
    found.push_back("status " + name + " is not described");
  }
  if (what.method == "HEAD" || (what.body.empty() && !response.contains("content"))) {
    return found;
  }
  if (!response.contains("content")) {
    found.push_back("status " + name + " has a body that is not described");
    return found;
  }
  std::ranges::move(body_faults(response.at("content"), what), std::back_inserter(found));
  return found;
}

} // namespace holdfast::api_test
