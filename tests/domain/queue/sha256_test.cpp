#include "domain/queue/sha256.hpp"
#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>

/// Answers of FIPS 180-4's examples and of RFC 4231.
using namespace holdfast::domain::queue;
using holdfast::tests::hex;

namespace {

auto bytes_of(const std::string& text) -> std::span<const std::uint8_t> {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

auto hash(const std::string& text) -> std::string {
  return hex(sha256(bytes_of(text)));
}

auto mac(const std::string& key, const std::string& text) -> std::string {
  return hex(hmac_sha256{bytes_of(key)}(bytes_of(text)));
}

} // namespace

TEST_CASE("SHA-256 gives the published answers, around the ends of blocks too") {
  CHECK(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash(std::string(55, 'a')) == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  CHECK(hash(std::string(64, 'a')) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  CHECK(hash(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("HMAC-SHA256 gives the published answers, for long keys too") {
  CHECK(mac(std::string(20, '\x0b'), "Hi There") == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
