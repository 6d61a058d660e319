#include "domain/check.hpp"
#include "http/documents.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

// The API's description as a page: what a person needs to write a first request, in the document's own order.

namespace holdfast::http {

namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--line:#8884;--soft:#8882;--accent:#0a6}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
h1{margin:.2em 0}h2{margin-top:2.5em;border-bottom:2px solid var(--line)}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
a{color:inherit}nav ul{columns:16rem;padding-left:1.2em}
article{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:.5rem 1rem}
article h3{margin:.3em 0;overflow-wrap:anywhere}
.verb{background:var(--accent);color:#fff;border-radius:.3rem;padding:.1em .5em;font-size:.8em}
.who{opacity:.8}table{border-collapse:collapse;width:100%}
td,th{border-top:1px solid var(--line);padding:.25em .5em .25em 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}
section.schema{border-left:3px solid var(--line);padding-left:1rem;margin:1rem 0}
)";

auto base64_sha256(std::string_view text) -> std::string {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> coded{};
  const int length = EVP_EncodeBlock(coded.data(), digest.data(), static_cast<int>(digest.size()));
  return {coded.begin(), coded.begin() + length};
}

auto text_of(const json& from, const char* name) -> std::string {
  const auto at = from.find(name);
  return at != from.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

/// What stands behind a `$ref`, or the value itself.
auto resolved(const json& document, const json& value) -> const json& {
  const std::string pointer = text_of(value, "$ref");
  return pointer.empty() ? value : document.at(json::json_pointer{pointer.substr(1)});
}

/// Text with `code` in backticks.
void append_prose(std::string& out, std::string_view text) {
  bool code = false;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '`') {
      continue;
    }
    append_html(out, text.substr(from, i - from));
    if (i < text.size()) {
      out.append(code ? "</code>" : "<code>");
      code = !code;
    }
    from = i + 1;
  }
}

/// A type in words: `string`, `array of Hold`, `one of A, B`.
void append_type(std::string& out, const json& schema) {
  if (const std::string pointer = text_of(schema, "$ref"); !pointer.empty()) {
    const std::string name = pointer.substr(pointer.rfind('/') + 1);
    out.append("<a href=\"#schema-").append(name).append("\">").append(name).append("</a>");
    return;
  }
  for (const auto& [word, join] : {std::pair{"oneOf", ", or "}, std::pair{"allOf", " with "}}) {
    if (const auto many = schema.find(word); many != schema.end()) {
      for (std::size_t i = 0; i < many->size(); ++i) {
        out.append(i == 0 ? "" : join);
        append_type(out, (*many)[i]);
      }
      return;
    }
  }
  const auto type = schema.find("type");
  if (type != schema.end() && *type == "array") {
    out.append("array of ");
    append_type(out, schema.value("items", json::object()));
    return;
  }
  if (type != schema.end() && type->is_array()) {
    for (std::size_t i = 0; i < type->size(); ++i) {
      out.append(i == 0 ? "" : " or ").append((*type)[i].get<std::string>());
    }
    return;
  }
  append_html(out, type != schema.end() ? type->get<std::string>() : "any");
}

void append_limits(std::string& out, const json& schema) {
  for (const char* name : {"enum", "const", "pattern", "format", "minimum", "maximum", "minLength", "maxLength",
                           "minItems", "maxItems", "default"}) {
    if (const auto at = schema.find(name); at != schema.end()) {
      out.append(" <code>").append(name).append("=");
      append_html(out, at->is_string() ? at->get<std::string>() : at->dump());
      out.append("</code>");
    }
  }
}

void append_properties(std::string& out, const json& document, const json& schema) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || properties->empty()) {
    return;
  }
  const json required = schema.value("required", json::array());
  out.append("<table>");
  for (const auto& [name, property] : properties->items()) {
    out.append("<tr><td><code>");
    append_html(out, name);
    out.append("</code>");
    out.append(std::find(required.begin(), required.end(), name) != required.end() ? " (required)" : "");
    out.append("</td><td>");
    append_type(out, property);
    append_limits(out, property);
    out.append("</td><td>");
    append_prose(out, text_of(property, "description"));
    append_properties(out, document, property);
    if (const auto items = property.find("items"); items != property.end()) {
      append_properties(out, document, *items);
    }
    out.append("</td></tr>");
  }
  out.append("</table>");
}

void append_parameters(std::string& out, const json& document, const json& operation) {
  const auto parameters = operation.find("parameters");
  if (parameters == operation.end()) {
    return;
  }
  out.append("<table>");
  for (const json& each : *parameters) {
    const json& parameter = resolved(document, each);
    out.append("<tr><td><code>");
    append_html(out, text_of(parameter, "name"));
    out.append("</code>").append(parameter.value("required", false) ? " (required)" : "");
    out.append("</td><td>").append(text_of(parameter, "in")).append("</td><td>");
    append_prose(out, text_of(parameter, "description"));
    append_limits(out, parameter.value("schema", json::object()));
    out.append("</td></tr>");
  }
  out.append("</table>");
}

