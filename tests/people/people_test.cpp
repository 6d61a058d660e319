#include "tests/people/people_room.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::people::test {

namespace {

using outcome = personal_data::outcome;

const order_ref order{domain::event_id{7}, domain::hold_number{3}};
const order_ref other_order{domain::event_id{7}, domain::hold_number{4}};
const auto ada = person::buyer({1, 2});
const auto bob = person::buyer({1, 3});

auto ada_says() -> contact {
  return {"ada.lovelace@example.org", {"Ada Lovelace", "Charles Babbage"}};
}

} // namespace

TEST_CASE("what is sealed opens with its key and in its place, and nowhere else") {
  const auto key = random_key();
  const std::string text(1'000, 'x');
  const auto sealed = seal(key, "here", text);
  CHECK(sealed.find("xxxx") == std::string::npos);
  CHECK(unseal(key, "here", sealed) == text);
  CHECK(unseal(key, "there", sealed) == std::nullopt);
  CHECK(unseal(random_key(), "here", sealed) == std::nullopt);
  CHECK(seal(key, "here", text) != sealed);
  for (std::size_t i = 0; i < sealed.size(); i += 7) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(unseal(key, "here", changed) == std::nullopt);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{27}, sealed.size() - 1}) {
    CHECK(unseal(key, "here", sealed.substr(0, size)) == std::nullopt);
  }
  CHECK(unseal(key, "", seal(key, "", "")) == std::string{});
}

TEST_CASE("an e-mail address is one that is safe in a header and an SMTP command") {
  for (const char* good : {"a@example.org", "ada.lovelace+opera@mail.example.co.uk", "o'neil@example.org",
                           "x@xn--bcher-kva.example", "1@1.example"}) {
    CAPTURE(good);
    CHECK(is_email(good));
  }
  using namespace std::string_view_literals;
  std::string long_local(65, 'a');
  long_local.append("@example.org");
  std::string long_label{"a@"};
  long_label.append(64, 'b').append(".org");
  const std::vector<std::string_view> bad{""sv,
                                          "ada"sv,
                                          "@example.org"sv,
                                          "ada@"sv,
                                          "ada@localhost"sv,
                                          "ada@example..org"sv,
                                          "ada@.example.org"sv,
                                          "ada@example.org."sv,
                                          "ada@-example.org"sv,
                                          "ada@127.0.0.1"sv,
                                          "ada@[127.0.0.1]"sv,
                                          ".ada@example.org"sv,
                                          "ada.@example.org"sv,
                                          "a..b@example.org"sv,
                                          "a b@example.org"sv,
                                          "a\n@example.org"sv,
                                          "ada@example.org\r\nBcc: eve@example.org"sv,
                                          "<ada@example.org>"sv,
                                          "\"a b\"@example.org"sv,
                                          "ada@example.org,eve@example.org"sv,
                                          "\xC3\xA4@example.org"sv,
                                          long_local,
                                          long_label};
  for (const auto& each : bad) {
    CAPTURE(each);
    CHECK_FALSE(is_email(each));
  }
}

TEST_CASE("names and addresses are found by those whose they are, after a restart too, and are nowhere in clear") {
  people_room room;
  REQUIRE(room.put(ada, order, ada_says()) == outcome::ok);
  REQUIRE(room.put(bob, other_order, {"bob@example.org", {}}) == outcome::ok);
  CHECK(room.find(order, {ada}) == ada_says());
  CHECK(room.find(order, {bob, ada}) == ada_says());
  CHECK(room.find(order, {bob}) == std::nullopt);
  CHECK(room.find(other_order, {ada}) == std::nullopt);
  room.open();
  CHECK(room.find(order, {ada}) == ada_says());
  CHECK(room.find(other_order, {bob}) == contact{"bob@example.org", {}});
  room.close();
  CHECK_FALSE(room.has_bytes("lovelace"));
  CHECK_FALSE(room.has_bytes("Babbage"));
  CHECK_FALSE(room.has_bytes("bob@"));
}

TEST_CASE("with another secret nothing can be read, and what is told from then on can") {
  people_room room;
  REQUIRE(room.put(ada, order, ada_says()) == outcome::ok);
  room.open(random_key());
  CHECK(room.find(order, {ada}) == std::nullopt);
  REQUIRE(room.put(ada, other_order, ada_says()) == outcome::ok);
  CHECK(room.find(other_order, {ada}) == ada_says());
}

