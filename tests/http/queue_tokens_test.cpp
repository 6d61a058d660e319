#include "http/base64url.hpp"
#include "http/queue_tokens.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace holdfast;
using namespace holdfast::http;

namespace {

auto signing(const char* id, std::uint8_t with) -> signing_key {
  signing_key key{.id = id, .secret = {}};
  key.secret.fill(with);
  return key;
}

const queue_ticket a_ticket{domain::event_id{0xfedcba9876543210},
                            {0x1122334455667788, 0x99aabbccddeeff00},
                            domain::queue::place_number{4'000'000'000},
                            domain::instant{1'900'000'000'123}};
const admission_pass a_pass{a_ticket.event, a_ticket.who, a_ticket.place, a_ticket.issued_at,
                            domain::instant{1'900'000'600'123}};

constexpr std::string_view token_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~ \t";

/// Changes a token somewhere, as a forger, a damaged line or a bad copy would. Never gives the same token.
auto forged_from(const std::string& token, const std::string& other, std::mt19937_64& random) -> std::string {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  auto out = token;
  switch (below(7)) {
  case 0: out[below(out.size())] = token_letters[below(token_letters.size())]; break;
  case 1: out.erase(below(out.size()), 1 + below(4)); break;
  case 2: out.insert(below(out.size() + 1), 1, token_letters[below(token_letters.size())]); break;
  case 3: std::swap(out[below(out.size())], out[below(out.size())]); break;
  case 4: out = out.substr(0, below(out.size())); break;
  case 5: out[below(out.size())] = static_cast<char>(out[below(out.size())] ^ (1 << below(8))); break;
  default: { // the head of one with the tail of another
    const auto cut = below(std::min(out.size(), other.size()));
    out = out.substr(0, cut) + other.substr(cut);
  }
  }
  return out == token || out == other ? token + "A" : out;
}

} // namespace

TEST_CASE("tokens of the waiting room say what was signed") {
  const key_ring ring{{signing("1", 1)}};
  CHECK(read_queue_ticket(ring, sign_queue_ticket(ring, a_ticket)) == a_ticket);
  CHECK(read_admission(ring, sign_admission(ring, a_pass)) == a_pass);
  CHECK(sign_queue_ticket(ring, a_ticket).size() <= queue_token_bytes_max);
  CHECK(sign_admission(ring, a_pass).size() <= queue_token_bytes_max);
}

TEST_CASE("a token of one purpose never passes for another, whatever its payload says") {
  const key_ring ring{{signing("1", 1)}};
  const auto ticket = sign_queue_ticket(ring, a_ticket);
  const auto pass = sign_admission(ring, a_pass);
  CHECK(read_admission(ring, ticket) == std::nullopt);
  CHECK(read_queue_ticket(ring, pass) == std::nullopt);
  const auto payload = [&](const std::string& token) {
    std::vector<std::uint8_t> bytes(token.size());
    const auto at = token.find('.', 3) + 1;
    const auto size = decode_base64url(std::string_view{token}.substr(at, token.rfind('.') - at), bytes);
    REQUIRE(size);
    bytes.resize(*size);
    return bytes;
  };
  for (const auto purpose :
       {token_purpose::session, token_purpose::admission, token_purpose::ticket_claim, token_purpose::order_link}) {
    CHECK(read_queue_ticket(ring, ring.sign(purpose, payload(ticket))) == std::nullopt);
  }
  for (const auto purpose :
       {token_purpose::session, token_purpose::queue_ticket, token_purpose::ticket_claim, token_purpose::order_link}) {
    CHECK(read_admission(ring, ring.sign(purpose, payload(pass))) == std::nullopt);
  }
}

TEST_CASE("what is signed, but is no such token, is none") {
  const key_ring ring{{signing("1", 1)}};
  const auto signed_as = [&](token_purpose purpose, const std::vector<std::uint8_t>& bytes) {
    return ring.sign(purpose, bytes);
  };
  std::vector<std::uint8_t> ticket(37, 1);
  CHECK(read_queue_ticket(ring, signed_as(token_purpose::queue_ticket, ticket)) != std::nullopt);
  ticket[0] = 2; // another format
  CHECK(read_queue_ticket(ring, signed_as(token_purpose::queue_ticket, ticket)) == std::nullopt);
  ticket[0] = 1;
  std::fill(ticket.begin() + 9, ticket.begin() + 25, std::uint8_t{0}); // nobody
  CHECK(read_queue_ticket(ring, signed_as(token_purpose::queue_ticket, ticket)) == std::nullopt);
  ticket[24] = 1;
  std::fill(ticket.begin() + 25, ticket.begin() + 29, std::uint8_t{0}); // no place
  CHECK(read_queue_ticket(ring, signed_as(token_purpose::queue_ticket, ticket)) == std::nullopt);
  for (const std::size_t size : {0U, 36U, 38U, 45U}) {
    CHECK(read_queue_ticket(ring, signed_as(token_purpose::queue_ticket, std::vector<std::uint8_t>(size, 1))) ==
          std::nullopt);
  }
  for (const std::size_t size : {0U, 37U, 44U, 46U}) {
    CHECK(read_admission(ring, signed_as(token_purpose::admission, std::vector<std::uint8_t>(size, 1))) ==
          std::nullopt);
  }
}

TEST_CASE("two keys are live while they rotate, and a key that was rotated out opens nothing") {
  const key_ring old{{signing("1", 1)}};
  const key_ring both{{signing("2", 2), signing("1", 1)}};
  const key_ring later{{signing("3", 3), signing("2", 2)}};
  const auto ticket = sign_queue_ticket(old, a_ticket);
  const auto pass = sign_admission(old, a_pass);
  CHECK(read_queue_ticket(both, ticket) == a_ticket);
  CHECK(read_admission(both, pass) == a_pass);
  CHECK(read_queue_ticket(later, ticket) == std::nullopt);
  CHECK(read_admission(later, pass) == std::nullopt);
  // The newest signs, so a second server that has not got it yet does not know it, and one that has does.
  CHECK(sign_queue_ticket(both, a_ticket).starts_with("v1.2."));
  CHECK(read_queue_ticket(old, sign_queue_ticket(both, a_ticket)) == std::nullopt);
  CHECK(read_queue_ticket(later, sign_queue_ticket(both, a_ticket)) == a_ticket);
  // Another secret under the same number is another key.
  CHECK(read_queue_ticket(key_ring{{signing("1", 9)}}, ticket) == std::nullopt);
}

TEST_CASE("of 100,000 mutations of tokens, while two servers' keys rotate, none is accepted") {
  std::mt19937_64 random{20'310'301};
  std::vector<key_ring> rings;
  for (std::uint8_t newest = 2; newest < 6; ++newest) {
    const auto before = static_cast<std::uint8_t>(newest - 1);
    rings.push_back(
        key_ring{{signing(std::to_string(newest).c_str(), newest), signing(std::to_string(before).c_str(), before)}});
  }
  std::size_t accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto& signer = rings[random() % rings.size()];
    const auto& judge = rings[random() % rings.size()];
    auto ticket = a_ticket;
    ticket.who.low = random();
    ticket.place = domain::queue::place_number{static_cast<std::uint32_t>(1 + random() % 14'000'000)};
    const admission_pass pass{ticket.event, ticket.who, ticket.place, ticket.issued_at, a_pass.expires_at};
    const auto first = sign_queue_ticket(signer, ticket);
    const auto second = sign_admission(signer, pass);
    const auto forged = forged_from(i % 2 == 0 ? first : second, i % 2 == 0 ? second : first, random);
    accepted += static_cast<std::size_t>(read_queue_ticket(judge, forged).has_value());
    accepted += static_cast<std::size_t>(read_admission(judge, forged).has_value());
  }
  CHECK(accepted == 0);
}
