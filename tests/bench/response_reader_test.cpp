#include "tools/bench/response_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace holdfast::tests {

using namespace tools::bench;

TEST_CASE("an answer is complete only when its last byte is there") {
  const std::string text = "HTTP/1.1 201 Created\r\nServer: x\r\ncontent-length:  5 \r\nEvent-Seq: 7\r\n\r\nhello";
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK(read_response(std::string_view{text}.substr(0, size)).state == read_state::incomplete);
  }
  const auto whole = read_response(text + "HTTP/1.1");
  REQUIRE(whole.state == read_state::complete);
  CHECK(whole.what.status == 201);
  CHECK(whole.what.body == "hello");
  CHECK(whole.what.bytes == text.size());
  CHECK_FALSE(whole.what.closes);
  CHECK(header_value(whole.what.headers, "event-seq") == "7");
  CHECK(header_value(whole.what.headers, "location").empty());
}

TEST_CASE("answers without a body need no length") {
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    const auto text = "HTTP/1.1 " + status + "\r\nEvent-Seq: 7\r\n\r\n";
    const auto read = read_response(text);
    REQUIRE(read.state == read_state::complete);
    CHECK(read.what.body.empty());
    CHECK(read.what.bytes == text.size());
  }
  const auto bare = read_response("HTTP/1.1 204 No Content\r\n\r\n");
  REQUIRE(bare.state == read_state::complete);
  CHECK(bare.what.headers.empty());
}

TEST_CASE("an announced end of the connection is seen") {
  CHECK(read_response("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n").what.closes);
  CHECK_FALSE(read_response("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").what.closes);
}

TEST_CASE("what cannot be framed is malformed") {
  for (const std::string_view text :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nCutoff\r\n\r\n", "garbage\r\n\r\n"}) {
    CAPTURE(text);
    CHECK(read_response(text).state == read_state::malformed);
  }
}

TEST_CASE("a string member is found by its whole name") {
  CHECK(string_member(R"({"a_hold_id":"no","hold_id":"hld_1","x":1})", "hold_id") == "hld_1");
  CHECK(string_member(R"({"hold_id": "hld_2"})", "hold_id") == "hld_2");
  CHECK(string_member(R"({"text":"say \"hold_id\"","hold_id":"hld_3"})", "hold_id") == "hld_3");
  CHECK(string_member(R"({"hold_id":17})", "hold_id").empty());
  CHECK(string_member(R"({"hold_id":"cut)", "hold_id").empty());
  CHECK(string_member(R"({"hold_id":"cut\)", "hold_id").empty());
  CHECK(string_member("", "hold_id").empty());
}

} // namespace holdfast::tests
