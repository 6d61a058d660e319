#include "http/api_key.hpp"
#include "http/authenticator.hpp"
#include "http/base64url.hpp"
#include "http/keyed_hash.hpp"
#include "http/secret_file.hpp"
#include "http/token.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>

using namespace holdfast;
using namespace holdfast::http;

namespace {

namespace fs = std::filesystem;

/// A folder of its own, removed at the end.
struct temporary_folder {
  temporary_folder() {
    std::string name = (fs::temp_directory_path() / "hf-auth-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~temporary_folder() { fs::remove_all(path); }
  temporary_folder(const temporary_folder&) = delete;
  auto operator=(const temporary_folder&) -> temporary_folder& = delete;

  fs::path path;
};

auto mode_of(const fs::path& of) -> unsigned {
  struct stat about {};
  REQUIRE(::stat(of.c_str(), &about) == 0);
  return about.st_mode & 0777U;
}

auto ring_of(std::initializer_list<std::pair<const char*, std::uint8_t>> keys) -> key_ring {
  std::vector<signing_key> all;
  for (const auto& [id, fill] : keys) {
    signing_key& key = all.emplace_back();
    key.id = id;
    key.secret.fill(fill);
  }
  return key_ring{std::move(all)};
}

auto some_claims() -> session_claims {
  session_claims claims;
  claims.subject = {.high = 1, .low = 2};
  claims.organisation = domain::organisation_id{3};
  claims.verified = true;
  claims.bands = 5;
  claims.issued_unix_ms = 1'000;
  claims.expires_unix_ms = 2'000;
  return claims;
}

} // namespace

TEST_SUITE_BEGIN("auth");

TEST_CASE("base64url has one spelling for everything, and reads back what it wrote") {
  std::mt19937_64 random{1};
  std::array<std::uint8_t, 100> back{};
  for (std::size_t size = 0; size < 100; ++size) {
    std::vector<std::uint8_t> bytes(size);
    for (auto& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    std::string text;
    append_base64url(text, bytes);
    REQUIRE(decode_base64url(text, back) == size);
    CHECK(std::equal(bytes.begin(), bytes.end(), back.begin()));
    REQUIRE(decode_base64url(text, std::span{back}.first(size)) == size);
    if (size > 0) {
      CHECK_FALSE(decode_base64url(text, std::span{back}.first(size - 1)));
    }
  }
  for (const char* text : {"A", "AB=", "AB==", "A+", "A/", "AB ", "AAAAA", "AB", "AAB"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64url(text, back)); // foreign, impossible, or spare bits that are not zero
  }
  CHECK(decode_base64url("AA", back) == 1);
  // Every letter is looked at, wherever it stands.
  const std::string sound(11, 'A');
  for (std::size_t i = 0; i < sound.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      auto text = sound;
      text[i] = static_cast<char>(c);
      const bool known = std::isalnum(c) != 0 || c == '-' || c == '_';
      const bool spare = i + 1 == sound.size() && known && (std::isupper(c) == 0 || (c - 'A') % 4 != 0);
      CAPTURE(text);
      if (!known) {
        CHECK_FALSE(decode_base64url(text, back));
      } else if (!spare) {
        CHECK(decode_base64url(text, back) == 8);
      }
    }
  }
}

TEST_CASE("the keyed hash is HMAC-SHA256, wherever its message is cut") {
  // RFC 4231, 4.3: a key shorter than a block.
  const keyed_hash jefe{std::span{reinterpret_cast<const std::uint8_t*>("Jefe"), 4}};
  constexpr std::array<std::uint8_t, 32> wanted{0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
                                                0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
                                                0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
  CHECK(jefe("what do ya want ", "for nothing?") == wanted);
  // As OpenSSL's own, for keys and messages around the length of a block.
  std::mt19937_64 random{2};
  for (const std::size_t key_bytes : {1U, 32U, 63U, 64U}) {
    std::vector<std::uint8_t> key(key_bytes);
    std::ranges::generate(key, [&random] { return static_cast<std::uint8_t>(random()); });
    const keyed_hash hash{key};
    for (std::size_t size = 0; size < 200; ++size) {
      std::string text(size, '\0');
      std::ranges::generate(text, [&random] { return static_cast<char>(random()); });
      keyed_hash::digest theirs{};
      unsigned length = 0;
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), theirs.data(), &length);
      const auto cut = random() % (size + 1);
      CHECK(hash(std::string_view{text}.substr(0, cut), std::string_view{text}.substr(cut)) == theirs);
      CHECK(hash(text) == theirs);
    }
  }
}

TEST_CASE("a token verifies for its purpose, and gives its claims back") {
  const key_ring ring = ring_of({{"1", 0x11}});
  const std::string token = ring.sign(token_purpose::session, encode_claims(some_claims()));
  CHECK(token.starts_with("v1.1."));
  const auto payload = ring.verify(token_purpose::session, token);
  REQUIRE(payload);
  CHECK(decode_claims(*payload) == some_claims());
  CHECK_FALSE(ring.verify(token_purpose::admission, token));
  CHECK_FALSE(ring.verify(token_purpose::queue_ticket, token));
}

TEST_CASE("a token of which any character is changed does not verify") {
  const key_ring ring = ring_of({{"1", 0x11}});
  const std::string token = ring.sign(token_purpose::session, encode_claims(some_claims()));
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', 'B', '.', '1', '_'}) {
      std::string forged = token;
      if (forged[i] == other) {
        continue;
      }
      forged[i] = other;
      CHECK_FALSE(ring.verify(token_purpose::session, forged));
    }
    CHECK_FALSE(ring.verify(token_purpose::session, token.substr(0, i)));
  }
  CHECK_FALSE(ring.verify(token_purpose::session, token + "A"));
  CHECK_FALSE(ring.verify(token_purpose::session, "v2" + token.substr(2)));
  CHECK_FALSE(ring.verify(token_purpose::session, "v1.2" + token.substr(4)));
  CHECK_FALSE(ring.verify(token_purpose::session, std::string(600, 'A')));
}

