#include "tests/api/problem_check.hpp"

#include "http/problem.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

void check_problem(const reply& got, const std::string& code) {
  CAPTURE(code);
  INFO(got.status << " " << got.body);
  const auto* row = http::find_problem(code);
  REQUIRE(row != nullptr);
  CHECK(got.status == row->status);
  CHECK(got.header("content-type") == "application/problem+json");
  CHECK(got.header("cache-control") == "no-store");
  const auto& body = got.json();
  CHECK(body.at("code") == code);
  CHECK(body.at("type") == "/problems/" + code);
  CHECK(body.at("title") == std::string{row->title});
  CHECK(body.at("status") == row->status);
  CHECK(body.at("trace_id").get<std::string>().size() == 32);
  const bool must_say_when = row->status == 429 || row->status == 503;
  CHECK((!must_say_when || std::stoi(got.header("retry-after")) >= 1));
  CHECK((!must_say_when || body.at("retry_after_ms") > 0));
  CHECK((row->status == 401) == !got.header("www-authenticate").empty());
  CHECK((row->status == 405) == !got.header("allow").empty());
}

} // namespace holdfast::api_test
