#include "projections/live/live_frame.hpp"
#include "projections/wire/frame_wire.hpp"
#include "tools/bench/live_reader.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::tests {

namespace {

using namespace tools::bench;
using namespace std::string_view_literals;
using opcode = socket_message::opcode;

/// As RFC 6455 §5.2 has it.
[[nodiscard]] auto message_of(unsigned first, const std::string& payload) -> std::string {
  std::string out(1, static_cast<char>(first));
  const auto size = payload.size();
  if (size < 126) {
    out += static_cast<char>(size);
  } else if (size < 65'536) {
    out += {126, static_cast<char>(size >> 8U), static_cast<char>(size)};
  } else {
    out += {127, 0, 0, 0, 0, 0, static_cast<char>(size >> 16U), static_cast<char>(size >> 8U), static_cast<char>(size)};
  }
  return out + payload;
}

} // namespace

TEST_CASE("messages of every length are read whole, and not before they are whole") {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 255U, 256U, 65'535U, 65'536U, 100'000U}) {
    const auto bytes = message_of(0x82, std::string(size, 'x'));
    const auto stream = bytes + "more";
    const auto got = read_message(stream);
    REQUIRE(got.state == read_state::complete);
    CHECK(got.what.what == opcode::binary);
    CHECK(got.what.payload == std::string(size, 'x'));
    CHECK(got.what.bytes == bytes.size());
    for (std::size_t cut = 0; cut < bytes.size(); cut += cut < 16 ? 1 : 997) {
      CHECK(read_message(std::string_view{bytes}.substr(0, cut)).state == read_state::incomplete);
    }
  }
  CHECK(read_message(message_of(0x88, "\x03\xe9")).what.what == opcode::close);
  CHECK(read_message(message_of(0x89, "")).what.what == opcode::ping);
  CHECK(read_message(message_of(0x8a, "")).what.what == opcode::pong);
}

TEST_CASE("what no live seat map sends is malformed") {
  // A fragment, its continuation, text, a reserved bit, a reserved opcode, a mask, a length beyond reason.
  for (const auto bytes : {"\x02\x01x"sv, "\x80\x01x"sv, "\x81\x01x"sv, "\xc2\x01x"sv, "\x83\x01x"sv,
                           "\x82\x81\x00\x00\x00\x00x"sv, "\x82\x7f\x00\x00\x00\x00\x7f\xff\xff\xff"sv}) {
    CHECK(read_message(bytes).state == read_state::malformed);
  }
}

TEST_CASE("the beginning of a frame says its kind and its seq") {
  using kind = live_head::kind;
  const auto is = [](std::string_view frame, kind what, std::uint64_t seq) {
    const auto head = read_live_head(frame);
    return head && head->what == what && head->seq == seq;
  };
  CHECK(is("\x00\x01\x85\x02\x10\x00tag tag "sv, kind::hello, 261));
  CHECK(is("\x01\x07\x0d"sv, kind::delta, 7));
  CHECK(is("\x01\x07"sv, kind::delta, 7));
  CHECK(is("\x02\x80\x01\x01\x00\x05"sv, kind::delta_with_areas, 128));
  CHECK(is("\x03\xff\xff\xff\xff\xff\xff\xff\xff\x7f"sv, kind::reset, 0x7fff'ffff'ffff'ffffULL));
  for (const auto wrong : {""sv, "\x01"sv, "\x04\x01"sv, "\x00\x02\x01"sv, "\x01\x80"sv,
                           "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv}) {
    CHECK_FALSE(read_live_head(wrong).has_value());
  }
}

TEST_CASE("what the server sends is read as what it is") {
  std::string payload;
  projections::wire::append_delta(300, {}, payload);
  const projections::live_frame frame{300, payload};
  for (const auto* each : {&frame, projections::reset_frame(77).get()}) {
    const auto message = read_message(each->websocket());
    REQUIRE(message.state == read_state::complete);
    CHECK(message.what.payload == each->payload());
    REQUIRE(read_live_head(message.what.payload).has_value());
    CHECK(read_live_head(message.what.payload)->seq == each->seq());
  }
  CHECK(read_live_head(projections::reset_frame(77)->payload())->what == live_head::kind::reset);
}

} // namespace holdfast::tests
