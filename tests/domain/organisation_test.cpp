#include "domain/organisation/decide.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto opera() -> venue {
  return {{venue_id{3}, "Opera", "Graz", "AT", "Europe/Vienna", 47'070'000, 15'440'000}, small_layout()};
}

class office {
 public:
  explicit office(organisation_id id = ours) { REQUIRE(act({}, create_organisation{id, "Theatre"})); }

  auto ask(const caller& by, organisation_command_body what, command_id id = {}) const
      -> tl::expected<facts, rejection> {
    return decide(state, organisation_command{by, id, std::move(what)}, now);
  }
  auto act(const caller& by, organisation_command_body what, command_id id = {}) -> tl::expected<facts, rejection> {
    auto made = ask(by, std::move(what), id);
    if (made) {
      for (const auto& one : *made) {
        apply(state, one);
      }
    }
    return made;
  }

  organisation_state state;
  instant now = noon;
};

} // namespace

TEST_CASE("an organisation is created once, with a name and an id") {
  organisation_state nothing;
  const auto created = [&](organisation_id id, std::string name) {
    return told(decide(nothing, organisation_command{{}, {}, create_organisation{id, std::move(name)}}, noon));
  };
  CHECK(created(ours, "Theatre") == "ok, organisation");
  CHECK(created(ours, "") == "invalid /name");
  CHECK(created(ours, std::string(201, 'x')) == "invalid /name");
  CHECK(created(ours, "a\nb") == "invalid /name");
  CHECK(created({}, "Theatre") == "invalid ");
  office on;
  CHECK(on.state.id == ours);
  CHECK(on.state.name == "Theatre");
  CHECK(told(on.ask({}, create_organisation{ours, "Theatre"})) == "already_exists");
}

TEST_CASE("nothing happens in an organisation that does not exist, nor at a stranger's word") {
  const organisation_state nothing;
  CHECK(told(decide(nothing, organisation_command{{}, {}, create_venue{opera()}}, noon)) == "not_found");
  const office on;
  struct row {
    caller by;
    organisation_command_body what;
    std::string expected;
  };
  const row rows[] = {
      {organiser(), create_venue{opera()}, "ok, venue"},
      {box_office(), create_venue{opera()}, "not_found"},
      {caller{}, create_venue{opera()}, "ok, venue"},
      {organiser(theirs), create_venue{opera()}, "not_found"},
      {box_office(), reserve_slug{"tosca", the_event}, "not_found"},
      {buyer(1), create_venue{opera()}, "not_found"},
      {organiser(theirs), revoke_key{key_id{1}}, "not_found"},
      {organiser(theirs), reserve_slug{"tosca", the_event}, "ok, slug"},
      {organiser(theirs), create_organisation{theirs, "x"}, "already_exists"},
      {buyer(1), reserve_slug{"tosca", the_event}, "not_found"},
  };
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.by.as));
    CHECK(told(on.ask(row.by, row.what)) == row.expected);
  }
}

TEST_CASE("a venue has a name, a layout and an id, and is created once") {
  office on;
  struct row {
    std::function<void(venue&)> spoil;
    std::string expected;
  };
  const row rows[] = {
      {[](auto&) {}, "ok, venue"},
      {[](auto& v) { v.summary.name = ""; }, "invalid /name"},
      {[](auto& v) { v.summary.country = "Austria"; }, "invalid /country"},
      {[](auto& v) { v.seats = nullptr; }, "invalid /layout"},
      {[](auto& v) { v.summary.id = {}; }, "invalid "},
  };
  for (const auto& row : rows) {
    auto what = opera();
    row.spoil(what);
    CHECK(told(on.ask(organiser(), create_venue{what})) == row.expected);
  }
  REQUIRE(on.act(organiser(), create_venue{opera()}));
  CHECK(told(on.ask(organiser(), create_venue{opera()})) == "already_exists");
  CHECK(on.state.venues.at(venue_id{3}).version == 2);
}

TEST_CASE("a venue is amended field by field, from the version that it was read at") {
  office on;
  REQUIRE(on.act(organiser(), create_venue{opera()}));
  venue_amendment all;
  all.name = "New opera";
  all.city = "Wien";
  all.country = "DE";
  all.timezone = "Europe/Berlin";
  all.latitude_e6.emplace(48'000'000);
  all.longitude_e6.emplace(16'000'000);
  all.seats = built(drawn_layout({{"..."}}));
  CHECK(told(on.ask(organiser(), amend_venue{venue_id{4}, {}, all})) == "not_found");
  CHECK(told(on.ask(organiser(), amend_venue{venue_id{3}, 1, all})) == "version_mismatch");
  REQUIRE(told(on.act(organiser(), amend_venue{venue_id{3}, 2, all})) == "ok, venue amended");
  const auto& entry = on.state.venues.at(venue_id{3});
  CHECK(entry.version == 3);
  CHECK(entry.what.summary ==
        venue_summary{venue_id{3}, "New opera", "Wien", "DE", "Europe/Berlin", 48'000'000, 16'000'000});
  CHECK(entry.what.seats->seat_count() == 3);
  venue_amendment name_only;
  name_only.name = "Opera again";
  REQUIRE(on.act(organiser(), amend_venue{venue_id{3}, {}, name_only}));
  CHECK(entry.what.summary.city == "Wien");
  CHECK(entry.what.seats->seat_count() == 3);
  venue_amendment bad;
  bad.name = "";
  CHECK(told(on.ask(organiser(), amend_venue{venue_id{3}, 1, bad})) == "invalid /name");
}

