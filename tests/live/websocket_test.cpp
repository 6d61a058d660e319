#include "tests/live/viewer_stage.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace holdfast::live_test {

namespace {

struct client_frames {
  const char* what;
  std::string bytes;
  unsigned code; ///< that they are answered with; 0: it goes on
};

auto what_clients_send() -> std::vector<client_frames> {
  const auto frame = &watcher::client_frame;
  return {
      {"a ping", frame(0x89, "hello"), 0},
      {"a pong nobody asked for", frame(0x8a, "x"), 0},
      {"a text", frame(0x81, "hello"), 1003},
      {"bytes", frame(0x82, "hello"), 1003},
      {"the first part of a text", frame(0x01, "hel"), 1003},
      {"the next part of nothing", frame(0x80, "lo"), 1002},
      {"an unknown opcode", frame(0x83, ""), 1002},
      {"an unknown control", frame(0x8b, ""), 1002},
      {"a ping in parts", frame(0x09, "x"), 1002},
      {"a long ping", frame(0x89, std::string(126, 'x')), 1002},
      {"an extension's bit", frame(0xc9, ""), 1002},
      {"a frame without a mask", std::string{"\x89\x00", 2}, 1002},
      {"the end", frame(0x88, "\x03\xe8"), 1000},
      {"the end without a word", frame(0x88, ""), 1000},
      {"the end with its reason", frame(0x88, "\x03\xe9going"), 1000},
      {"the end with a reason in UTF-8", frame(0x88, "\x03\xe8schl\xc3\xbcss"), 1000},
      {"the end with a reason that is no text", frame(0x88, "\x03\xe8\xff"), 1007},
      {"the end with an overlong form", frame(0x88, "\x03\xe8\xc0\xaf"), 1007},
      {"the end with a surrogate", frame(0x88, "\x03\xe8\xed\xa0\x80"), 1007},
      {"the end in the midst of a letter", frame(0x88, "\x03\xe8\xe2\x82"), 1007},
      {"the longest end", frame(0x88, "\x03\xe8" + std::string(123, 'x')), 1000},
      {"too long an end", frame(0x88, "\x03\xe8" + std::string(124, 'x')), 1002},
      {"the end in parts", frame(0x08, "\x03\xe8"), 1002},
      {"a pong in parts", frame(0x0a, ""), 1002},
      {"a ping of 2^63 bytes", std::string{"\x89\xff\x80\0\0\0\0\0\0\0mask", 14}, 1002},
      {"a text of 2^64 - 1 bytes", "\x81" + std::string(9, '\xff') + "mask", 1003},
      {"half a code", frame(0x88, "\x03"), 1002},
      {"a code that is never sent", frame(0x88, "\x03\xed"), 1002},
      {"a code of nobody", frame(0x88, std::string{"\x00\x01", 2}), 1002},
      {"a code of an application", frame(0x88, std::string{"\x0f\xa0", 2}), 1000},
  };
}

} // namespace

TEST_CASE("what a client sends is answered or refused with the code that says why") {
  const auto frame = &watcher::client_frame;
  for (const auto& each : what_clients_send()) {
    CAPTURE(each.what);
    for (const bool whole : {true, false}) {
      stage on;
      on.attach();
      on.line->text.clear();
      // Then something else, which is looked at only if the connection goes on.
      const auto bytes = each.bytes + frame(0x89, "after");
      for (std::size_t at = 0; at < bytes.size(); at += whole ? bytes.size() : 1) {
        on.who->received(std::string_view{bytes}.substr(at, whole ? bytes.size() : 1));
      }
      on.line->kick();
      const auto got = messages_of(on.line->text);
      REQUIRE_FALSE(got.empty());
      if (each.code == 0) {
        CHECK(got.back().opcode == 10);
        CHECK(got.back().payload == "after");
        CHECK_FALSE(on.line->over);
      } else {
        REQUIRE(got.size() == 1);
        CHECK(got[0].opcode == 8);
        CHECK((static_cast<unsigned>(static_cast<std::uint8_t>(got[0].payload[0])) << 8U |
               static_cast<std::uint8_t>(got[0].payload[1])) == each.code);
        CHECK(on.line->over);
        on.publish(delta(9));
        on.run();
        CHECK(messages_of(on.line->text).size() == 1);
      }
    }
  }
}

TEST_CASE("who asks faster than it reads is not answered for ever") {
  stage on;
  on.line->room = 0;
  on.attach();
  for (int i = 0; i < 100; ++i) {
    on.who->received(watcher::client_frame(0x89, std::string(100, 'x')));
  }
  on.line->room = SIZE_MAX;
  on.line->kick();
  const auto got = messages_of(on.line->text);
  CHECK(got.size() < 10);
  REQUIRE(got.back().opcode == 8);
  CHECK(static_cast<std::uint8_t>(got.back().payload[1]) == (1008 & 0xff));
}

TEST_CASE("the key of RFC 6455's example gives its answer, and only 16 bytes in base64 are a key") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
  CHECK(is_websocket_key("AAAAAAAAAAAAAAAAAAAAAA=="));
  for (const auto* each : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZR==",
                           "dGhlIHNhbXBsZSBub25j*Q==", "dGhlIHNhbXBsZSBub25jZQ==A", "dGhlIHNhbXBsZSBub25jZWE="}) {
    CAPTURE(each);
    CHECK_FALSE(is_websocket_key(each));
  }
}

} // namespace holdfast::live_test
