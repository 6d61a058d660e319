#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

void guest::note(const reply& got) {
  if (got.status >= 300 || !got.parsed.is_object()) {
    return;
  }
  ticket_ = got.parsed.value("ticket", ticket_);
  admission_ = got.parsed.value("admission_token", admission_);
}

auto guest::with_ticket() const -> ask_with {
  ask_with with;
  with.headers = "Queue-Ticket: " + ticket_ + "\r\n";
  return with;
}

auto guest::join(const json& body) -> reply {
  auto got = client_.post(path_, body);
  note(got);
  return got;
}

auto guest::poll() -> reply {
  auto got = client_.get(path_, with_ticket());
  note(got);
  return got;
}

auto guest::leave() -> reply {
  return client_.remove(path_, with_ticket());
}

auto guest::becomes(const std::string& state) -> reply {
  reply got;
  const bool did = eventually([&] {
    got = poll();
    return got.status == 200 && got.text("state") == state;
  });
  INFO("never " << state << ": " << got.body);
  REQUIRE(did);
  return got;
}

auto guest::hold(const std::string& seat, const std::string& key) -> reply {
  ask_with with;
  with.key = key;
  if (!admission_.empty()) {
    with.headers = "Admission-Token: " + admission_ + "\r\n";
  }
  const auto event = path_.substr(0, path_.rfind('/'));
  return client_.post(event + "/holds", {{"seats", {seat}}}, with);
}

auto waiting_scene::set(const json& change) -> reply {
  auto got = organiser.patch(opera.path("/queue"), change);
  INFO(got.body);
  REQUIRE(got.status == 200);
  return got;
}

auto waiting_scene::line_of(std::size_t people) const -> std::vector<guest> {
  std::vector<guest> line;
  for (std::size_t i = 0; i < people; ++i) {
    line.push_back(somebody());
    REQUIRE(line.back().join().status == 201);
  }
  return line;
}

void waiting_scene::restart(domain::millis passing) {
  server.restart(passing);
  opera.organiser = server.with(opera.organiser.bearer());
  opera.till = server.with(opera.till.bearer());
  organiser = server.with(organiser.bearer());
}

} // namespace holdfast::api_test