void append_caller(std::string& out, const json& operation) {
  const json security = operation.value("security", json::array());
  out.append("<p class=\"who\">For ");
  if (security.empty()) {
    out.append("everybody");
  }
  for (std::size_t i = 0; i < security.size(); ++i) {
    out.append(i == 0 ? "" : ", or ");
    if (security[i].empty()) {
      out.append("everybody");
    } else if (security[i].contains("session")) {
      out.append("a buyer's session");
    } else {
      out.append("an API key with scope");
      for (const json& scope : security[i].at("apiKey")) {
        out.append(" <code>").append(scope.get<std::string>()).append("</code>");
      }
    }
  }
  out.append(".</p>");
}

void append_content(std::string& out, const json& message) {
  const auto content = message.find("content");
  if (content == message.end()) {
    return;
  }
  for (const auto& [type, body] : content->items()) {
    out.append(" <code>").append(type).append("</code> ");
    append_type(out, body.value("schema", json::object()));
  }
}

void append_operation(std::string& out, const json& document, const std::string& verb, const std::string& path,
                      const json& operation) {
  std::string upper = verb;
  for (char& c : upper) {
    c = static_cast<char>(c - 'a' + 'A');
  }
  out.append("<article id=\"").append(text_of(operation, "operationId")).append("\"><h3><span class=\"verb\">");
  out.append(upper).append("</span> <code>");
  append_html(out, path);
  out.append("</code></h3><p><strong>");
  append_html(out, text_of(operation, "summary"));
  out.append(".</strong> ");
  append_prose(out, text_of(operation, "description"));
  out.append("</p>");
  append_caller(out, operation);
  append_parameters(out, document, operation);
  if (const auto body = operation.find("requestBody"); body != operation.end()) {
    out.append("<p>Body:");
    append_content(out, *body);
    out.append("</p>");
  }
  out.append("<table>");
  for (const auto& [status, each] : operation.at("responses").items()) {
    const json& response = resolved(document, each);
    out.append("<tr><td><code>").append(status).append("</code></td><td>");
    append_prose(out, text_of(response, "description"));
    append_content(out, response);
    out.append("</td></tr>");
  }
  out.append("</table></article>");
}

/// Calls `what(verb, path, operation)` for each operation of a tag.
template <class What>
void for_each_operation(const json& document, const std::string& tag, What what) {
  for (const auto& [path, verbs] : document.at("paths").items()) {
    for (const auto& [verb, operation] : verbs.items()) {
      if (operation.at("tags").at(0) == tag) {
        what(verb, path, operation);
      }
    }
  }
}

void append_contents(std::string& out, const json& document) {
  out.append("<nav aria-label=\"Contents\"><ul>");
  for (const json& tag : document.at("tags")) {
    const std::string name = text_of(tag, "name");
    out.append("<li><a href=\"#tag-").append(name).append("\">").append(name).append("</a></li>");
  }
  out.append("<li><a href=\"#schemas\">Schemas</a></li></ul></nav>");
}

} // namespace

void append_html(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
    case '<': out.append("&lt;"); break;
    case '>': out.append("&gt;"); break;
    case '&': out.append("&amp;"); break;
    case '"': out.append("&quot;"); break;
    default: out.push_back(c);
    }
  }
}

auto render_docs(std::string_view openapi) -> docs_page {
  const json document = json::parse(openapi, nullptr, false);
  HF_CHECK(document.is_object(), "the embedded API description is JSON");
  const json& info = document.at("info");
  std::string out = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                    "content=\"width=device-width,initial-scale=1\"><title>";
  append_html(out, text_of(info, "title"));
  out.append(" API</title><style>").append(style).append("</style></head><body><header><h1>");
  append_html(out, text_of(info, "title"));
  out.append(" API</h1><p>");
  append_prose(out, text_of(info, "summary"));
  out.append("</p><p>");
  append_prose(out, text_of(info, "description"));
  out.append("</p><p>The same for machines: <a href=\"/openapi.json\">openapi.json</a>.</p></header>");
  append_contents(out, document);
  out.append("<main>");
  for (const json& tag : document.at("tags")) {
    const std::string name = text_of(tag, "name");
    out.append("<h2 id=\"tag-").append(name).append("\">").append(name).append("</h2><p>");
    append_prose(out, text_of(tag, "description"));
    out.append("</p>");
    for_each_operation(document, name, [&](const std::string& verb, const std::string& path, const json& operation) {
      append_operation(out, document, verb, path, operation);
    });
  }
  out.append("<h2 id=\"schemas\">Schemas</h2>");
  for (const auto& [name, schema] : document.at("components").at("schemas").items()) {
    out.append("<section class=\"schema\" id=\"schema-").append(name).append("\"><h3>").append(name).append("</h3><p>");
    append_prose(out, text_of(schema, "description"));
    out.append(" ");
    append_type(out, schema);
    append_limits(out, schema);
    out.append("</p>");
    append_properties(out, document, schema);
    out.append("</section>");
  }
  out.append("</main></body></html>\n");
  return {std::move(out), base64_sha256(style)};
}

} // namespace holdfast::http