TEST_CASE("the newest key signs, the one before still verifies, an older one does not") {
  const key_ring first = ring_of({{"1", 0x11}});
  const key_ring second = ring_of({{"2", 0x22}, {"1", 0x11}});
  const key_ring third = ring_of({{"3", 0x33}, {"2", 0x22}});
  const std::string old = first.sign(token_purpose::session, encode_claims(some_claims()));
  CHECK(second.verify(token_purpose::session, old));
  CHECK(second.sign(token_purpose::session, encode_claims(some_claims())).starts_with("v1.2."));
  CHECK_FALSE(third.verify(token_purpose::session, old));
  // The same id with another secret is another key.
  CHECK_FALSE(ring_of({{"1", 0x12}}).verify(token_purpose::session, old));
}

TEST_CASE("claims of another length, format or with unknown flags are not taken") {
  const auto good = encode_claims(some_claims());
  CHECK(decode_claims(good));
  auto changed = good;
  changed[0] = 2;
  CHECK_FALSE(decode_claims(changed));
  changed = good;
  changed[1] = 3;
  CHECK_FALSE(decode_claims(changed));
  changed = good;
  changed.back() = 1;
  CHECK_FALSE(decode_claims(changed));
  CHECK_FALSE(decode_claims(std::span{good}.first(good.size() - 1)));
  session_claims nobody = some_claims();
  nobody.subject = {};
  CHECK_FALSE(decode_claims(encode_claims(nobody)));
}

TEST_CASE("keys are made on first use, kept private, and the two newest are live") {
  const temporary_folder folder;
  const fs::path secrets = folder.path / "data" / "secrets";
  const auto first = key_ring::load(secrets);
  REQUIRE(first);
  CHECK(mode_of(secrets) == 0700);
  CHECK(mode_of(secrets / "token-1.key") == 0600);
  const std::string token = first->sign(token_purpose::session, encode_claims(some_claims()));
  CHECK(key_ring::load(secrets)->verify(token_purpose::session, token));

  REQUIRE(create_secret(secrets / "token-2.key"));
  const auto second = key_ring::load(secrets);
  CHECK(second->keys().size() == 2);
  CHECK(second->verify(token_purpose::session, token));
  REQUIRE(create_secret(secrets / "token-3.key"));
  const auto third = key_ring::load(secrets);
  REQUIRE(third);
  CHECK_FALSE(third->verify(token_purpose::session, token));
  CHECK(third->keys().front().id == "3");
}

