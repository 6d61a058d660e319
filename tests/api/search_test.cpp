#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

constexpr const char* caching = "public, max-age=1, stale-while-revalidate=5, stale-if-error=600";

/// Events on sale in halls of their own.
struct season {
  explicit season(const api_server& on)
      : organiser{on.key({"organise"})}, till{on.key({"sell"})}, anybody{on.anybody()} {}

  /// The event's id. `place` changes the hall, `changes` the event.
  auto publish(const std::string& name, const json& changes = json::object(), const json& place = json::object())
      -> std::string {
    auto where = hall();
    where.merge_patch(place);
    const auto venue = organiser.post("/v1/venues", where);
    INFO(venue.body);
    REQUIRE(venue.status == 201);
    auto all = changes;
    all["name"] = name;
    const auto event = make_draft(organiser, venue.text("venue_id"), all);
    REQUIRE(organiser.post("/v1/events/" + event + "/publish").status == 200);
    published.push_back(name);
    return event;
  }

  auto search(const std::string& query) -> reply { return anybody.get("/v1/search" + query); }

  /// Names of what was found.
  auto names(const std::string& query) -> std::vector<std::string> {
    const auto answer = search(query);
    INFO(query << " -> " << answer.body);
    REQUIRE(answer.status == 200);
    std::vector<std::string> all;
    for (const auto& item : answer.json().at("items"))
      all.push_back(item.at("name").get<std::string>());
    return all;
  }

  /// Until so many events are found: texts come a little after their facts.
  void wait_for(std::size_t events) {
    REQUIRE(eventually([&] { return search("").json().at("total") == events; }));
    REQUIRE(eventually([&] { return names("").size() == events; }));
    REQUIRE(
        eventually([&] { return std::ranges::all_of(published, [&](const auto& name) { return is_found(name); }); }));
  }

  /// By the words of its name.
  auto is_found(std::string name) -> bool {
    auto words = name;
    std::ranges::replace(words, ' ', '+');
    const auto found = names("?q=" + words);
    return std::ranges::find(found, name) != found.end();
  }

  api_client organiser;
  api_client till;
  api_client anybody;
  std::vector<std::string> published; ///< names
};

using texts = std::vector<std::string>;

const json vienna{{"name", "Konzerthaus"}, {"city", "Vienna"}, {"lat", 48.2007}, {"lon", 16.3769}};
const json berlin{{"name", "Philharmonie"}, {"city", "Berlin"}, {"country", "DE"}, {"lat", 52.5099}, {"lon", 13.3696}};

const texts wrong_queries{"?q=a%00b",
                          "?q=a%0ab",
                          "?q=%ff",
                          "?city=",
                          "?city=a%01",
                          "?country=AUT",
                          "?country=A1",
                          "?country=",
                          "?near=1",
                          "?near=1,2,3",
                          "?near=91,0",
                          "?near=0,181",
                          "?near=nan,0",
                          "?near=inf,0",
                          "?near=,",
                          "?radius_km=5",
                          "?near=1,1&radius_km=0",
                          "?near=1,1&radius_km=-1",
                          "?near=1,1&radius_km=20101",
                          "?near=1,1&radius_km=x",
                          "?category=",
                          "?category=a,,b",
                          "?from=yesterday",
                          "?from=2031-13-01",
                          "?to=2031-02-30",
                          "?to=2031-02-01T00:00:00",
                          "?status=draft",
                          "?status=open",
                          "?status=",
                          "?price_max=-1",
                          "?price_max=1.5",
                          "?price_max=1000000000001",
                          "?available=yes",
                          "?available=",
                          "?sort=name",
                          "?sort=relevance",
                          "?sort=distance",
                          "?limit=0",
                          "?limit=201",
                          "?limit=x",
                          "?facets=",
                          "?facets=venue",
                          "?cursor=x",
                          "?cursor=",
                          "?unknown=1",
                          "?q=a&q=b"};

/// Three events; the tests say what is found of them.
void open_season(season& some) {
  some.publish("Tosca", {{"slug", "tosca-2031"}, {"description", "Puccini <b>in</b> three acts"}});
  some.publish("Jazz Night",
               {{"category", "jazz"},
                {"starts_at", "2031-04-10T19:00:00.000Z"},
                {"tiers",
                 {{{"id", "stalls"}, {"name", "Stalls"}, {"price", 1900}},
                  {{"id", "balcony"}, {"name", "Balcony"}, {"price", 900}},
                  {{"id", "standing"}, {"name", "Standing"}, {"price", 0}}}}},
               vienna);
  some.publish("Tosca Gala Night", {{"starts_at", "2031-02-01T19:00:00.000Z"}}, berlin);
  some.wait_for(3);
}

} // namespace

