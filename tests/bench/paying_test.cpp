#include "tools/bench/paying_traffic.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

namespace holdfast::tests {

namespace {

using namespace tools::bench;

[[nodiscard]] auto answer(unsigned status, std::string_view body) -> response {
  return {.status = status, .closes = false, .headers = {}, .body = body, .bytes = body.size()};
}

[[nodiscard]] auto header_of(std::string_view request, std::string_view name) -> std::string {
  return std::string{header_value(request, name)};
}

} // namespace

TEST_CASE("each hold is paid once by its buyer, on whichever connection is free, until all are") {
  paying_traffic load{{.holds = {"hld_a", "hld_b", "hld_c"}, .tokens = {"a", "b", "c"}, .connections = 2, .seed = 3}};
  std::set<std::string> keys;
  std::size_t connection = 0;
  for (const auto* const name : {"a", "b", "c"}) {
    const std::string payment{load.next(connection)};
    CHECK(payment.starts_with(std::string{"POST /v1/holds/hld_"} + name + "/confirm HTTP/1.1\r\n"));
    CHECK(payment.ends_with(R"({"payment":{"method":"pm_card_visa"}})"));
    CHECK(header_of(payment, "authorization") == std::string{"Bearer "} + name);
    CHECK(header_of(payment, "content-length") == "37");
    keys.insert(header_of(payment, "idempotency-key"));
    CHECK(load.answered(connection, answer(connection == 0 ? 201 : 202, "{}")) == outcome::success);
    connection = 1 - connection;
  }
  CHECK(keys.size() == 3);
  CHECK(load.next(0).empty());
  CHECK(load.next(1).empty());
  CHECK(load.first_failure().empty());
}

TEST_CASE("a payment that is refused is a failure, and the first one is kept") {
  paying_traffic load{{.holds = {"hld_a", "hld_b"}, .tokens = {"a", "b"}, .connections = 1, .seed = 3}};
  static_cast<void>(load.next(0));
  CHECK(load.answered(0, answer(503, "busy")) == outcome::failure);
  static_cast<void>(load.next(0));
  CHECK(load.answered(0, answer(402, "declined")) == outcome::failure);
  CHECK(load.first_failure() == "503 busy");
}

} // namespace holdfast::tests