TEST_CASE("secrets that others may read, or that are damaged, are refused") {
  const temporary_folder folder;
  const fs::path secrets = folder.path / "secrets";
  REQUIRE(key_ring::load(secrets));
  fs::permissions(secrets / "token-1.key", fs::perms::owner_read | fs::perms::others_read);
  const auto readable = key_ring::load(secrets);
  REQUIRE_FALSE(readable);
  CHECK(readable.error().what.find("others may read it") != std::string::npos);
  fs::permissions(secrets / "token-1.key", fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream{secrets / "token-1.key", std::ios::trunc} << "short";
  CHECK_FALSE(key_ring::load(secrets));
  fs::remove(secrets / "token-1.key");
  fs::permissions(secrets, fs::perms::owner_all | fs::perms::group_read);
  CHECK_FALSE(key_ring::load(secrets));
}

TEST_CASE("an existing secret is never overwritten") {
  const temporary_folder folder;
  const auto made = create_secret(folder.path / "a.key");
  REQUIRE(made);
  CHECK_FALSE(create_secret(folder.path / "a.key"));
  CHECK(read_secret(folder.path / "a.key").value() == made.value());
}

TEST_CASE("a known person is always the same buyer, and another one for another organisation or server") {
  std::array<std::uint8_t, 32> key{};
  const auto subject = derive_subject(key, domain::organisation_id{1}, "person-1");
  CHECK(subject == derive_subject(key, domain::organisation_id{1}, "person-1"));
  CHECK(subject != derive_subject(key, domain::organisation_id{2}, "person-1"));
  CHECK(subject != derive_subject(key, domain::organisation_id{1}, "person-2"));
  key[0] = 1;
  CHECK(subject != derive_subject(key, domain::organisation_id{1}, "person-1"));
  // The number of the organisation and the name do not run into each other.
  CHECK(derive_subject(key, domain::organisation_id{1}, "1x") != derive_subject(key, domain::organisation_id{11}, "x"));
}

TEST_CASE("API keys are long, different, and found by their hash only") {
  std::set<std::string> seen;
  std::vector<key_entry> entries;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const new_api_key made = make_api_key();
    CHECK(made.text.size() == 55);
    CHECK(made.text.starts_with("hf_"));
    CHECK(made.text.substr(3).find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
    CHECK(hash_api_key(made.text) == made.hash);
    CHECK(seen.insert(made.text).second);
    entries.push_back({.key = domain::key_id{i},
                       .organisation = domain::organisation_id{1},
                       .scopes = {1},
                       .revoked = false,
                       .hash = made.hash});
  }
  const key_table table{entries};
  CHECK(table.size() == 100);
  CHECK(table.find(entries[41].hash)->key == domain::key_id{42});
  CHECK(table.find(hash_api_key("hf_nobody")) == nullptr);
}

TEST_CASE("scopes: admin implies all, the others only themselves") {
  using namespace domain::key_scope;
  for (const std::uint32_t wanted : {organise, sell, scan, audit, identify, admin}) {
    CHECK(scope_set{admin}.grants(wanted));
    CHECK(scope_set{wanted}.grants(wanted));
    CHECK_FALSE(scope_set{all & ~wanted & ~admin}.grants(wanted));
    CHECK_FALSE(scope_set{}.grants(wanted));
  }
  CHECK(scope_set{sell}.grants(sell | scan));
  CHECK_FALSE(scope_set{admin}.grants(0));
}

TEST_CASE("a connection's memory serves the same header only, and only until the token ends") {
  const authenticator callers{ring_of({{"1", 0x11}})};
  authenticator::memory remembered;
  const std::string one = "Bearer " + callers.mint_session(some_claims());
  const principal* who = callers.check(one, 1'500, remembered);
  REQUIRE(who != nullptr);
  CHECK(who->is_buyer());
  CHECK(who->verified);
  CHECK(who->subject == domain::subject_id{1, 2});
  CHECK(who->bands == 5);
  CHECK(callers.check(one, 1'999, remembered) != nullptr);
  CHECK(callers.check(one, 2'000, remembered) == nullptr);
  session_claims other = some_claims();
  other.subject = {.high = 9, .low = 9};
  const std::string two = "bearer " + callers.mint_session(other);
  REQUIRE(callers.check(two, 1'500, remembered) != nullptr);
  CHECK(callers.check(two, 1'500, remembered)->subject == domain::subject_id{9, 9});
  CHECK(callers.check("Bearer x", 1'500, remembered) == nullptr);
  CHECK(callers.check(one, 1'500, remembered)->subject == domain::subject_id{1, 2});
}

TEST_SUITE_END();