TEST_CASE("the first organisation keeps an admin key that lives; others need not") {
  office on;
  REQUIRE(on.state.id == organisation_id{1});
  REQUIRE(on.act(organiser(), create_key{key_id{1}, "first", key_scope::all, {}}));
  REQUIRE(on.act(organiser(), create_key{key_id{2}, "till", key_scope::sell, {}}));
  CHECK(told(on.act(organiser(), revoke_key{key_id{1}})) == "last_admin_key");
  REQUIRE(on.act(organiser(), create_key{key_id{3}, "second", key_scope::admin, {}}));
  CHECK(told(on.act(organiser(), revoke_key{key_id{1}})) == "ok, key revoked");
  CHECK(told(on.act(organiser(), revoke_key{key_id{1}})) == "ok");
  CHECK(told(on.act(organiser(), revoke_key{key_id{3}})) == "last_admin_key");
  CHECK(told(on.act(organiser(), revoke_key{key_id{2}})) == "ok, key revoked");
}

TEST_CASE("an organisation that is not the first may revoke its last admin key") {
  office on{organisation_id{2}};
  auto theirs = organiser();
  theirs.organisation = organisation_id{2};
  REQUIRE(on.act(theirs, create_key{key_id{1}, "only", key_scope::all, {}}));
  CHECK(told(on.act(theirs, revoke_key{key_id{1}})) == "ok, key revoked");
}

TEST_CASE("keys have a name and scopes, and are revoked for good") {
  office on;
  const create_key key{key_id{9}, "till", key_scope::sell, {}};
  CHECK(told(on.ask(organiser(), create_key{key_id{9}, "", key_scope::sell, {}})) == "invalid /name");
  CHECK(told(on.ask(organiser(), create_key{key_id{9}, "till", 0, {}})) == "invalid /scopes");
  CHECK(told(on.ask(organiser(), create_key{key_id{9}, "till", 64, {}})) == "invalid /scopes");
  CHECK(told(on.ask(organiser(), create_key{{}, "till", key_scope::all, {}})) == "invalid ");
  REQUIRE(told(on.act(organiser(), key)) == "ok, key");
  CHECK(told(on.ask(organiser(), key)) == "already_exists");
  CHECK(told(on.ask(organiser(), revoke_key{key_id{8}})) == "not_found");
  on.now = on.now + hours(1);
  CHECK(told(on.act(organiser(), revoke_key{key_id{9}})) == "ok, key revoked");
  CHECK(on.state.keys.at(key_id{9}).created_at == noon);
  CHECK(on.state.keys.at(key_id{9}).revoked_at == noon + hours(1));
  CHECK(told(on.act(organiser(), revoke_key{key_id{9}})) == "ok");
  CHECK(told(on.ask(organiser(), key)) == "already_exists");
}

TEST_CASE("a name belongs to the event that reserved it first") {
  office on;
  REQUIRE(told(on.act({}, reserve_slug{"tosca", the_event})) == "ok, slug");
  CHECK(told(on.act({}, reserve_slug{"tosca", the_event})) == "ok");
  CHECK(told(on.act({}, reserve_slug{"tosca", event_id{78}})) == "already_exists");
  CHECK(told(on.act({}, reserve_slug{"To sca", the_event})) == "invalid /slug");
  CHECK(told(on.act({}, reserve_slug{"aida", event_id{}})) == "invalid /slug");
  CHECK(on.state.slugs.at("tosca") == the_event);
}

TEST_CASE("an organisation remembers keys as an event does") {
  office on;
  const command_id key{7, 0x1'0000'0001};
  REQUIRE(on.act(organiser(), create_venue{opera()}, key));
  const auto again = on.ask(organiser(), create_venue{opera()}, key);
  REQUIRE_FALSE(again);
  CHECK(again.error().why == reason::already_remembered);
  CHECK(again.error().remembered_seq == 2);
  CHECK(told(on.ask(organiser(), create_venue{opera()}, {7, 1})) == "key_reused");
  CHECK(told(on.ask(organiser(theirs), create_venue{opera()}, key)) == "not_found");
  on.now = on.now + hours(26);
  CHECK(told(on.ask(organiser(), create_venue{opera()}, key)) == "already_exists");
  REQUIRE(on.act(organiser(), reserve_slug{"aida", the_event}, {8, 1}));
  CHECK(on.state.keys_remembered.size() == 1);
  CHECK(on.state.keys_by_time.size() == 1);
}
