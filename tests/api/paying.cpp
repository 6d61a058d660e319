#include "tests/api/paying.hpp"

#include "domain/public_id.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace holdfast::api_test {

answering::answering(testing::fake_gateway& gateway) : thread_{[this, &gateway] { run(gateway); }} {}

answering::~answering() {
  ended_ = true;
  ended_now_.notify_all();
  thread_.join();
}

void answering::hold_back(bool held) {
  const std::scoped_lock lock{mutex_};
  held_back_ = held;
}

void answering::run(testing::fake_gateway& gateway) {
  std::unique_lock lock{mutex_};
  while (!ended_) {
    if (!held_back_) {
      gateway.answer_all();
    }
    // Nobody says when an answer waits: it looks often.
    ended_now_.wait_for(lock, std::chrono::milliseconds{1}, [this] { return ended_.load(); });
  }
}

auto settings_with(testing::fake_gateway& gateway) -> server_settings {
  server_settings settings;
  settings.gateway = &gateway;
  settings.checkout.retry_first = std::chrono::milliseconds{5};
  settings.checkout.retry_max = std::chrono::milliseconds{20};
  settings.checkout.answer_within = std::chrono::minutes{1};
  return settings;
}

auto impatient_with(testing::fake_gateway& gateway) -> server_settings {
  auto settings = settings_with(gateway);
  settings.checkout.answer_within = std::chrono::milliseconds{30};
  return settings;
}

auto pay(api_client& buyer, const std::string& hold, const std::string& method, const std::string& key) -> reply {
  return buyer.post("/v1/holds/" + hold + "/confirm", {{"payment", {{"method", method}}}}, {.key = key});
}

auto pay_to_the_end(api_client& buyer, const std::string& hold, const std::string& method, const std::string& key)
    -> reply {
  reply last;
  CHECK(testing::eventually([&] {
    last = pay(buyer, hold, method, key);
    return last.status != 202;
  }));
  return last;
}

auto order_path(const std::string& hold) -> std::string {
  // As the test server names them; a buyer learns it from `Location`, or from the order.
  const domain::public_ids ids{domain::public_ids::key{7, 11}};
  const auto named = ids.parse_hold(hold).value();
  std::string path = "/v1/orders/";
  ids.append_order(path, named.event, named.hold);
  return path;
}

auto kept(const testing::fake_gateway& gateway) -> std::int64_t {
  std::int64_t sum = 0;
  for (const auto& one : gateway.payments()) {
    sum += one.amount_capturable + one.amount_received - one.amount_refunded;
  }
  return sum;
}

} // namespace holdfast::api_test
