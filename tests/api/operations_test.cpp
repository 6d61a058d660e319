#include "journal/rocksdb_journal.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("the probes answer without credentials, and never look at any") {
  const api_server server;
  auto damaged = server.with("nonsense");
  CHECK(damaged.get("/healthz").json() == json::parse(R"({"status":"ok"})"));
  CHECK(eventually([&] { return damaged.get("/readyz").status == 200; }));
  CHECK(damaged.get("/readyz").json() == json::parse(R"({"ready":true})"));
  CHECK(damaged.get("/healthz?x=1").code() == "invalid_query");
}

TEST_CASE("a server that cannot sell is not ready, and says why") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  auto buyer = server.buyer();
  server.journal().fail_next_commit(journal::memory_journal::fault::lost);
  CHECK(hold(buyer, opera, {"A/1/1"}).code() == "journal_unavailable");
  const auto unready = anybody.get("/readyz");
  CHECK(unready.status == 503);
  CHECK(unready.code() == "not_ready");
  CHECK(unready.header("retry-after") == "1");
  CHECK(unready.json().at("ready") == false);
  CHECK(unready.json().at("reasons").at(0).get<std::string>().find("journal") != std::string::npos);
  CHECK(anybody.get("/healthz").status == 200);
  // What was there before can still be looked at.
  CHECK(anybody.get(opera.path()).status == 200);
}

TEST_CASE("metrics are Prometheus' text, by route") {
  const api_server server;
  auto anybody = server.anybody();
  CHECK(anybody.get("/healthz").status == 200);
  const auto metrics = anybody.get("/metrics", {.headers = "Accept: text/plain\r\n"});
  CHECK(metrics.status == 200);
  CHECK(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
  CHECK(metrics.body.find(R"(holdfast_http_requests_total{route="/healthz",method="GET",status="200"} 1)") !=
        std::string::npos);
}

namespace {

/// Keeps the journal's only thread for reads busy until it goes.
class busy_reads {
 public:
  explicit busy_reads(journal::journal& of) {
    REQUIRE(of.run_on_read_pool([go_on = go_on_.get_future().share()] { go_on.wait(); }));
  }

  ~busy_reads() { go_on_.set_value(); }

  busy_reads(const busy_reads&) = delete;
  auto operator=(const busy_reads&) -> busy_reads& = delete;

 private:
  std::promise<void> go_on_;
};

auto rebuilding(api_client& admin, const std::string& name) -> bool {
  const auto all = admin.get("/v1/admin/projections");
  for (const auto& each : all.json().at("items")) {
    if (each.at("projection") == name)
      return each.at("rebuilding");
  }
  FAIL("there is no such projection");
  return false;
}

} // namespace

TEST_CASE("every projection is rebuilt once at a time, says so, and can be rebuilt again") {
  const api_server server;
  const box_office opera{server};
  auto admin = server.admin();
  for (const std::string name : {"inventory", "bookings", "catalogue", "search", "search_text", "report"}) {
    CAPTURE(name);
    const auto path = "/v1/admin/projections/" + name + "/rebuild";
    REQUIRE(server.anybody().get(opera.path("/seats")).status == 200); // in memory, of the inventory
    CHECK_FALSE(rebuilding(admin, name));
    {
      // What has to read the journal waits for its thread. What follows from the newest facts alone may have ended before it is asked about: then again.
      const busy_reads held{server.journal()};
      bool is_refused = false;
      bool is_said = false;
      CHECK(eventually([&] {
        const auto begun = admin.post(path);
        if (begun.status == 202) {
          CHECK(begun.json() == json{{"projection", name}, {"rebuilding", true}});
        }
        const auto again = admin.post(path);
        is_refused = is_refused || (again.status == 409 && again.code() == "request_in_progress");
        is_said = is_said || rebuilding(admin, name);
        return is_refused && is_said;
      }));
    }
    CHECK(eventually([&] { return !rebuilding(admin, name); }));
    CHECK(admin.post(path).status == 202);
    CHECK(eventually([&] { return !rebuilding(admin, name); }));
  }
  CHECK(admin.post("/v1/admin/projections/nonsense/rebuild").code() == "not_found");
}

TEST_CASE("with two threads for reads a slow one keeps nobody waiting") {
  const api_server server{{.read_threads = 2, .on_disk = true}};
  const box_office opera{server};
  auto anybody = server.anybody();
  const auto finds = [&] { return anybody.get("/v1/search?q=tosca").json().at("total") == 1; };
  REQUIRE(eventually(finds));
  const busy_reads held{server.any_journal()};
  CHECK(anybody.get(opera.path("/seats")).status == 200); // loaded
  CHECK(anybody.get("/v1/search?q=tosca&available=true").status == 200);
  CHECK(anybody.get("/v1/suggest?q=tos").status == 200);
}

TEST_CASE("a backup is a journal that opens, with everything that was acknowledged") {
  const api_server server{{.on_disk = true}};
  const box_office opera{server};
  auto till = opera.till;
  const auto sold = confirm(till, held(till, opera, {"A/1/1"}));
  REQUIRE(sold.status == 201);
  const auto made = server.admin().post("/v1/admin/backup");
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.text("path").ends_with(made.text("backup_id")));
  CHECK_FALSE(made.text("cursor").empty());
  journal::rocksdb_journal_options options;
  options.directory = made.text("path");
  options.access = journal::journal_access::read_only;
  auto copy = journal::rocksdb_journal::open(std::move(options));
  REQUIRE(copy.has_value());
  const auto heads = (*copy)->heads(journal::stream_kind::event);
  REQUIRE(heads.has_value());
  REQUIRE(heads->size() == 1);
  CHECK(std::to_string(heads->front().second.seq) == sold.event_seq());
}

TEST_CASE("backups are the first organisation's, and one that fails says so") {
  const api_server server;
  auto foreign = server.key({"admin"}, server.organisation("Theatre"));
  CHECK(foreign.post("/v1/admin/backup").code() == "not_found");
  auto admin = server.admin();
  CHECK(admin.post("/v1/admin/backup", {{"x", 1}}).code() == "validation_failed");
  // A journal in memory has no files to copy.
  const auto failed = admin.post("/v1/admin/backup");
  CHECK(failed.status == 503);
  CHECK(failed.code() == "unavailable");
}

TEST_CASE("the API describes itself") {
  const api_server server;
  auto anybody = server.anybody();
  CHECK(anybody.get("/openapi.json").json().at("openapi") == "3.1.0");
  CHECK(anybody.get("/docs", {.headers = "Accept: text/html\r\n"}).header("content-type") ==
        "text/html; charset=utf-8");
  CHECK(anybody.get("/problems/seat_unavailable", {.headers = "Accept: text/html\r\n"}).status == 200);
  CHECK(anybody.get("/problems/none").code() == "not_found");
}

} // namespace holdfast::api_test
