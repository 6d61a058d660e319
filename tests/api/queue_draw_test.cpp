#include "domain/queue/draw.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

/// The draw, as people check it.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
namespace room = domain::queue;

namespace {

auto from_hex(const std::string& text) -> std::vector<std::uint8_t> {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

auto digest_of(const std::string& hex) -> room::digest {
  const auto bytes = from_hex(hex);
  room::digest out{};
  REQUIRE(bytes.size() == out.size());
  std::ranges::copy(bytes, out.begin());
  return out;
}

auto digests_of(const std::string& bytes) -> std::vector<room::digest> {
  std::vector<room::digest> all(bytes.size() / sizeof(room::digest));
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::ranges::transform(bytes.substr(i * sizeof(room::digest), sizeof(room::digest)), all[i].begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
  }
  return all;
}

auto leaf_of_receipt(const json& receipt) -> room::digest {
  const auto subject = receipt.at("subject").get<std::string>();
  const domain::subject_id who{std::stoull(subject.substr(0, 16), nullptr, 16),
                               std::stoull(subject.substr(16), nullptr, 16)};
  return room::leaf_hash(receipt.at("place").get<std::uint32_t>(), who, receipt.at("band").get<std::uint8_t>());
}

/// Indices of the entrants, in the order that what is published means.
auto order_of(const json& draw, const std::vector<room::digest>& leaves) -> std::vector<std::uint32_t> {
  const auto seed = digest_of(draw.at("seed").get<std::string>());
  CHECK(room::commitment_to(seed) == digest_of(draw.at("commitment").get<std::string>()));
  room::merkle_log log;
  for (const auto& leaf : leaves) {
    log.append(leaf);
  }
  CHECK(log.root() == digest_of(draw.at("root").get<std::string>()));
  const auto value = draw.at("round_value").is_null() ? std::string{} : draw.at("round_value").get<std::string>();
  return room::drawn_order(room::mixed_seed(seed, value), static_cast<std::uint32_t>(leaves.size()),
                           [&](std::uint32_t i) { return leaves[i]; });
}

constexpr std::size_t gathered = 12;
constexpr std::size_t who_left = 5;

/// That everybody's receipt is their leaf, and that they stand where the order has them.
void check_places(std::vector<guest>& line, const std::vector<json>& receipts, const std::vector<room::digest>& leaves,
                  const std::vector<std::uint32_t>& order) {
  std::size_t ahead = 0;
  for (const auto index : order) {
    const auto& receipt = receipts[index];
    CHECK(receipt.at("index") == index);
    CHECK(leaves[index] == leaf_of_receipt(receipt));
    CHECK(digest_of(receipt.at("leaf").get<std::string>()) == leaves[index]);
    if (index != who_left) {
      CHECK(eventually([&] { return line[index].poll().json().value("position", 0U) == ahead + 1; }));
      ++ahead;
    }
  }
}

} // namespace

TEST_CASE("who gathers is drawn by lot, and everybody can compute their own place") {
  waiting_scene in;
  in.set({{"rate_per_s", 0}, {"public_round", "drand 1000"}});
  CHECK(in.set({{"mode", "pre_queue"}}).text("mode") == "pre_queue");
  auto anybody = in.server.anybody();
  const auto path = in.opera.path("/queue/draw");
  const auto opened = anybody.get(path).json();
  CHECK(opened.at("state") == "open");
  CHECK(opened.at("public_round") == "drand 1000");
  CHECK(opened.at("seed").is_null());
  CHECK(opened.at("root").is_null());
  auto line = in.line_of(gathered);
  std::vector<json> receipts;
  for (auto& one : line) {
    const auto at = one.poll();
    CHECK(at.text("state") == "pre_queue");
    CHECK_FALSE(at.json().contains("position"));
    CHECK(at.json().at("eta").is_null());
    receipts.push_back(at.json().at("receipt"));
  }
  check_problem(line[0].hold("A/1/1"), "admission_required");
  check_problem(in.organiser.post(path.substr(0, path.rfind('/')) + "/demotions", {{"place", 1}, {"reason", "x"}}),
                "waiting_room_mode");
  check_problem(in.organiser.patch(in.opera.path("/queue"), {{"draw", json::object()}}), "waiting_room_mode");
  const auto closed = in.set({{"close_pre_queue", true}}).json().at("draw");
  CHECK(closed.at("state") == "closed");
  CHECK(closed.at("entrants") == gathered);
  // Who joins now stands behind the draw.
  auto late = in.somebody();
  CHECK_FALSE(late.join().json().contains("receipt"));
  REQUIRE(line[who_left].leave().status == 204);
  check_problem(in.organiser.patch(in.opera.path("/queue"), {{"draw", json::object()}}), "draw_round_missing");
  in.set({{"draw", {{"round_value", "2f7a"}}}});
  const auto drawn = anybody.get(path);
  CHECK(drawn.header("cache-control") == "public, max-age=1");
  CHECK(drawn.json().at("state") == "drawn");
  CHECK(drawn.json().at("minted") == false);
  CHECK(drawn.json().at("commitment") == opened.at("commitment"));
  CHECK(drawn.json().at("root") == closed.at("root"));
  const auto leaves = anybody.get(drawn.text("leaves"));
  REQUIRE(leaves.status == 200);
  CHECK(leaves.header("content-type") == "application/octet-stream");
  const auto all = digests_of(leaves.body);
  REQUIRE(all.size() == gathered);
  check_places(line, receipts, all, order_of(drawn.json(), all));
  CHECK(late.poll().json().at("position") == gathered);
  // The draw is the same after a restart, and goes when the room is switched off.
  in.restart();
  CHECK(in.server.anybody().get(path).json() == drawn.json());
  in.set({{"mode", "off"}});
  check_problem(in.server.anybody().get(path), "not_found");
}

TEST_CASE("a draw without a round says that entrants could have been made up") {
  waiting_scene in;
  in.set({{"mode", "pre_queue"}});
  auto line = in.line_of(3);
  in.set({{"close_pre_queue", true}});
  const auto no = in.organiser.patch(in.opera.path("/queue"), {{"draw", {{"round_value", "mine"}}}});
  check_problem(no, "validation_failed");
  const auto drawn = in.set({{"draw", json::object()}}).json().at("draw");
  CHECK(drawn.at("minted") == true);
  CHECK(drawn.at("round_value").is_null());
  const auto leaves = in.server.anybody().get(drawn.at("leaves").get<std::string>()).body;
  CHECK(order_of(drawn, digests_of(leaves)).size() == 3);
  line[0].becomes("admitted");
}

TEST_CASE("a draw goes without its round's value when its organiser says so") {
  waiting_scene in;
  in.set({{"public_round", "drand 1000"}});
  in.set({{"mode", "pre_queue"}});
  in.set({{"close_pre_queue", true}});
  const auto drawn = in.set({{"draw", {{"without_round", true}}}}).json().at("draw");
  CHECK(drawn.at("minted") == true);
  CHECK(drawn.at("public_round") == "drand 1000");
}

TEST_CASE("a server whose secret for draws was lost draws nobody, and says so") {
  waiting_scene in;
  // Of a room with a round that nobody has told yet, nothing is drawn by itself.
  in.set({{"public_round", "drand 1000"}});
  in.set({{"mode", "pre_queue"}});
  in.set({{"close_pre_queue", true}});
  in.server.settings().room_secret = 99;
  in.restart();
  const auto path = in.opera.path("/queue");
  const json draw{{"draw", {{"round_value", "2f7a"}}}};
  check_problem(in.organiser.patch(path, draw), "draw_seed_lost");
  CHECK(in.status().text("mode") == "pre_queue");
  in.server.settings().room_secret = 8;
  in.restart();
  CHECK(in.set(draw).text("mode") == "on");
}

TEST_CASE("a draw goes by its schedule, also over a restart in the middle") {
  waiting_scene in;
  const auto at = [&](std::int64_t seconds) {
    std::string text;
    projections::append_rfc3339(text, (in.server.clock().now() + domain::seconds(seconds)).unix_ms);
    return text;
  };
  in.set({{"pre_queue_at", at(60)}, {"starts_at", at(120)}, {"rate_per_s", 0}});
  const auto becomes = [&](const std::string& mode) {
    return eventually([&] { return in.status().text("mode") == mode; });
  };
  CHECK(in.status().text("mode") == "off");
  in.server.clock().turn(domain::seconds(61));
  CHECK(becomes("pre_queue"));
  auto line = in.line_of(4);
  const auto commitment = in.status().json().at("draw").at("commitment");
  in.restart();
  for (auto& one : line) {
    one.returns_to(in.server);
  }
  CHECK(line[2].poll().text("state") == "pre_queue");
  in.server.clock().turn(domain::seconds(60));
  CHECK(becomes("on"));
  const auto drawn = in.status().json().at("draw");
  CHECK(drawn.at("commitment") == commitment);
  CHECK(drawn.at("state") == "drawn");
  CHECK(eventually([&] { return line[0].poll().json().contains("position"); }));
}

TEST_CASE("leaves come in pages") {
  waiting_scene in;
  in.set({{"mode", "pre_queue"}});
  const auto line = in.line_of(5);
  in.set({{"close_pre_queue", true}});
  auto anybody = in.server.anybody();
  const auto path = in.opera.path("/queue/draw/leaves");
  const auto all = anybody.get(path).body;
  REQUIRE(all.size() == 5 * 32);
  CHECK(anybody.get(path + "?from=1&limit=2").body == all.substr(32, 64));
  CHECK(anybody.get(path + "?from=4&limit=9").body == all.substr(128));
  CHECK(anybody.get(path + "?from=5").body.empty());
  for (const auto* wrong : {"?limit=0", "?limit=65537", "?from=-1", "?from=x", "?page=1"}) {
    CAPTURE(wrong);
    check_problem(anybody.get(path + wrong), "invalid_query");
  }
  check_problem(anybody.get(path, {.headers = "Accept: application/json\r\n"}), "not_acceptable");
}

} // namespace holdfast::api_test
