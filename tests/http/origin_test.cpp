#include "http/origin.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

using namespace holdfast::http;
using namespace holdfast::http::test;

TEST_SUITE_BEGIN("origin");

TEST_CASE("an origin is a scheme, a host and an unusual port, as browsers write them") {
  for (const char* text :
       {"https://tickets.example", "http://localhost:3000", "https://a-b.c.example:8443", "http://[::1]:8080",
        "https://[2001:db8::1]", "http://10.0.0.1", "https://tickets.example:80", "http://a:443"}) {
    CAPTURE(text);
    CHECK(is_origin(text));
  }
  for (const char* text : {"",
                           "null",
                           "*",
                           "tickets.example",
                           "https://",
                           "https://tickets.example/",
                           "https://tickets.example/shop",
                           "https://Tickets.example",
                           "HTTPS://tickets.example",
                           "ftp://tickets.example",
                           "https://*.example",
                           "https://a:",
                           "https://a:443",
                           "http://a:80",
                           "https://a:08443",
                           "https://a:0",
                           "https://a:65536",
                           "https://a:1x",
                           "https://a b",
                           "https://user@a",
                           "https://a?b",
                           "https://[::1",
                           "https://[]",
                           "https://[::1]8080",
                           "https://:8443"}) {
    CAPTURE(text);
    CHECK_FALSE(is_origin(text));
  }
}

TEST_CASE("what is configured as an origin and is none does not start") {
  server_options options = test_server::quick();
  options.allowed_origins = {"https://tickets.example", "https://tickets.example/shop"};
  const auto started = server::start(options, {.table = {}, .callers = nullptr, .metrics = nullptr, .logger = nullptr});
  REQUIRE_FALSE(started);
  CHECK(started.error().what.find("'https://tickets.example/shop'") != std::string::npos);
}
