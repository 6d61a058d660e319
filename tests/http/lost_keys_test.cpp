#include "http/api_key.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace holdfast;
using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

auto with_key(const std::string& text) -> std::string {
  return "Authorization: Bearer " + text + "\r\n";
}

auto has_code(const std::optional<raw_answer>& answer, const std::string& code) -> bool {
  return answer && answer->body.find("\"code\":\"" + code + "\"") != std::string::npos;
}

} // namespace

TEST_SUITE_BEGIN("lost keys");

TEST_CASE("when nobody knows which API keys there are none is called invalid") {
  test_server server;
  server.callers->set_keys(nullptr);
  auto client = server.client();
  const auto answer = client->ask(get("/sellers", with_key("hf_perhaps")));
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(has_code(answer, "unavailable"));
  CHECK_FALSE(answer->header("retry-after").empty());
  CHECK(has_code(client->ask(get("/sellers", with_key("nonsense"))), "credentials_invalid"));
  CHECK(client->ask(get("/buyer", server.buyer_header()))->status == 200);
  const new_api_key made = make_api_key();
  server.callers->set_keys(
      std::make_shared<const key_table>(std::vector<key_entry>{{.key = domain::key_id{7},
                                                                .organisation = domain::organisation_id{1},
                                                                .scopes = {domain::key_scope::sell},
                                                                .revoked = false,
                                                                .hash = made.hash}}));
  CHECK(client->ask(get("/sellers", with_key(made.text)))->status == 200);
  CHECK(has_code(client->ask(get("/sellers", with_key("hf_perhaps"))), "credentials_invalid"));
}

TEST_SUITE_END();
