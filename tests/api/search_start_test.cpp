#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

// What the search says while it begins, and when its index cannot be written any more.
namespace holdfast::api_test {

namespace {

void publish(const api_server& server, const box_office& at, const std::string& name) {
  auto organiser = at.organiser;
  const auto event = make_draft(organiser, at.venue, {{"name", name}});
  REQUIRE(server.admin().post("/v1/events/" + event + "/publish").status == 200);
}

auto found(const api_server& server, const std::string& query) -> int {
  return server.anybody().get("/v1/search" + query).json().at("total").get<int>();
}

} // namespace

TEST_CASE("a search that begins anew says so until it has everything, and the server is not ready before") {
  api_server server;
  const box_office opera{server};
  for (int i = 0; i < 39; ++i)
    publish(server, opera, "Evening " + std::to_string(i));
  REQUIRE(eventually([&] { return found(server, "") == 40; }));
  for (int start = 0; start < 3; ++start) {
    server.stop();
    std::filesystem::remove_all(server.directory() / "search");
    server.restart();
    auto anybody = server.anybody();
    // Whatever is answered at any moment is the whole, or that it is not there yet.
    const auto all_or_nothing = [&] {
      const auto answer = anybody.get("/v1/search", {.whatever_is_at_hand = true});
      if (answer.status == 503) {
        CHECK(answer.code() == "projection_behind");
        return false;
      }
      CHECK(answer.json().at("total") == 40);
      return true;
    };
    CHECK(eventually([&] { return all_or_nothing() || anybody.get("/readyz").status == 200; }));
    CHECK(all_or_nothing());
  }
}

TEST_CASE("an index that can no longer be written stops the search's texts at once, and a rebuild mends it") {
  const api_server server;
  const box_office opera{server};
  REQUIRE(eventually([&] { return found(server, "?q=tosca") == 1; }));
  auto admin = server.admin();
  const auto texts = [&] {
    const auto listed = admin.get("/v1/admin/projections");
    for (const auto& one : listed.json().at("items"))
      if (one.at("projection") == "search_text")
        return one.at("state").get<std::string>();
    return std::string{};
  };
  REQUIRE(texts() == "live");
  std::filesystem::remove_all(server.directory() / "search");
  publish(server, opera, "Carmen");
  // Nothing else happens: it is found out by its own commit.
  CHECK(eventually([&] { return texts() == "stopped"; }));
  // Whoever answers searches may hear of it a moment after whoever lists projections.
  CHECK(eventually([&] {
    server.clock().turn(domain::minutes(1));
    const auto last = server.anybody().get("/v1/search?q=tosca");
    return last.json().at("total") == 1 && std::stoi(last.header("age")) >= 59;
  }));
  server.clock().turn(domain::minutes(1)); // and it is still the same view
  CHECK(std::stoi(server.anybody().get("/v1/search?q=tosca").header("age")) >= 119);
  CHECK(admin.post("/v1/admin/projections/search_text/rebuild").status == 202);
  CHECK(eventually([&] { return found(server, "?q=carmen") == 1; }));
  CHECK(texts() == "live");
  CHECK(eventually([&] { return server.anybody().get("/v1/search?q=tosca").header("age") == "0"; }));
}

} // namespace holdfast::api_test
