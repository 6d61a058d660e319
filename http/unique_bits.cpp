#include "http/unique_bits.hpp"

#include "domain/check.hpp"
#include "domain/strong_id.hpp"

#include <openssl/rand.h>

namespace holdfast::http {

auto unique_bits() noexcept -> std::uint64_t {
  thread_local std::uint64_t state = [] {
    std::uint64_t seed = 0;
    unsigned char bytes[sizeof seed];
    HF_CHECK(RAND_bytes(bytes, sizeof bytes) == 1, "the operating system gives random numbers");
    for (const unsigned char byte : bytes) {
      seed = (seed << 8U) | byte;
    }
    return seed;
  }();
  std::uint64_t out = 0;
  do {
    // mix64 is a bijection of a counter: no value repeats before 2^64 calls.
    out = domain::mix64(state++);
  } while (out == 0);
  return out;
}

} // namespace holdfast::http
