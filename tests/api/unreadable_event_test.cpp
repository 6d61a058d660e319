#include "journal/memory_journal_parts.hpp"
#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <string>

/// What was recorded of one event is damaged on the disk.
namespace holdfast::api_test {

namespace {

/// Every record of every event that there is so far.
void damage_events(journal::memory_disk& disk) {
  auto& content = disk.get();
  const std::scoped_lock lock{content.mutex};
  for (auto& [stream, records] : content.records) {
    if (stream.kind == journal::stream_kind::event) {
      for (auto& record : records) {
        record.back() = static_cast<char>(record.back() ^ 0x55);
      }
    }
  }
}

} // namespace

TEST_CASE("an event whose records are damaged says so, to readers and to buyers, and the others go on") {
  api_server server;
  const box_office before{server};
  const auto bearer = before.organiser.bearer();
  const auto audit_bearer = server.key({"audit"}).bearer();
  const auto guest_bearer = server.buyer().bearer();
  // Long after everything that is prepared for an event's readers; and nothing of it is in memory.
  server.restart(domain::minutes(55));
  damage_events(server.disk());
  auto organiser = server.with(bearer);
  auto auditor = server.with(audit_bearer);
  auto buyer = server.with(guest_bearer);
  const auto recorded = server.recorded();
  for (int again = 0; again < 2; ++again) {
    for (const std::string view : {"", "/seats", "/seats?section=A", "/allocations", "/seats?at_seq=2"}) {
      CAPTURE(view);
      check_problem(organiser.get(before.path(view)), "event_unreadable");
    }
    check_problem(auditor.get(before.path("/journal")), "event_unreadable");
    check_problem(auditor.get(before.path("/journal?from_seq=2")), "event_unreadable");
    check_problem(buyer.get(before.path("/live"), {.headers = "Accept: text/event-stream\r\n"}), "event_unreadable");
    check_problem(buyer.post(before.path("/holds"), {{"seats", {"A/1/2"}}}), "event_unreadable");
    check_problem(organiser.post(before.path("/pause")), "event_unreadable");
  }
  CHECK(server.recorded() == recorded);
  CHECK(eventually([&] { return buyer.get("/readyz").status == 200; }));

  const box_office other{server};
  CHECK(hold(buyer, other, {"A/1/1"}).status == 201);
  CHECK(buyer.get(other.path("/seats")).status == 200);
}

} // namespace holdfast::api_test
