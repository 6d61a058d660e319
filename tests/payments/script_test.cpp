#include "tools/gateway/faults.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>

namespace {

using namespace holdfast::gateway;
using namespace std::chrono_literals;
using nlohmann::json;

auto plan_of(const json& script) -> fault_plan {
  auto read = read_faults(script);
  if (!read) {
    FAIL(read.error());
  }
  return fault_plan{std::move(*read)};
}

/// What happens to a hundred requests, as letters.
auto history(const json& script) -> std::string {
  auto plan = plan_of(script);
  std::string said;
  for (int i = 0; i < 100; ++i) {
    const auto how = plan.next("confirm", {});
    said += how.drop_request ? 'q' : how.drop_response ? 'r' : how.wait_before > 0ms ? 'w' : '.';
  }
  return said;
}

} // namespace

TEST_CASE("a rule strikes from its first request, at every so-many-th, so often and no more") {
  auto plan =
      plan_of(R"({"rules":[{"name":"a","on":"capture","do":"drop_request","first":3,"every":2,"times":2}]})"_json);
  std::string said;
  for (int i = 0; i < 10; ++i) {
    said += plan.next("capture", {}).drop_request ? 'x' : '.';
    CHECK_FALSE(plan.next("confirm", {}).drop_request);
  }
  CHECK(said == "..x.x.....");
  CHECK(plan.counts() == R"({"a":{"asked":10,"struck":2}})"_json);
}

TEST_CASE("a rule for an order leaves others alone") {
  auto plan = plan_of(R"({"rules":[{"do":"drop_request","order":"ord_7"}]})"_json);
  CHECK_FALSE(plan.next("create", {"ord_70", "x"}).drop_request);
  CHECK(plan.next("create", {"x", "ord_7"}).drop_request);
  CHECK(plan.counts() == R"({"rule 1":{"asked":1,"struck":1}})"_json);
}

TEST_CASE("the same script does the same, and another seed something else") {
  auto script = R"({"seed":5,"rules":[{"do":"drop_request","probability":0.3},
    {"do":"drop_response","probability":0.3},{"do":"wait","probability":0.5,"ms":{"exponential":20,"most":100}}]})"_json;
  const auto once = history(script);
  CHECK(history(script) == once);
  for (const char kind : {'q', 'r', 'w', '.'}) {
    CHECK(once.find(kind) != std::string::npos);
  }
  script["seed"] = 6;
  CHECK(history(script) != once);
}

TEST_CASE("times are drawn from their distribution") {
  std::mt19937_64 dice{1}; // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  CHECK(delay{delay::shape::fixed, 40, 0}.draw(dice) == 40ms);
  std::chrono::milliseconds least{1'000};
  std::chrono::milliseconds most{0};
  double sum = 0;
  for (int i = 0; i < 2'000; ++i) {
    const auto uniform = delay{delay::shape::uniform, 10, 20}.draw(dice);
    least = std::min(least, uniform);
    most = std::max(most, uniform);
    const auto exponential = delay{delay::shape::exponential, 50, 200}.draw(dice);
    CHECK(exponential <= 200ms);
    sum += static_cast<double>(exponential.count());
  }
  CHECK(least == 10ms);
  CHECK(most == 19ms);
  CHECK(sum / 2'000 > 43);
  CHECK(sum / 2'000 < 55);
}

TEST_CASE("a script that is not sound is refused, with the place of the fault") {
  struct row {
    const char* script;
    const char* says;
  };
  const std::array<row, 14> rows{{
      {R"([])", "faults: must be an object"},
      {R"({"sead":1})", "faults: sead is unknown"},
      {R"({"rules":{}})", "rules must be a list"},
      {R"({"rules":[{"do":"explode"}]})", "rule 1: do must be one of"},
      {R"({"rules":[{"do":"wait"},{"do":"wait","on":"charge"}]})", "rule 2: on must be one of"},
      {R"({"rules":[{"do":"wait","ms":-1}]})", "rule 1: ms must be milliseconds"},
      {R"({"rules":[{"do":"wait","ms":{"uniform":[5,1]}}]})", "rule 1: ms must be milliseconds"},
      {R"({"rules":[{"do":"wait","first":0}]})", "rule 1: first is no number that fits"},
      {R"({"rules":[{"do":"wait","times":1.5}]})", "rule 1: times is no number that fits"},
      {R"({"rules":[{"do":"fail_after","status":404}]})", "rule 1: status is no number that fits"},
      {R"({"rules":[{"do":"wrong_currency","text":"USD"}]})", "rule 1: wrong_currency needs text"},
      {R"({"rules":[{"do":"wrong_amount"}]})", "rule 1: wrong_amount needs number"},
      {R"({"webhooks":{"copies":0}})", "webhooks: copies is no number that fits"},
      {R"({"outages":[{"after_ms":5}, 7]})", "outage 2: must be an object"},
  }};
  for (const auto& each : rows) {
    CAPTURE(each.script);
    const auto read = read_faults(json::parse(each.script));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().find(each.says) == 0);
  }
}
