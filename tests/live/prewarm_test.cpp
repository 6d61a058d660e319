#include "http/json_writer.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What is made before anybody asks for it, over real sockets: the first reader of a sale meets what was made beforehand.
namespace holdfast::live_test {

using namespace api_test;
using projections::content_coding;
using projections::read_outcome;
using projections::read_view;
using body_ptr = std::shared_ptr<const projections::view_body>;

namespace {

auto metrics(const api_server& server) -> const projections::view_metrics& {
  return server.engine().views().metrics();
}

/// Until it was looked for openings once more, and what there is to make has been made.
void wait_for_look(const api_server& server, std::uint64_t events) {
  const auto& of = metrics(server);
  const auto looks = of.prewarm_looks.load();
  server.clock().turn(domain::seconds(1));
  REQUIRE(eventually([&] { return of.prewarm_looks > looks; }));
  CHECK(of.events_prewarmed == events);
  REQUIRE(eventually([&] {
    return of.bodies_encoded >= 3 * events && of.layouts_encoded >= (events > 0 ? 2U : 0U) && of.readers_waiting == 0;
  }));
}

/// Reads every form as people do, and how many of these reads had to wait.
auto misses_of_first_reads(const api_server& server, const std::string& event, const std::string& status)
    -> std::uint64_t {
  auto anybody = server.anybody();
  const auto page = anybody.get(event);
  REQUIRE(page.status == 200);
  CHECK(page.json().at("status") == status);
  const auto layout = "/v1/layouts/" + page.text("layout_hash");
  CHECK(anybody.get(event + "/seats").status == 200);
  CHECK(anybody.get(event + "/seats", {.headers = "Accept: application/vnd.holdfast.seats\r\n"}).status == 200);
  CHECK(anybody.get(layout).status == 200);
  CHECK(anybody.get(layout, {.headers = "Accept: application/vnd.holdfast.layout\r\n"}).status == 200);
  std::uint64_t misses = 0;
  for (const auto view : {read_view::event_page, read_view::seats, read_view::seats_binary, read_view::layout,
                          read_view::layout_binary}) {
    misses += metrics(server).of(view).misses;
    CHECK(metrics(server).of(view).hits + metrics(server).of(view).misses > 0);
  }
  return misses;
}

/// Whether a body that is at hand is compressed already, or will be although nobody asks for that.
auto is_packed(const body_ptr& body) -> bool {
  return eventually([&] {
    return body->packed->get(content_coding::brotli) != nullptr && body->packed->get(content_coding::gzip) != nullptr;
  });
}

auto written(domain::instant time) -> std::string {
  std::string text;
  http::append_rfc3339(text, time.unix_ms);
  return text;
}

/// An evening whose sale opens in three hours, and that was published too long ago to matter.
struct coming_sale {
  coming_sale()
      : opens_at{server.clock().now() + domain::hours(3)},
        opera{server, {{"sale", {{"opens_at", written(opens_at)}, {"closes_at", nullptr}}}}} {}

  void turn_to_opening_less(domain::millis time) const {
    server.clock().turn({(opens_at - server.clock().now()).count - time.count});
  }

  api_server server;
  domain::instant opens_at;
  box_office opera;
};

} // namespace

TEST_CASE("before a sale opens everything is made for its first reader, who meets it at the opening too") {
  coming_sale given;
  auto& server = given.server;
  given.turn_to_opening_less(domain::hours(1));
  server.restart(); // whatever was made for the organiser is gone
  wait_for_look(server, 0);
  CHECK(metrics(server).bodies_encoded == 0); // too early

  given.turn_to_opening_less(domain::minutes(9));
  wait_for_look(server, 1);
  REQUIRE(metrics(server).events_in_memory == 1);
  // It stays while nobody reads it: longer than anything else that is unread.
  for (int i = 0; i < 6; ++i) {
    server.clock().turn(domain::seconds(19));
    wait_for_look(server, 1);
  }
  CHECK(metrics(server).event_loads == 1);
  // Minutes that pass at once may have dropped it just after a look: the next one finds that out.
  given.turn_to_opening_less(domain::seconds(20));
  wait_for_look(server, 1);
  wait_for_look(server, 1);
  SUBCASE("just before") {
    CHECK(misses_of_first_reads(server, given.opera.path(), "published") == 0);
  }
  SUBCASE("in the very moment") {
    given.turn_to_opening_less({});
    CHECK(misses_of_first_reads(server, given.opera.path(), "on_sale") == 0);
  }
  SUBCASE("after a restart") {
    server.restart();
    wait_for_look(server, 1);
    CHECK(misses_of_first_reads(server, given.opera.path(), "published") == 0);
  }
  SUBCASE("compressed") {
    auto& views = server.engine().views();
    const auto take = [](body_ptr& to) {
      return [&to](read_outcome, const body_ptr& body) { to = body; }; // called at once: there is a body
    };
    const auto event = domain::public_ids::parse_event(given.opera.event);
    REQUIRE(event.has_value());
    body_ptr page;
    body_ptr seats;
    body_ptr layout;
    views.event_page(*event, 0, take(page));
    views.seats(*event, 0, take(seats));
    REQUIRE(page);
    views.layout(page->layout_hash, take(layout));
    for (const auto& body : {page, seats, layout}) {
      REQUIRE(body);
      CHECK((body->bytes.size() < projections::packed_bytes_min || is_packed(body)));
    }
  }
}

TEST_CASE("a presale's first reader meets what was made beforehand, long before the general sale") {
  api_server server;
  const auto presale = server.clock().now() + domain::hours(1);
  const box_office opera{
      server,
      {{"sale",
        {{"opens_at", written(server.clock().now() + domain::hours(99))},
         {"phases", {{{"id", "fans"}, {"opens_at", written(presale)}, {"access_code", "Fan Club 27"}}}}}}}};
  server.clock().turn(domain::minutes(30));
  server.restart(); // whatever was made for the organiser is gone
  wait_for_look(server, 0);
  server.clock().turn(domain::minutes(22));
  wait_for_look(server, 1);
  CHECK(misses_of_first_reads(server, opera.path(), "published") == 0);
}

TEST_CASE("an event is made for its first reader when it is published") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto event = "/v1/events/" + make_draft(organiser, make_hall(organiser));
  wait_for_look(server, 0);
  REQUIRE(organiser.post(event + "/publish").status == 200);
  // The catalogue hears of it in its own time.
  REQUIRE(eventually([&] { return organiser.get("/v1/events").json().at("items").at(0).at("status") == "on_sale"; }));
  wait_for_look(server, 1);
  CHECK(misses_of_first_reads(server, event, "on_sale") == 0);
}

} // namespace holdfast::live_test