TEST_CASE("a search finds published events, with what a list of results shows") {
  const api_server server;
  season some{server};
  open_season(some);
  const auto answer = some.search("?q=tosca&facets=category,city,month,price,availability,status&limit=1");
  REQUIRE(answer.status == 200);
  CHECK(answer.header("cache-control") == caching);
  CHECK(answer.header("age") == "0");
  const auto& found = answer.json();
  CHECK(found.at("total") == 2);
  CHECK(found.at("did_you_mean").is_null());
  CHECK(found.at("next_cursor").is_string());
  const auto& item = found.at("items").at(0);
  CHECK(item.at("name") == "Tosca");
  CHECK(item.at("slug") == "tosca-2031");
  CHECK(item.at("status") == "on_sale");
  CHECK(item.at("starts_at") == "2031-03-01T19:00:00.000Z");
  CHECK(item.at("venue") == json::parse(R"({"name":"Opera","city":"Graz","country":"AT"})"));
  CHECK(item.at("price_from") == 2500);
  CHECK(item.at("price_to") == 8900);
  CHECK(item.at("currency") == "EUR");
  CHECK(item.at("availability") == "many");
  CHECK(item.at("highlights").at("name") == "<mark>Tosca</mark>");
  CHECK_FALSE(item.contains("distance_km"));
  CHECK(found.at("facets_approximate") == false);
  CHECK(found.at("facets").at("city") == json::parse(R"([{"value":"Graz","count":1},{"value":"Berlin","count":1}])"));
  CHECK(found.at("facets").at("category") == json::parse(R"([{"value":"opera","count":2}])"));
  CHECK(found.at("facets").at("month") ==
        json::parse(R"([{"value":"2031-02","count":1},{"value":"2031-03","count":1}])"));
  CHECK(found.at("facets").at("price") == json::parse(R"([{"value":"20-50","count":2}])"));
  CHECK(found.at("facets").at("availability") == json::parse(R"([{"value":"many","count":2}])"));
  CHECK(found.at("facets").at("status") == json::parse(R"([{"value":"on_sale","count":2}])"));
  // Marks are the only tags.
  CHECK(some.search("?q=puccini").json().at("items").at(0).at("highlights").at("description") ==
        "<mark>Puccini</mark> &lt;b&gt;in&lt;/b&gt; three acts");
  CHECK(some.search("?q=toska").json().at("did_you_mean") == "tosca");
  CHECK(some.names("?q=toska") == some.names("?q=tosca"));
}

TEST_CASE("every filter narrows what is found") {
  const api_server server;
  season some{server};
  open_season(some);
  CHECK(some.names("") == texts{"Tosca Gala Night", "Tosca", "Jazz Night"}); // by date
  CHECK(some.names("?q=+") == some.names(""));
  CHECK(some.names("?q=***").empty());
  CHECK(some.names("?q=nig") == some.names("?q=NIGHTS"));
  CHECK(some.names("?q=night+berlin") == texts{"Tosca Gala Night"});
  CHECK(some.names("?city=GRAZ") == texts{"Tosca"});
  CHECK(some.names("?city=Atlantis").empty());
  CHECK(some.names("?country=de") == texts{"Tosca Gala Night"});
  CHECK(some.names("?category=jazz") == texts{"Jazz Night"});
  CHECK(some.names("?category=jazz,opera").size() == 3);
  CHECK(some.names("?category=unheard-of").empty());
  CHECK(some.names("?from=2031-03-01") == texts{"Tosca", "Jazz Night"});
  CHECK(some.names("?from=2031-03-01T19:00:00.001Z") == texts{"Jazz Night"});
  CHECK(some.names("?to=2031-03-01") == texts{"Tosca Gala Night", "Tosca"});
  CHECK(some.names("?to=2031-03-01T19:00:00Z") == texts{"Tosca Gala Night"});
  CHECK(some.names("?price_max=0") == texts{"Jazz Night"});
  CHECK(some.names("?price_max=2500").size() == 3);
  CHECK(some.names("?near=47.07,15.44&radius_km=100") == texts{"Tosca"});
  CHECK(some.names("?near=47.07,15.44&radius_km=200") == texts{"Tosca", "Jazz Night"});
  CHECK(some.names("?available=true").size() == 3);
  CHECK(some.names("?available=false").size() == 3);
  CHECK(some.names("?status=paused").empty());
  CHECK(some.names("?q=tosca&city=berlin&country=DE&category=opera&from=2031-01-01&to=2031-12-31&near=52.5,13.4&"
                   "radius_km=10&price_max=2500&available=true&status=on_sale&sort=price&facets=city") ==
        texts{"Tosca Gala Night"});
}