TEST_CASE("the newest attempt counts, one that came to nothing can be taken back, and the oldest of many goes") {
  people_room room;
  REQUIRE(room.put(ada, order, {"first@example.org", {}}, 10, 1'000) == outcome::ok);
  REQUIRE(room.put(ada, order, {"second@example.org", {}}, 5, 2'000) == outcome::ok);
  CHECK(room.find(order, {ada}) == contact{"second@example.org", {}});
  // The first request comes once more: it is no newer than it was.
  REQUIRE(room.put(ada, order, {"first@example.org", {}}, 10, 2'500) == outcome::ok);
  CHECK(room.find(order, {ada}) == contact{"second@example.org", {}});
  CHECK(room.find(order, {ada}, 10) == contact{"first@example.org", {}});
  CHECK(room.find(order, {ada}, 11) == std::nullopt);
  room.drop(ada, order, 5);
  CHECK(room.find(order, {ada}) == contact{"first@example.org", {}});
  CHECK(room.find(order, {ada}, 5) == std::nullopt);
  for (std::uint64_t i = 0; i < personal_data::attempts_max; ++i) {
    REQUIRE(room.put(ada, order, {"later@example.org", {}}, 100 + i, 3'000 + static_cast<std::int64_t>(i)) ==
            outcome::ok);
  }
  for (std::uint64_t i = 0; i < personal_data::attempts_max; ++i) {
    room.drop(ada, order, 100 + i);
  }
  CHECK(room.find(order, {ada}) == std::nullopt);
}

TEST_CASE("an erased person's key is in no file any more, and others keep what is theirs") {
  people_room room;
  const auto box_office = person::of_box_office(domain::organisation_id{9}, order);
  REQUIRE(room.put(ada, order, ada_says()) == outcome::ok);
  REQUIRE(room.put(ada, other_order, ada_says()) == outcome::ok);
  REQUIRE(room.put(bob, other_order, {"bob@example.org", {}}) == outcome::ok);
  REQUIRE(room.put(box_office, order, {"guest@example.org", {}}) == outcome::ok);
  // People are filed under their names, in the clear: where the name is, there is the wrapped key.
  const auto keys = room.folder() / "keys";
  REQUIRE(room.has_bytes(ada.name(), keys));
  CHECK(room.erase(ada) == outcome::ok);
  CHECK(room.find(order, {ada}) == std::nullopt);
  CHECK(room.find(other_order, {ada}) == std::nullopt);
  CHECK(room.find(other_order, {bob}) == contact{"bob@example.org", {}});
  CHECK(room.find(order, {box_office}) == contact{"guest@example.org", {}});
  CHECK(room.erase(ada) == outcome::ok);
  room.open();
  room.close();
  CHECK_FALSE(room.has_bytes(ada.name(), keys));
  CHECK(room.has_bytes(bob.name(), keys));
  room.open();
  CHECK(room.find(other_order, {bob}) == contact{"bob@example.org", {}});
  REQUIRE(room.put(ada, order, {"new@example.org", {}}) == outcome::ok);
  CHECK(room.find(order, {ada}) == contact{"new@example.org", {}});
}

TEST_CASE("what is told about an order can be forgotten without its people") {
  people_room room;
  REQUIRE(room.put(ada, order, ada_says()) == outcome::ok);
  REQUIRE(room.put(bob, order, {"bob@example.org", {}}) == outcome::ok);
  REQUIRE(room.put(ada, other_order, {"ada@example.org", {}}) == outcome::ok);
  room.forget(order);
  CHECK(room.find(order, {ada, bob}) == std::nullopt);
  CHECK(room.find(other_order, {ada}) == contact{"ada@example.org", {}});
}

TEST_CASE("what one person told of a waitlist is forgotten alone, every time that they told it") {
  people_room room;
  const auto waitlist = order_ref::waitlist_of(order.event);
  REQUIRE(room.put(ada, waitlist, {"ada@example.org", {}}) == outcome::ok);
  REQUIRE(room.put(ada, waitlist, {"countess@example.org", {}}, 2) == outcome::ok);
  REQUIRE(room.put(bob, waitlist, {"bob@example.org", {}}) == outcome::ok);
  REQUIRE(room.put(ada, order, ada_says()) == outcome::ok);
  room.forget(waitlist, ada);
  CHECK(room.find(waitlist, {ada}) == std::nullopt);
  CHECK(room.find(waitlist, {bob}) == contact{"bob@example.org", {}});
  CHECK(room.find(order, {ada}) == ada_says());
}

TEST_CASE("a store that has been stopped refuses at once") {
  people_room room;
  room.store().stop();
  CHECK(room.put(ada, order, ada_says()) == outcome::overloaded);
  room.open();
  CHECK(room.find(order, {ada}) == std::nullopt);
}

} // namespace holdfast::people::test
