#include "tests/support/fake_gateway.hpp"
#include "tools/gateway_books.hpp"
#include "tools/reconciliation.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace holdfast;
namespace audit = holdfast::journal::audit;
using testing::fake_gateway;

const std::string event_text = "evt_0000000000001";

/// A gateway in memory that answers from a thread of its own, as a real one does.
struct answering {
  fake_gateway gateway;
  std::atomic<bool> over{false};
  std::thread thread{[this] {
    while (!over.load()) {
      if (gateway.answer_all() == 0) {
        std::this_thread::yield();
      }
    }
  }};

  answering() = default;
  answering(const answering&) = delete;
  auto operator=(const answering&) -> answering& = delete;

  ~answering() {
    over = true;
    thread.join();
  }

  template <class Request>
  void call(void (payments::gateway::*what)(const Request&, payments::on_outcome<payments::payment>),
            const Request& with) {
    std::atomic<bool> done{false};
    (static_cast<payments::gateway&>(gateway).*what)(with, [&done](payments::payment_outcome&&) { done = true; });
    while (!done.load()) {
      std::this_thread::yield();
    }
  }

  /// A payment of 1,000 that is reserved; its id.
  auto reserve(std::uint64_t number) -> std::string {
    const auto name = std::to_string(number);
    call(&payments::gateway::create, {.key = "create-" + name,
                                      .amount = 1'000,
                                      .currency = {{'E', 'U', 'R'}},
                                      .description = event_text,
                                      .about = {{"holdfast_event", event_text}, {"holdfast_payment", name}}});
    std::string id;
    for (const auto& one : gateway.payments()) {
      if (payments::value_of(one.about, "holdfast_payment") == name) {
        id = one.id;
      }
    }
    call(&payments::gateway::authorise, {"authorise-" + name, id, "pm_card_visa"});
    return id;
  }

  void capture(const std::string& id) {
    call(&payments::gateway::capture, {"capture-" + id, id, 1'000, {{'E', 'U', 'R'}}});
  }

  [[nodiscard]] auto read() -> tools::gateway_lines {
    auto lines = tools::read_gateway(gateway, [](std::uint64_t) {});
    REQUIRE(lines.has_value());
    return *std::move(lines);
  }
};

auto about(const std::string& id, audit::remedy cure = audit::remedy::none) -> audit::difference {
  audit::difference one;
  one.kind = audit::difference_kind::money_kept;
  one.event = 1;
  one.payment = 1;
  one.gateway_payment = id;
  one.cure = cure;
  one.amount = 1'000;
  return one;
}

} // namespace

TEST_CASE("the gateway's book is read part by part, with what was given back") {
  answering at;
  std::vector<std::string> ids;
  for (std::uint64_t number = 1; number <= 230; ++number) {
    ids.push_back(at.reserve(number));
  }
  at.capture(ids[7]);
  auto lines = at.read();
  REQUIRE(lines.size() == ids.size());
  CHECK(lines.at(ids[7]).step == audit::gateway_payment::stage::taken);
  CHECK(lines.at(ids[7]).taken == 1'000);
  CHECK(lines.at(ids[8]).step == audit::gateway_payment::stage::reserved);
  CHECK(lines.at(ids[8]).payment == 9);
  CHECK(lines.at(ids[8]).event != 0);
  CHECK(tools::cure(at.gateway, about(ids[7], audit::remedy::refund), lines.at(ids[7])).has_value());
  lines = at.read();
  CHECK(lines.at(ids[7]).returned == 1'000);
  CHECK(lines.at(ids[7]).refunds == 1'000);
  CHECK(lines.at(ids[7]).refunds_made == 1);
}

TEST_CASE("what the gateway changes while the journal is read is no difference, and neither is the sum it is in") {
  answering at;
  const auto moves = at.reserve(1);
  const auto rests = at.reserve(2);
  auto lines = at.read();
  at.capture(moves);
  const auto made_meanwhile = at.reserve(3);
  audit::difference sum;
  sum.kind = audit::difference_kind::sums_differ;
  sum.event = 1;
  const auto settled = tools::look_again(at.gateway, {sum, about(moves), about(rests), about(made_meanwhile)}, lines);
  REQUIRE(settled.has_value());
  CHECK(settled->moving == 2);
  REQUIRE(settled->found.size() == 1);
  CHECK(settled->found.front().gateway_payment == rests);
  CHECK(lines.at(moves).taken == 1'000);
  CHECK(lines.contains(made_meanwhile));
}

TEST_CASE("a payment that the gateway does not have stays a difference") {
  answering at;
  const auto here = at.reserve(1);
  auto lines = at.read();
  auto missing = about("pi_nowhere");
  missing.kind = audit::difference_kind::missing_at_gateway;
  const auto settled = tools::look_again(at.gateway, {missing}, lines);
  REQUIRE(settled.has_value());
  CHECK(settled->found.size() == 1);
  CHECK(settled->moving == 0);
}

TEST_CASE("a cure whose answer is lost is asked for again and happens once") {
  answering at;
  const auto id = at.reserve(1);
  at.capture(id);
  const auto lines = at.read();
  at.gateway.next(fake_gateway::call::refund_payment, fake_gateway::trouble::lose_answer);
  CHECK(tools::cure(at.gateway, about(id, audit::remedy::refund), lines.at(id)).has_value());
  CHECK(tools::cure(at.gateway, about(id, audit::remedy::refund), lines.at(id)).has_value());
  CHECK(at.gateway.refunds().size() == 1);
  const auto other = at.reserve(2);
  at.gateway.next(fake_gateway::call::cancel, fake_gateway::trouble::lose_request);
  CHECK(tools::cure(at.gateway, about(other, audit::remedy::cancel), at.read().at(other)).has_value());
  CHECK(at.read().at(other).step == audit::gateway_payment::stage::ended);
}

TEST_CASE("a refund that the gateway has only taken is not done yet") {
  answering at;
  const auto id = at.reserve(1);
  at.capture(id);
  const auto other = at.reserve(2);
  at.capture(other);
  const auto lines = at.read();
  CHECK(tools::cure(at.gateway, about(id, audit::remedy::refund), lines.at(id)) == tools::cured::done);
  at.gateway.leave_refunds_pending();
  CHECK(tools::cure(at.gateway, about(other, audit::remedy::refund), lines.at(other)) == tools::cured::under_way);
  CHECK(at.read().at(other).refunds == 1'000);
}

TEST_CASE("what the gateway will not do is said") {
  answering at;
  const auto id = at.reserve(1);
  const auto lines = at.read();
  const auto refused = tools::cure(at.gateway, about(id, audit::remedy::refund), lines.at(id));
  REQUIRE_FALSE(refused.has_value());
  CHECK_FALSE(refused.error().empty());
  CHECK_FALSE(tools::cure(at.gateway, about(id, audit::remedy::none), lines.at(id)).has_value());
}