TEST_CASE("every order is the one that was asked for, and distance is told") {
  const api_server server;
  season some{server};
  open_season(some);
  CHECK(some.names("?sort=date") == texts{"Tosca Gala Night", "Tosca", "Jazz Night"});
  CHECK(some.names("?sort=price") == texts{"Jazz Night", "Tosca Gala Night", "Tosca"});
  CHECK(some.names("?q=tosca") == texts{"Tosca", "Tosca Gala Night"});
  CHECK(some.names("?q=tosca&sort=relevance") == texts{"Tosca", "Tosca Gala Night"});
  CHECK(some.names("?q=tosca&sort=date") == texts{"Tosca Gala Night", "Tosca"});
  const auto near = some.search("?sort=distance&near=48.2,16.37");
  CHECK(near.json().at("items").at(0).at("name") == "Jazz Night");
  CHECK(near.json().at("items").at(0).at("distance_km") == 0.5);
  CHECK(near.json().at("items").at(2).at("distance_km").get<double>() == doctest::Approx(523).epsilon(0.01));
  auto buyer = server.buyer();
  const auto id = some.search("?q=jazz").json().at("items").at(0).at("event_id").get<std::string>();
  REQUIRE(buyer.post("/v1/events/" + id + "/holds", {{"seats", {"A/1/1"}}}).status == 201);
  CHECK(eventually([&] { return some.names("?sort=popularity&limit=1") == texts{"Jazz Night"}; }));
}

TEST_CASE("pages follow each other by their cursors") {
  const api_server server;
  season some{server};
  open_season(some);
  texts seen;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const auto answer = some.search("?sort=price&limit=1" + (cursor.empty() ? std::string{} : "&cursor=" + cursor));
    REQUIRE(answer.json().at("items").size() == 1);
    seen.push_back(answer.json().at("items").at(0).at("name").get<std::string>());
    const auto& next = answer.json().at("next_cursor");
    CHECK(next.is_null() == (page == 2));
    cursor = next.is_null() ? std::string{} : next.get<std::string>();
  }
  CHECK(seen == texts{"Jazz Night", "Tosca Gala Night", "Tosca"});
}

TEST_CASE("a search of which nothing is right is refused with what is wrong") {
  const api_server server;
  season some{server};
  const std::string long_text(201, 'a');
  std::string many_words;
  for (int i = 0; i < 17; ++i)
    many_words += "a+";
  std::string many_names = "a";
  for (int i = 0; i < 16; ++i)
    many_names += ",a";
  auto wrong = wrong_queries;
  for (const auto& [name, value] : {std::pair{"q", long_text}, std::pair{"city", long_text}, std::pair{"q", many_words},
                                    std::pair{"category", many_names}})
    wrong.push_back(std::string{"?"}.append(name).append("=").append(value));
  for (const auto& query : wrong) {
    CAPTURE(query);
    const auto answer = some.search(query);
    CHECK(answer.status == 400);
    CHECK(answer.code() == "invalid_query");
    CHECK(answer.header("cache-control") == "no-store");
  }
  // A cursor of another order is none of this one.
  some.publish("Tosca");
  some.publish("Carmen");
  some.wait_for(2);
  const auto cursor = some.search("?limit=1").json().at("next_cursor").get<std::string>();
  CHECK(some.search("?limit=1&cursor=" + cursor).status == 200);
  CHECK(some.search("?limit=1&sort=price&cursor=" + cursor).code() == "invalid_query");
  CHECK(some.search("?q=" + long_text.substr(1)).status == 200);
  CHECK(some.anybody.post("/v1/search").status == 405);
}

