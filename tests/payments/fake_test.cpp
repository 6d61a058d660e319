#include "tests/payments/room.hpp"
#include "tests/support/fake_gateway.hpp"

#include <doctest/doctest.h>

#include <optional>

namespace holdfast::fakes {
namespace {

using namespace holdfast;
using namespace holdfast::payments;
using testing::fake_gateway;
using trouble = fake_gateway::trouble;
using call = fake_gateway::call;

/// Calls the fake, lets the answer go, and tells it.
class caller {
 public:
  fake_gateway at;

  auto create(const std::string& key, domain::minor_units amount = 5'000) -> payment_outcome {
    at.create({key, amount, {{'E', 'U', 'R'}}, "", {{"order", "ord_1"}}}, taker());
    return answer();
  }
  auto authorise(const std::string& key, const std::string& id, const std::string& method = "pm_card_visa")
      -> payment_outcome {
    at.authorise({key, id, method}, taker());
    return answer();
  }
  auto capture(const std::string& key, const std::string& id) -> payment_outcome {
    at.capture({key, id, 5'000, {{'E', 'U', 'R'}}}, taker());
    return answer();
  }
  auto cancel(const std::string& key, const std::string& id) -> payment_outcome {
    at.cancel({key, id}, taker());
    return answer();
  }
  auto retrieve(const std::string& id) -> payment_outcome {
    at.retrieve(id, taker());
    return answer();
  }

 private:
  auto taker() -> on_outcome<payment> {
    return [this](payment_outcome&& came) { came_ = std::move(came); };
  }
  auto answer() -> payment_outcome {
    CHECK_FALSE(came_.has_value());
    REQUIRE(at.answer());
    REQUIRE(came_.has_value());
    return *std::exchange(came_, std::nullopt);
  }

  std::optional<payment_outcome> came_;
};

auto id_of(const payment_outcome& of) -> std::string {
  return payments_test::id_of(of);
}

using payments_test::words;

} // namespace

TEST_CASE("the fake gateway does what the simulator does, through the same calls") {
  payments_test::room here;
  const auto real = here.client();
  caller fake;
  const auto id = id_of(payments_test::create(*real, "k-1"));
  const auto fake_id = id_of(fake.create("k-1"));
  const auto same = [](const payment_outcome& one, const payment_outcome& other) {
    CHECK(words(one) == words(other));
    if (const auto* a = std::get_if<payment>(&one), *b = std::get_if<payment>(&other); a != nullptr && b != nullptr) {
      CHECK(a->amount == b->amount);
      CHECK(a->amount_capturable == b->amount_capturable);
      CHECK(a->amount_received == b->amount_received);
      CHECK(a->about == b->about);
      CHECK(a->method == b->method);
    }
  };
  for (const auto* method : {"pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds",
                             "pm_card_authenticationRequired", "pm_card_none", "pm_card_visa", "pm_card_visa"}) {
    const auto key = std::string{"k-a-"} + method;
    same(payments_test::authorise(*real, key, id, method), fake.authorise(key, fake_id, method));
  }
  same(payments_test::authorise(*real, "k-again", id), fake.authorise("k-again", fake_id));
  same(payments_test::capture(*real, "k-p", id), fake.capture("k-p", fake_id));
  same(payments_test::capture(*real, "k-p2", id), fake.capture("k-p2", fake_id));
  same(payments_test::cancel(*real, "k-x", id), fake.cancel("k-x", fake_id));
  same(payments_test::retrieve(*real, id), fake.retrieve(fake_id));
  same(payments_test::retrieve(*real, "pi_none"), fake.retrieve("pi_none"));
  same(payments_test::create(*real, "k-1", 6), fake.create("k-1", 6));
}

TEST_CASE("the fake gateway fails as it is told, and remembers what took effect") {
  caller fake;
  const auto id = id_of(fake.create("k-1"));
  fake.at.next(call::authorise, trouble::lose_answer);
  CHECK(words(fake.authorise("k-2", id)) == "unknown timed_out");
  CHECK(words(fake.authorise("k-2", id)) == "payment requires_capture");
  fake.at.next(call::capture, trouble::lose_request);
  CHECK(words(fake.capture("k-3", id)) == "unknown timed_out");
  CHECK(words(fake.retrieve(id)) == "payment requires_capture");
  fake.at.next(call::capture, trouble::keep_failure);
  CHECK(words(fake.capture("k-3", id)) == "unknown server_error");
  CHECK(words(fake.capture("k-3", id)) == "unknown server_error");
  CHECK(words(fake.retrieve(id)) == "payment succeeded");
}

TEST_CASE("a late call of the fake gateway takes effect when it arrives, and never after a cancellation") {
  caller fake;
  const auto id = id_of(fake.create("k-1"));
  fake.at.next(call::authorise, trouble::be_late);
  CHECK(words(fake.authorise("k-2", id)) == "unknown timed_out");
  CHECK(words(fake.retrieve(id)) == "payment requires_payment_method");
  fake.at.arrive_late();
  CHECK(words(fake.retrieve(id)) == "payment requires_capture");
  fake.at.next(call::capture, trouble::be_late);
  CHECK(words(fake.capture("k-3", id)) == "unknown timed_out");
  CHECK(words(fake.cancel("k-4", id)) == "payment canceled");
  fake.at.arrive_late();
  CHECK(words(fake.retrieve(id)) == "payment canceled");
  CHECK(fake.at.payments().front().amount_received == 0);
}

TEST_CASE("the fake gateway's open circuit refuses everything, and answers come in the order that a test wants") {
  fake_gateway at;
  at.open_circuit(std::chrono::seconds{5});
  std::string said;
  at.retrieve("pi_1", [&](payment_outcome&& came) { said += "1 " + words(came) + "; "; });
  at.close_circuit();
  at.retrieve("pi_1", [&](payment_outcome&& came) {
    said += "2 " + words(came) + "; ";
    at.retrieve("pi_2", [&](payment_outcome&& other) { said += "3 " + words(other); });
  });
  CHECK(at.waiting() == 2);
  CHECK(at.answer(1));
  CHECK(at.answer_all() == 2);
  CHECK(said == "2 rejected not_found; 1 refused circuit_open; 3 rejected not_found");
  CHECK_FALSE(at.answer());
}

} // namespace holdfast::fakes
