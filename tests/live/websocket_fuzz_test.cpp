#include "http/live/websocket.hpp"
#include "tests/live/watcher.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// Our reader of what viewers send, beside Boost.Beast's: what either makes of random frames, sound and broken ones.
namespace holdfast::live_test {

namespace {

namespace beast = boost::beast;
using reader = http::websocket_reader;

/// A control frame as it was understood.
struct control {
  char what = 0; ///< (p)ing, p(o)ng, (c)lose
  std::string payload;
  friend auto operator==(const control&, const control&) -> bool = default;
  friend auto operator<<(std::ostream& to, const control& one) -> std::ostream& {
    return to << one.what << one.payload.size();
  }
};

enum class ending { more, closed, data, refused };

struct heard {
  std::vector<control> controls;
  ending how = ending::more;
};

/// Ours, in pieces of `piece` bytes.
auto ours(std::string_view bytes, std::size_t piece) -> heard {
  using found = reader::found;
  reader from;
  heard out;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (!part.empty()) {
      switch (from.next(part)) {
      case found::nothing: break;
      case found::ping: out.controls.push_back({'p', std::string{from.payload()}}); break;
      case found::pong: out.controls.push_back({'o', std::string{from.payload()}}); break;
      case found::close:
        out.controls.push_back(
            {'c', std::string{from.payload().substr(std::min<std::size_t>(2, from.payload().size()))}});
        out.how = ending::closed;
        return out;
      case found::refused:
        out.how = from.why() == http::close_code::unsupported_data ? ending::data : ending::refused;
        // Nothing is made of what follows.
        CHECK(from.next(part) == found::nothing);
        CHECK(part.empty());
        return out;
      }
    }
  }
  return out;
}

/// Beast's, as a server that has shaken hands.
auto theirs(std::string_view bytes) -> heard {
  boost::asio::io_context context;
  beast::websocket::stream<beast::test::stream, false> socket{context};
  auto client = beast::test::connect(socket.next_layer());
  socket.next_layer().append("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  beast::error_code error;
  socket.accept(error);
  REQUIRE_FALSE(error);
  heard out;
  socket.control_callback([&](beast::websocket::frame_type what, beast::string_view payload) {
    const bool ping = what == beast::websocket::frame_type::ping;
    const char letter = ping ? 'p' : what == beast::websocket::frame_type::pong ? 'o' : 'c';
    out.controls.push_back({letter, std::string{payload.data(), payload.size()}});
  });
  socket.next_layer().append({bytes.data(), bytes.size()});
  client.close();
  beast::flat_buffer message;
  while (!error) {
    message.clear();
    if (socket.read_some(message, 0, error) > 0 || (!error && socket.is_message_done())) {
      out.how = ending::data;
      return out;
    }
  }
  const bool of_protocol = error.category() == make_error_code(beast::websocket::error::closed).category();
  out.how = error == beast::websocket::error::closed ? ending::closed : of_protocol ? ending::refused : ending::more;
  return out;
}

/// Frames as clients send them, and as nobody should.
class frame_source {
 public:
  explicit frame_source(std::uint64_t seed) : random_{seed} {}

  auto below(std::size_t end) -> std::size_t { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }

  auto next() -> std::string {
    if (below(3) > 0) {
      return masked(static_cast<std::uint8_t>(0x80U | (below(2) == 0 ? 0x9U : 0xaU)), text(below(126)));
    }
    switch (below(6)) {
    case 0: return masked(0x88, close_payload());
    case 4: return masked(static_cast<std::uint8_t>(0x81U + below(2)), text(below(20)));
    case 1: return masked(static_cast<std::uint8_t>(below(256)), text(below(200)));       // any opcode and bit
    case 2: return masked(static_cast<std::uint8_t>(0x88U + below(3)), text(below(300))); // too long
    case 3: return {static_cast<char>(0x89), static_cast<char>(below(126)), 'x', 'x', 'x', 'x', 'x'}; // no mask
    default: return masked(static_cast<std::uint8_t>(below(3) + 0x8U), text(below(20)));              // in parts
    }
  }

 private:
  auto text(std::size_t size) -> std::string {
    std::string bytes(size, '\0');
    for (auto& each : bytes) {
      each = static_cast<char>(below(256));
    }
    return bytes;
  }

  /// Mostly sound. Not 1014, which was reserved when Beast was written, nor codes from 5000 on, which Beast lets pass.
  auto close_payload() -> std::string {
    if (below(8) == 0) {
      return text(below(2));
    }
    std::size_t code = below(2) == 0 ? 1'000 + below(14) : below(5'000);
    code = code == 1'014 ? 1'000 : code;
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
    constexpr std::array<std::string_view, 6> letters{
        "a", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x8e\xab", "\xed\xa0\x80", "\xc0\x80"};
    for (auto left = below(20); left > 0; --left) {
      payload += letters[below(30) == 0 ? below(letters.size()) : below(4)];
    }
    payload.resize(payload.size() - (below(6) == 0 && payload.size() > 2 ? 1 : 0));
    return payload;
  }

  auto masked(std::uint8_t first, const std::string& payload) -> std::string {
    auto bytes = watcher::client_frame(first, payload);
    if (below(20) == 0) {
      bytes.resize(below(bytes.size() + 1));
    }
    return bytes;
  }

  std::mt19937_64 random_;
};

} // namespace

TEST_CASE("random frames are understood as Beast understands them, however they are cut") {
  std::array<unsigned, 4> endings{};
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    CAPTURE(seed);
    frame_source from{seed};
    std::string bytes;
    for (auto left = 1 + from.below(8); left > 0; --left) {
      bytes += from.next();
    }
    // Beast judges a frame when it has all of its header, we when we have enough.
    bytes += watcher::client_frame(0x8a, std::string(20, 'x'));
    const auto found = ours(bytes, bytes.size());
    ++endings[static_cast<std::size_t>(found.how)];
    for (const auto piece : {std::size_t{1}, 1 + from.below(40)}) {
      const auto again = ours(bytes, piece);
      CHECK(again.controls == found.controls);
      CHECK(again.how == found.how);
    }
    const auto beast = theirs(bytes);
    if (found.how == ending::data) {
      // Beast goes on with what we do not take: until there it is the same.
      REQUIRE(beast.controls.size() >= found.controls.size());
      CHECK(std::equal(found.controls.begin(), found.controls.end(), beast.controls.begin()));
    } else {
      CHECK(beast.controls == found.controls);
      CHECK(beast.how == found.how);
    }
  }
  // Each kind of ending was among them.
  for (const auto count : endings) {
    CHECK(count > 50);
  }
}

TEST_CASE("random bytes never make more of a frame than 125 bytes, and never end the reader") {
  frame_source from{20270301};
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(1 + from.below(200), '\0');
    for (auto& each : bytes) {
      each = static_cast<char>(from.below(256));
    }
    if (round % 2 == 0) {
      bytes[0] = static_cast<char>(0x88 + round % 3);
      bytes.resize(std::max<std::size_t>(bytes.size(), 2));
      bytes[1] = static_cast<char>(0x80U | static_cast<unsigned char>(bytes[1]));
    }
    const auto found = ours(bytes, 1 + from.below(50));
    refused += found.how == ending::refused || found.how == ending::data ? 1 : 0;
    for (const auto& each : found.controls) {
      CHECK(each.payload.size() <= reader::control_bytes_max);
    }
  }
  CHECK(refused > 1'000);
}

} // namespace holdfast::live_test