TEST_CASE("what an event's organiser and its buyers do is seen by the next searches") {
  const api_server server;
  season some{server};
  const auto event = some.publish("Tosca");
  some.wait_for(1);
  const auto path = "/v1/events/" + event;
  const auto availability = [&] { return some.search("").json().at("items").at(0).at("availability"); };
  // 66 places: six of them left are few.
  for (int i = 0; i < 5; ++i)
    REQUIRE(some.till.post(path + "/holds", {{"areas", {{{"area", "floor"}, {"quantity", 8}}}}}).status == 201);
  for (const auto* row : {"A/1/", "A/2/"}) {
    for (int seat = 1; seat <= 10; ++seat)
      REQUIRE(some.till.post(path + "/holds", {{"seats", {row + std::to_string(seat)}}}).status == 201);
  }
  CHECK(eventually([&] { return availability() == "few"; }));
  for (int seat = 101; seat <= 106; ++seat)
    REQUIRE(some.till.post(path + "/holds", {{"seats", {"B/1/" + std::to_string(seat)}}}).status == 201);
  CHECK(eventually([&] { return availability() == "none"; }));
  CHECK(eventually([&] { return some.names("?available=true").empty(); }));
  REQUIRE(some.organiser.post(path + "/pause").status == 200);
  CHECK(eventually([&] { return some.names("?status=paused") == texts{"Tosca"}; }));
  REQUIRE(some.organiser.patch(path, {{"name", "Carmen"}}).status == 200);
  CHECK(eventually([&] { return some.names("?q=carmen") == texts{"Carmen"}; }));
  CHECK(some.names("?q=tosca").empty());
  REQUIRE(some.organiser.post(path + "/cancel").status == 200);
  CHECK(eventually([&] { return some.names("").empty(); }));
  CHECK(some.names("?status=cancelled") == texts{"Carmen"});
}

TEST_CASE("a draft is found by nobody, not even by those whose it is") {
  const api_server server;
  season some{server};
  some.publish("Tosca");
  some.wait_for(1);
  static_cast<void>(make_draft(some.organiser, make_hall(some.organiser), {{"name", "Geheimnis"}}));
  some.publish("Carmen");
  some.wait_for(2);
  for (auto* who : {&some.organiser, &some.anybody}) {
    CHECK(who->get("/v1/search?q=geheimnis").json().at("total") == 0);
    CHECK(who->get("/v1/search?q=geheimnis").json().at("did_you_mean").is_null());
    CHECK(who->get("/v1/suggest?q=geheim").json().at("items").empty());
  }
}

TEST_CASE("an unchanged answer is not sent again") {
  const api_server server;
  season some{server};
  open_season(some);
  for (const std::string path : {"/v1/search?q=tosca", "/v1/suggest?q=tos"}) {
    const auto first = some.anybody.get(path);
    REQUIRE(first.status == 200);
    const auto tag = first.header("etag");
    CHECK(tag.starts_with("W/\""));
    const auto again = some.anybody.get(path, {.headers = "If-None-Match: " + tag + "\r\n"});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.header("etag") == tag);
    CHECK(again.header("cache-control") == caching);
    CHECK(some.anybody.get(path, {.headers = "If-None-Match: \"other\"\r\n"}).status == 200);
    CHECK(some.anybody.ask("HEAD", path, "").status == 200);
  }
}

TEST_CASE("what is typed is completed, and what cannot be is refused") {
  const api_server server;
  season some{server};
  open_season(some);
  const auto answer = some.anybody.get("/v1/suggest?q=tos");
  REQUIRE(answer.status == 200);
  CHECK(answer.json().at("items").at(0).at("kind") == "event");
  CHECK(answer.json().at("items").at(0).at("text") == "Tosca");
  CHECK(answer.json().at("items").at(0).at("slug") == "tosca-2031");
  CHECK(some.anybody.get("/v1/suggest?q=konz").json().at("items").size() == 2); // an event there, and the venue
  const auto city = some.anybody.get("/v1/suggest?q=ber&limit=4").json().at("items").back();
  CHECK(city == json::parse(R"({"kind":"city","text":"Berlin","country":"DE"})"));
  CHECK(some.anybody.get("/v1/suggest?q=tos&limit=1").json().at("items").size() == 1);
  for (const std::string query : {"", "?q=", "?q=+", "?q=%01", "?q=a&limit=0", "?q=a&limit=21", "?q=a&city=Graz"}) {
    CAPTURE(query);
    CHECK(some.anybody.get("/v1/suggest" + query).code() == "invalid_query");
  }
}

TEST_CASE("what was found is found again after a restart") {
  api_server server;
  const texts found{"Tosca", "Tosca Gala Night"};
  std::string tag;
  {
    season some{server};
    open_season(some);
    REQUIRE(eventually([&] { return some.names("?q=tosca") == found; }));
    tag = some.search("?q=tosca").header("etag");
  }
  server.restart();
  season again{server};
  again.wait_for(3);
  REQUIRE(eventually([&] { return again.names("?q=tosca") == found; }));
  CHECK(again.search("?q=tosca").header("etag") == tag);
}

} // namespace holdfast::api_test
