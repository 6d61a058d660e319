#include "http/organisation_json.hpp"
#include "http/problem.hpp"
#include "tests/api/api_server.hpp"
#include "tests/api/description.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

/// The description and the routes are two lists of the same things, kept by hand: here they are laid side by side.
namespace holdfast::api_test {

using nlohmann::json;

namespace {

auto described_operation(const http::route& row) -> const json& {
  std::string verb{to_string(row.verb)};
  std::transform(verb.begin(), verb.end(), verb.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto& paths = description().at("paths");
  static const json none;
  return paths.contains(row.pattern) && paths.at(row.pattern).contains(verb) ? paths.at(row.pattern).at(verb) : none;
}

auto scopes_of(std::uint32_t bits) -> std::set<std::string> {
  std::set<std::string> names;
  for (const auto name : http::scope_names(bits)) {
    names.emplace(name);
  }
  return names;
}

/// Who may call, as the description says: "anybody", "session", and scopes.
auto described_callers(const json& operation) -> std::set<std::string> {
  std::set<std::string> callers;
  for (const auto& way : operation.value("security", description().at("security"))) {
    if (way.empty()) {
      callers.insert("anybody");
    }
    for (const auto& [scheme, scopes] : way.items()) {
      if (scheme == "session") {
        callers.insert("session");
      }
      for (const auto& scope : scopes) {
        callers.insert(scope.get<std::string>());
      }
    }
  }
  return callers;
}

/// The same, as the table has it. Scopes of a route that is open to everybody are the description's own affair.
auto real_callers(const http::permission& who) -> std::set<std::string> {
  using rule = http::permission::rule;
  std::set<std::string> callers = scopes_of(who.scopes());
  if (who.what() == rule::buyer || who.what() == rule::buyer_or_key) {
    callers.insert("session");
  }
  if (who.is_by_link()) {
    callers.insert("anybody");
  }
  return callers;
}

/// The codes of problems that a response's description names: words in backticks.
auto named_codes(const json& response) -> std::set<std::string> {
  std::set<std::string> codes;
  const auto text = resolved(response).value("description", "");
  for (auto open = text.find('`'); open != std::string::npos;) {
    const auto close = text.find('`', open + 1);
    const auto word = text.substr(open + 1, close - open - 1);
    if (http::find_problem(word) != nullptr) {
      codes.insert(word);
    }
    open = text.find('`', close + 1);
  }
  return codes;
}

/// Problems of what no route does yet: cards, waiting rooms, events for verified buyers.
const std::set<std::string> of_no_route{"verified_buyer_required"};

auto has_parameter(const json& operation, const std::string& name) -> bool {
  const auto parameters = operation.value("parameters", json::array());
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const json& one) { return resolved(one).at("name") == name; });
}

} // namespace

TEST_CASE("every route is described, and everything described is a route") {
  const api_server server;
  std::set<std::string> routes;
  for (const auto& row : server.table().routes()) {
    CAPTURE(row.pattern);
    CAPTURE(to_string(row.verb));
    CHECK_FALSE(described_operation(row).is_null());
    routes.insert(std::string{to_string(row.verb)} + " " + row.pattern);
  }
  for (const auto& [path, verbs] : description().at("paths").items()) {
    for (const auto& [verb, operation] : verbs.items()) {
      auto upper = verb;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      CAPTURE(path);
      CHECK(routes.contains(upper + " " + path));
    }
  }
}

TEST_CASE("the description says of every route who may call it and whether it needs a key") {
  const api_server server;
  using rule = http::permission::rule;
  for (const auto& row : server.table().routes()) {
    CAPTURE(row.pattern);
    CAPTURE(to_string(row.verb));
    const auto& operation = described_operation(row);
    const auto described = described_callers(operation);
    if (row.who.what() == rule::open) {
      CHECK(described.contains("anybody"));
    } else if (row.who.what() == rule::credential_free) {
      CHECK(described.empty());
    } else {
      CHECK(described == real_callers(row.who));
    }
    CHECK(has_parameter(operation, "Idempotency-Key") == (row.keyed == http::idempotency::required));
    const auto writes = row.verb != http::method::get && row.verb != http::method::delete_;
    CHECK((writes || !operation.contains("requestBody")));
  }
}

TEST_CASE("every problem is described, under its status") {
  std::set<std::string> described;
  for (const auto& [path, verbs] : description().at("paths").items()) {
    for (const auto& [verb, operation] : verbs.items()) {
      for (const auto& [status, response] : operation.at("responses").items()) {
        CAPTURE(path);
        CAPTURE(verb);
        for (const auto& code : named_codes(response)) {
          CAPTURE(code);
          CHECK((status == "default" || status == std::to_string(http::find_problem(code)->status)));
          described.insert(code);
        }
      }
    }
  }
  for (const auto& row : http::problem_rows()) {
    const std::string code{row.code};
    CAPTURE(code);
    CHECK(described.contains(code) != of_no_route.contains(code));
  }
}

TEST_CASE("what the description lists of a path's parameter is what the server knows") {
  const api_server server;
  std::set<std::string> described;
  for (const auto& parameter :
       description().at("paths").at("/v1/admin/projections/{projection}/rebuild").at("post").at("parameters")) {
    if (parameter.value("name", "") == "projection") {
      described = parameter.at("schema").at("enum").get<std::set<std::string>>();
    }
  }
  std::set<std::string> known;
  auto admin = server.admin();
  const auto listed = admin.get("/v1/admin/projections");
  for (const auto& line : listed.json().at("items")) {
    known.insert(line.at("projection").get<std::string>());
    CHECK(line.at("checkpoints_ended") == false);
  }
  CHECK(described == known);
  for (const auto& name : described) {
    CAPTURE(name);
    CHECK(admin.post("/v1/admin/projections/" + name + "/rebuild").status == 202);
  }
  // There is no other one to compare: a new list in a path needs a check of its own.
  for (const auto& [path, verbs] : description().at("paths").items()) {
    for (const auto& [verb, operation] : verbs.items()) {
      for (const auto& parameter : operation.value("parameters", json::array())) {
        const auto& one = resolved(parameter);
        CAPTURE(path);
        CHECK((one.at("in") != "path" || !one.at("schema").contains("enum") || one.at("name") == "projection"));
      }
    }
  }
}

TEST_CASE("every name in a path is described as a parameter of it") {
  const api_server server;
  for (const auto& row : server.table().routes()) {
    for (const auto& name : server.table().names(row)) {
      CAPTURE(row.pattern);
      CHECK(has_parameter(described_operation(row), name));
    }
  }
}

} // namespace holdfast::api_test
