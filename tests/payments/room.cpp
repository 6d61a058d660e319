#include "tests/payments/room.hpp"

#include "payments/stripe/client.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <future>
#include <utility>
#include <variant>

namespace holdfast::payments_test {

using namespace payments;
using namespace std::chrono_literals;

folder::folder() {
  auto name = (std::filesystem::temp_directory_path() / "holdfast-payments-").string() + std::string(6, 'X');
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

folder::~folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

room::room(const nlohmann::json& faults, const std::string& webhook_url) : webhook_url_{webhook_url} {
  start();
  follow(faults);
}

void room::stop() {
  simulator_.reset();
}

void room::start() {
  gateway::simulator_options options;
  options.data = data();
  options.port = port_;
  options.webhook_url = webhook_url_;
  auto started = gateway::simulator::start(options);
  if (!started) {
    FAIL(started.error());
  }
  simulator_ = std::move(*started);
  const auto url = simulator_->url();
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

void room::follow(const nlohmann::json& faults) {
  const auto script = gateway::read_faults(faults);
  if (!script) {
    FAIL(script.error());
  }
  simulator_->follow(*script);
}

auto room::options() const -> stripe::client_options {
  stripe::client_options options;
  options.url = "http://127.0.0.1:" + std::to_string(port_);
  options.key_file = data() / "secret.key";
  options.request_timeout = 10'000ms;
  options.retry_first = 4ms;
  options.retry_longest = 20ms;
  options.requests_per_s = 100'000;
  options.requests_burst = 1'000;
  options.breaker.failures_min = 1'000'000;
  return options;
}

auto room::client(const std::function<void(stripe::client_options&)>& change) -> std::unique_ptr<payments::gateway> {
  auto with = options();
  if (change) {
    change(with);
  }
  auto made = stripe::make_client(with);
  if (!made) {
    FAIL(made.error());
  }
  return std::move(*made);
}

auto room::ledger() const -> gateway::ledger_state {
  auto state = gateway::read_ledger_state(data());
  if (!state) {
    FAIL(state.error());
  }
  return std::move(*state);
}

auto room::struck(const std::string& rule) const -> std::uint64_t {
  return simulator_->counts().at("rules").at(rule).at("struck").get<std::uint64_t>();
}

auto room::asked(const std::string& kind) const -> std::uint64_t {
  return simulator_->counts().at("requests").value(kind, std::uint64_t{0});
}

namespace {

template <class Value, class Call>
auto answered(Call call) -> outcome<Value> {
  std::promise<outcome<Value>> promise;
  auto future = promise.get_future();
  call([&promise](outcome<Value>&& came) { promise.set_value(std::move(came)); });
  return future.get();
}

auto euros() -> domain::currency_code {
  return {{'E', 'U', 'R'}};
}

template <class Value>
auto words_of(const outcome<Value>& of, const char* name) -> std::string {
  if (const auto* no = std::get_if<declined>(&of)) {
    return "declined " + (no->decline_code.empty() ? no->code : no->decline_code);
  }
  if (const auto* not_now = std::get_if<refused>(&of)) {
    return "refused " + std::string{name_of(not_now->reason)};
  }
  if (const auto* never = std::get_if<rejected>(&of)) {
    return "rejected " + std::string{name_of(never->reason)};
  }
  if (const auto* open = std::get_if<unknown>(&of)) {
    return "unknown " + std::string{name_of(open->reason)};
  }
  return std::string{name} + " " + std::string{name_of(std::get<Value>(of).status)};
}

} // namespace

auto create(payments::gateway& at, const std::string& key, domain::minor_units amount, const std::string& order)
    -> payment_outcome {
  return answered<payment>([&](auto done) {
    at.create({key, amount, euros(), "Tosca", {{"order", order}}}, std::move(done));
  });
}

auto authorise(payments::gateway& at, const std::string& key, const std::string& payment_id, const std::string& method)
    -> payment_outcome {
  return answered<payment>([&](auto done) { at.authorise({key, payment_id, method}, std::move(done)); });
}

auto capture(payments::gateway& at, const std::string& key, const std::string& payment_id, domain::minor_units amount)
    -> payment_outcome {
  return answered<payment>([&](auto done) { at.capture({key, payment_id, amount, euros()}, std::move(done)); });
}

auto cancel(payments::gateway& at, const std::string& key, const std::string& payment_id) -> payment_outcome {
  return answered<payment>([&](auto done) { at.cancel({key, payment_id}, std::move(done)); });
}

auto give_back(payments::gateway& at, const std::string& key, const std::string& payment_id, domain::minor_units amount)
    -> refund_outcome {
  return answered<payments::refund>([&](auto done) {
    at.refund_payment({key, payment_id, amount, euros(), {{"refund", key}}}, std::move(done));
  });
}

auto retrieve(payments::gateway& at, const std::string& payment_id) -> payment_outcome {
  return answered<payment>([&](auto done) { at.retrieve(payment_id, std::move(done)); });
}

auto list_payments(payments::gateway& at, const list_request& which) -> payments_outcome {
  return answered<page<payment>>([&](auto done) { at.list_payments(which, std::move(done)); });
}

auto list_refunds(payments::gateway& at, const list_request& which) -> refunds_outcome {
  return answered<page<payments::refund>>([&](auto done) { at.list_refunds(which, std::move(done)); });
}

auto words(const payment_outcome& of) -> std::string {
  return words_of(of, "payment");
}

auto words(const refund_outcome& of) -> std::string {
  return words_of(of, "refund");
}

auto id_of(const payment_outcome& of) -> std::string {
  if (!std::holds_alternative<payment>(of)) {
    FAIL(words(of));
  }
  return std::get<payment>(of).id;
}

} // namespace holdfast::payments_test
