#include "tests/tickets/sample.hpp"
#include "tickets/base32.hpp"
#include "tickets/ticket_code.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

using namespace holdfast;
using namespace holdfast::tickets;
using namespace holdfast::tickets_test;
using nlohmann::json;

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

using ticket_ref = domain::public_ids::ticket_ref;

const ticket_ref first_ticket{domain::event_id{0x1122334455667788}, domain::hold_number{4711}, 3};

auto random_ticket(std::mt19937_64& dice) -> ticket_ref {
  return {domain::event_id{dice() | 1U}, domain::hold_number{static_cast<std::uint32_t>(dice() % 0x3fff'ffff) + 1},
          static_cast<std::uint32_t>(dice() % 1000)};
}

auto fault_of(const ticket_verifier& by, std::string_view code) -> std::string {
  const auto result = by.verify(code);
  return result ? "valid" : std::string{name_of(result.error())};
}

/// Another code than `code`, near to it or made of it.
auto mutated(const std::string& original, std::mt19937_64& dice) -> std::string {
  auto code = original;
  while (code == original) {
    const auto at = dice() % code.size();
    const auto letter = alphabet[dice() % alphabet.size()];
    switch (dice() % 8) {
    case 0: code.erase(at, 1); break;
    case 1: code.insert(at, 1, letter); break;
    case 2: std::swap(code[at], code[dice() % code.size()]); break;
    case 3: code.resize(at); break;
    case 4: code[at] = static_cast<char>(dice() % 256); break;
    default: code[at] = letter; break;
    }
  }
  return code;
}

const std::string golden_file = std::string{HF_SOURCE_DIR} + "/tests/golden/tickets/codes-v1.json";

/// Makes the file when it is not there and HOLDFAST_WRITE_GOLDEN is set; what is there stays for ever.
void write_golden_if_asked(const ticket_signer& signer) {
  if (setting("HOLDFAST_WRITE_GOLDEN") == nullptr || std::filesystem::exists(golden_file)) {
    return;
  }
  json out{{"jwks", json::parse(keys_json(signer.public_keys()))}, {"codes", json::array()}};
  const ticket_ref last{domain::event_id{UINT64_MAX}, domain::hold_number{0x3fff'ffff}, 999};
  const ticket_ref least{domain::event_id{1}, domain::hold_number{1}, 0};
  for (const auto& [ticket, serial] : {std::pair{first_ticket, 1}, {first_ticket, 2}, {last, 65'535}, {least, 1}}) {
    std::string id;
    sample_ids().append_ticket(id, ticket.event, ticket.order, ticket.index);
    const auto code = signer.code_of(ticket, static_cast<std::uint16_t>(serial));
    out["codes"].push_back({{"code", code}, {"ticket_id", id}, {"serial", serial}});
  }
  std::filesystem::create_directories(std::filesystem::path{golden_file}.parent_path());
  std::ofstream{golden_file} << out.dump(2) << '\n';
}

} // namespace

TEST_CASE("base32 writes and reads what Crockford's alphabet says, each byte string in one spelling") {
  const auto text_of = [](std::string_view bytes) {
    std::string out;
    append_base32(out, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    return out;
  };
  CHECK(text_of("") == "");
  CHECK(text_of("f") == "CR");
  CHECK(text_of("fo") == "CSQG");
  CHECK(text_of("foo") == "CSQPY");
  CHECK(text_of("foob") == "CSQPYRG");
  CHECK(text_of("fooba") == "CSQPYRK1");
  CHECK(text_of("foobar") == "CSQPYRK1E8");
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\x01\xff\x80"}) {
    const auto back = decode_base32(text_of(bytes));
    REQUIRE(back);
    CHECK(std::string{back->begin(), back->end()} == bytes);
  }
  for (const std::string_view wrong : {"C", "CRR", "CSQPYR", "CS", "cr", "CI", "C!", "CO", "CU", "CL", "C "}) {
    CHECK_MESSAGE(!decode_base32(wrong), wrong);
  }
}

TEST_CASE("a code names its ticket as the interface does, and is verified by public keys alone") {
  const auto signer = sample_signer();
  const auto code = signer.code_of(first_ticket, 7);
  CHECK(code.size() == code_letters);
  CHECK(code.find_first_not_of(alphabet) == std::string::npos);
  CHECK(code == signer.code_of(first_ticket, 7));
  const ticket_verifier verifier{signer.public_keys()};
  const auto says = verifier.verify(code);
  REQUIRE(says);
  CHECK(says->event == first_ticket.event);
  CHECK(says->serial == 7);
  CHECK(says->key == 2);
  CHECK(sample_ids().parse_ticket(says->ticket_id) == first_ticket);
  std::string id;
  sample_ids().append_ticket(id, first_ticket.event, first_ticket.order, first_ticket.index);
  CHECK(says->ticket_id == id);
}

TEST_CASE("every ticket and serial comes back from its code as it was, and no two codes are alike") {
  const auto signer = sample_signer();
  const ticket_verifier verifier{signer.public_keys()};
  auto dice = fresh_dice();
  std::set<std::string> codes;
  for (int i = 0; i < 1'000; ++i) {
    const auto ticket = random_ticket(dice);
    const auto serial = static_cast<std::uint16_t>(dice() % UINT16_MAX + 1);
    const auto code = signer.code_of(ticket, serial);
    CHECK(codes.insert(code).second);
    const auto says = verifier.verify(code);
    REQUIRE(says);
    CHECK(sample_ids().parse_ticket(says->ticket_id) == ticket);
    CHECK(says->serial == serial);
  }
}

TEST_CASE("of a hundred thousand damaged codes none is accepted") {
  const auto signer = sample_signer();
  const ticket_verifier verifier{signer.public_keys()};
  auto dice = fresh_dice();
  std::array<std::string, 16> codes;
  for (auto& code : codes) {
    code = signer.code_of(random_ticket(dice), static_cast<std::uint16_t>(dice() % UINT16_MAX + 1));
    REQUIRE(verifier.verify(code));
  }
  int accepted = 0;
  int reached_signature = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto wrong = mutated(codes[dice() % codes.size()], dice);
    const auto result = verifier.verify(wrong);
    accepted += result ? 1 : 0;
    reached_signature += !result && result.error() == code_fault::forged ? 1 : 0;
  }
  CHECK(accepted == 0);
  CHECK(reached_signature > 40'000); // most of them are refused by the signature, not by their form
}

TEST_CASE("every single letter of a code matters, whatever it becomes") {
  const auto signer = sample_signer();
  const ticket_verifier verifier{signer.public_keys()};
  const auto code = signer.code_of(first_ticket, 1);
  for (std::size_t at = 0; at < code.size(); ++at) {
    for (const char letter : alphabet) {
      auto wrong = code;
      wrong[at] = letter;
      CHECK(verifier.verify(wrong).has_value() == (letter == code[at]));
    }
  }
}

TEST_CASE("a code that is refused says why") {
  const auto signer = sample_signer();
  const ticket_verifier verifier{signer.public_keys()};
  const auto code = signer.code_of(first_ticket, 1);
  CHECK(fault_of(verifier, code) == "valid");
  CHECK(fault_of(verifier, "") == "malformed");
  CHECK(fault_of(verifier, code + "0") == "malformed");
  CHECK(fault_of(verifier, std::string_view{code}.substr(1)) == "malformed");
  CHECK(fault_of(verifier, std::string(code_letters, 'U')) == "malformed");
  auto small = code;
  const auto capital = small.find_first_of("ABCDEFGHJKMNPQRSTVWXYZ");
  REQUIRE(capital != std::string::npos);
  small[capital] = static_cast<char>(small[capital] - 'A' + 'a');
  CHECK(fault_of(verifier, small) == "malformed");
  auto spare = code;
  spare.back() = alphabet[(alphabet.find(spare.back()) & ~std::size_t{7}) + 1];
  CHECK(fault_of(verifier, spare) == "malformed");
  CHECK(fault_of(verifier, std::string(code_letters, '0')) == "wrong_version");
  const std::array other_keys{sample_key(3)};
  const ticket_verifier other{ticket_signer{other_keys, sample_ids()}.public_keys()};
  CHECK(fault_of(other, code) == "unknown_key");
  const std::array same_id{sample_key(2, 1)};
  const ticket_verifier impostor{ticket_signer{same_id, sample_ids()}.public_keys()};
  CHECK(fault_of(impostor, code) == "forged");
  CHECK(fault_of(ticket_verifier{{}}, code) == "unknown_key");
  // A point that is none of the curve verifies nothing.
  ticket_public_key nonsense{.id = 2, .point = {}};
  nonsense.point.fill(0xff);
  CHECK(fault_of(ticket_verifier{{&nonsense, 1}}, code) == "forged");
}

TEST_CASE("a new key signs, and codes of the one before hold on") {
  const std::array before{sample_key(1)};
  const ticket_signer old{before, sample_ids()};
  const auto now = sample_signer();
  const ticket_verifier verifier{now.public_keys()};
  const auto old_says = verifier.verify(old.code_of(first_ticket, 1));
  const auto new_says = verifier.verify(now.code_of(first_ticket, 1));
  REQUIRE(old_says);
  REQUIRE(new_says);
  CHECK(old_says->key == 1);
  CHECK(new_says->key == 2);
  CHECK(old_says->ticket_id == new_says->ticket_id);
}

TEST_CASE("public keys are a JWK set, with the keys of RFC 8037") {
  // RFC 8037, appendix A: a private key and its public half.
  ticket_key known{.id = 9, .seed = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                     0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                     0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60}};
  const std::array keys{known, sample_key(1)};
  const auto text = keys_json(ticket_signer{keys, sample_ids()}.public_keys());
  const auto set = json::parse(text);
  REQUIRE(set.at("keys").size() == 2);
  CHECK(set["keys"][0] == json{{"kty", "OKP"},
                               {"crv", "Ed25519"},
                               {"use", "sig"},
                               {"kid", "9"},
                               {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}});
  CHECK(set["keys"][1]["kid"] == "1");
  CHECK(text.find("\"d\"") == std::string::npos);
  CHECK(keys_json({}) == R"({"keys":[]})");
}

TEST_CASE("codes that were printed once stay what they are") {
  const auto signer = sample_signer();
  write_golden_if_asked(signer);
  const auto golden = json::parse(read_file(golden_file));
  CHECK(json::parse(keys_json(signer.public_keys())) == golden.at("jwks"));
  const ticket_verifier verifier{signer.public_keys()};
  REQUIRE(golden.at("codes").size() >= 3);
  for (const auto& each : golden.at("codes")) {
    const auto says = verifier.verify(each.at("code").get<std::string>());
    REQUIRE(says);
    CHECK(says->ticket_id == each.at("ticket_id"));
    CHECK(says->serial == each.at("serial"));
    CHECK(says->key == 2);
    const auto ticket = sample_ids().parse_ticket(says->ticket_id);
    REQUIRE(ticket);
    CHECK(signer.code_of(*ticket, says->serial) == each.at("code"));
  }
}

TEST_CASE("fresh codes and their keys are there for readers in other languages") {
  auto dice = fresh_dice();
  const std::array keys{sample_key(200, static_cast<std::uint8_t>(dice())), sample_key(1)};
  const ticket_signer signer{keys, sample_ids()};
  const ticket_verifier verifier{signer.public_keys()};
  json out{{"jwks", json::parse(keys_json(signer.public_keys()))}, {"codes", json::array()}};
  for (int i = 0; i < 200; ++i) {
    const auto serial = static_cast<std::uint16_t>(i + 1);
    const auto code = signer.code_of(i == 0 ? first_ticket : random_ticket(dice), serial);
    const auto says = verifier.verify(code);
    REQUIRE(says);
    std::string event;
    domain::public_ids::append(event, says->event);
    out["codes"].push_back({{"code", code}, {"ticket_id", says->ticket_id}, {"event_id", event}, {"serial", serial}});
  }
  show_others("codes.json", out.dump(1));
}

TEST_CASE("what a code costs is said, for whoever decides where it is made and read") {
  const auto signer = sample_signer();
  const ticket_verifier verifier{signer.public_keys()};
  constexpr int count = 2'000;
  std::vector<std::string> codes;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 1; i <= count; ++i) {
    codes.push_back(signer.code_of(first_ticket, static_cast<std::uint16_t>(i)));
  }
  const auto made = std::chrono::steady_clock::now();
  for (const auto& code : codes) {
    CHECK(verifier.verify(code));
  }
  const auto read = std::chrono::steady_clock::now();
  const auto each = [](auto span) { return std::chrono::duration<double, std::micro>(span).count() / count; };
  MESSAGE("microseconds: made " << each(made - begin) << ", verified " << each(read - made));
}
