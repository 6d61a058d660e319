#include "tests/api/box_office.hpp"
#include "tests/live/heads.hpp"
#include "tests/live/watcher.hpp"
#include "tools/engine_collector.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What many people read at once, over real sockets: how often an answer is at hand, and that selling has no part in it.
namespace holdfast::live_test {

using namespace api_test;

namespace {

struct counts {
  double hits = 0;
  double misses = 0;
  friend auto operator==(const counts&, const counts&) -> bool = default;
};

/// What /metrics says of the reads of each view.
auto reads_of(const api_server& server) -> std::map<std::string, counts> {
  const tools::engine_collector collector{server.engine(), server.journal().metrics(),
                                          std::make_shared<tools::commit_histograms>(), nullptr};
  std::map<std::string, counts> all;
  for (const auto& family : collector.Collect()) {
    const bool hits = family.name == "holdfast_view_hits_total";
    if (!hits && family.name != "holdfast_view_misses_total") {
      continue;
    }
    for (const auto& metric : family.metric) {
      auto& its = all[metric.label.at(0).value];
      (hits ? its.hits : its.misses) = metric.counter.value;
    }
  }
  return all;
}

/// A read of a hot view: the view's name in the metrics, where it is, and what is said besides.
struct hot_read {
  std::string view;
  std::string path;
  std::string headers;
  int times = 1; ///< that the view is read when all views are: a report looks at the page to know whose event it is
};

/// Somebody who reads every hot view of an event, its report too.
class reader {
 public:
  reader(const api_server& server, const box_office& at, int found = 1) : who_{at.organiser} {
    // The search comes after the journal in its own time.
    REQUIRE(eventually([&] { return who_.get("/v1/search?q=tosca").json().at("total") == found; }));
    const auto hash = server.anybody().get(at.path()).text("layout_hash");
    const std::string seats = "Accept: application/vnd.holdfast.seats\r\n";
    const std::string layout = "Accept: application/vnd.holdfast.layout\r\n";
    all_ = {{"event_page", at.path(), "", 2},
            {"seats", at.path("/seats"), ""},
            {"seats_binary", at.path("/seats"), seats},
            {"layout", "/v1/layouts/" + hash, ""},
            {"layout_binary", "/v1/layouts/" + hash, layout},
            {"search", "/v1/search?q=tosca", ""},
            {"report", at.path("/report"), ""}};
  }

  [[nodiscard]] auto all() const -> const std::vector<hot_read>& { return all_; }

  /// Tags of all answers.
  auto look() -> std::vector<std::string> {
    std::vector<std::string> tags;
    for (const auto& each : all_) {
      const auto got = who_.get(each.path, {.headers = each.headers, .whatever_is_at_hand = true});
      CAPTURE(each.view);
      CHECK(got.status == 200);
      tags.push_back(got.header("etag"));
    }
    return tags;
  }

 private:
  api_client who_;
  std::vector<hot_read> all_;
};

/// A server whose journal fails when it is told to, with an event that is read and one that nobody has looked at.
struct scene {
  scene() : server{{.search_answers_kept = std::chrono::hours{1}}}, opera{server} {
    auto organiser = opera.organiser;
    unread = "/v1/events/" + make_draft(organiser, opera.venue);
    REQUIRE(organiser.post(unread + "/publish").status == 200);
    auto buyer = server.buyer();
    const auto seq = hold(buyer, opera, {"A/1/1"}).event_seq();
    REQUIRE(organiser.get(opera.path("/seats?min_seq=" + seq)).status == 200);
    REQUIRE(organiser.get(opera.path("/report?min_seq=" + seq)).status == 200);
    server.clock().turn(domain::minutes(2)); // a report says for a minute that the last hold was lately
  }

  api_server server;
  box_office opera;
  std::string unread;
};

} // namespace

TEST_CASE("in an on-sale more than nine of ten reads of every hot view are hits, which the metrics show by view") {
  constexpr int seconds = 6;
  constexpr int rounds = 25;
  const api_server server{{.search_answers_kept = std::chrono::hours{1}}};
  const box_office opera{server};
  auto buyer = server.buyer();
  reader reading{server, opera};
  server.clock().turn(domain::minutes(2)); // nothing is made beforehand any more, as after a publication
  const auto before = reads_of(server);
  std::uint64_t sold = 0;
  for (int second = 0; second < seconds; ++second) {
    server.clock().turn({1'001}); // what was made in the second before is too old now
    for (int round = 0; round < rounds; ++round) {
      if (round % 5 == 0) {
        const auto id = held(buyer, opera, {"A/1/1"});
        REQUIRE(buyer.remove("/v1/holds/" + id).status == 204);
        ++sold;
      }
      reading.look();
    }
  }
  CHECK(sold == 30);
  const auto after = reads_of(server);
  for (const auto& each : reading.all()) {
    CAPTURE(each.view);
    const auto hits = after.at(each.view).hits - before.at(each.view).hits;
    const auto misses = after.at(each.view).misses - before.at(each.view).misses;
    CHECK(hits + misses == seconds * rounds * each.times);
    CHECK(hits / (hits + misses) > 0.9);
  }
  // Seats were made anew while they changed: it is no standing picture that was read.
  CHECK(after.at("seats").misses - before.at("seats").misses >= seconds - 1);
  // A section is not kept: every read of one has it made.
  auto anybody = server.anybody();
  CHECK(anybody.get(opera.path("/seats?section=B")).status == 200);
  CHECK(reads_of(server).at("section") == counts{0, after.at("section").misses + 1});
}

TEST_CASE(
    "while the journal has failed every view answers as before, and does no more for it than beside a sound one") {
  constexpr int rounds = 40;
  scene sound;
  scene failed;
  reader of_sound{sound.server, sound.opera, 2};
  reader of_failed{failed.server, failed.opera, 2};
  const auto sound_tags = of_sound.look();
  const auto failed_tags = of_failed.look();
  auto buyer = failed.server.buyer();
  failed.server.journal().fail_next_commit(journal::memory_journal::fault::lost);
  CHECK(hold(buyer, failed.opera, {"A/1/2"}).code() == "journal_unavailable");
  CHECK(buyer.get("/readyz").status == 503);
  const auto sound_before = reads_of(sound.server);
  const auto failed_before = reads_of(failed.server);
  const auto encoded = failed.server.engine().views().metrics().bodies_encoded.load();
  for (int round = 0; round < rounds; ++round) {
    CHECK(of_sound.look() == sound_tags);
    CHECK(of_failed.look() == failed_tags);
    sound.server.clock().turn(domain::seconds(2));
    failed.server.clock().turn(domain::seconds(2));
    CHECK(hold(buyer, failed.opera, {"A/1/2"}).status == 503);
  }
  // Answered at once, every one, from what was there: nobody waited for the journal, nor for a body.
  const auto sound_after = reads_of(sound.server);
  const auto failed_after = reads_of(failed.server);
  for (const auto& each : of_failed.all()) {
    CAPTURE(each.view);
    const auto more = rounds * each.times;
    const auto& failed_first = failed_before.at(each.view);
    const auto& sound_first = sound_before.at(each.view);
    CHECK(failed_after.at(each.view) == counts{failed_first.hits + more, failed_first.misses});
    CHECK(sound_after.at(each.view) == counts{sound_first.hits + more, sound_first.misses});
  }
  CHECK(failed.server.engine().views().metrics().bodies_encoded == encoded);
  CHECK(failed.server.engine().views().metrics().readers_waiting == 0);

  // What nobody has looked at before is read from the journal, and is there too.
  auto anybody = failed.server.anybody();
  for (const auto* more : {"", "/seats", "/seats?section=B"}) {
    CHECK(anybody.get(failed.unread + more).status == 200);
  }
  watcher viewer{failed.server.port()};
  CHECK(status_of(viewer.shake_hands(failed.opera.path("/live"))) == 101);
  CHECK(viewer.frame().seq == 3);
  CHECK(hold(buyer, failed.opera, {"A/1/2"}).code() == "journal_unavailable");
}

} // namespace holdfast::live_test
