#include "actors/checkout_core.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::testing {

namespace {

constexpr domain::event_id scored_event{78};
constexpr domain::payment_number only{1};

/// A checkout whose one payment waits for a verdict: its mailbox is a queue, and the test is the hook.
class scoring_bench : public actors::checkout_mailbox, public actors::event_asker, public payments::scorer {
 public:
  scoring_bench()
      : services_{.shared = base_.services,
                  .gateway = nullptr,
                  .events = *this,
                  .at_gateway = open_,
                  .settings = {},
                  .scorer = this} {
    const auto time = base_.clock.at;
    domain::facts begun;
    begun.push_back({time, {}, domain::payment_requested{only, domain::hold_number{1}, {1, 1}, "pm_card"}});
    begun.push_back(
        {time,
         {},
         domain::payment_intended{only, 4'500, {{'E', 'U', 'R'}}, time, {}, {domain::risk_verdict::review, 1, 1}}});
    journal::append_group group;
    group.stream = stream();
    group.first_seq = 1;
    group.facts = std::make_shared<const domain::facts>(std::move(begun));
    base_.journal.append(std::move(group), nullptr);
  }

  void post(std::function<void(actors::checkout_core&)> job) noexcept override { jobs_.push_back(std::move(job)); }
  void post_after(std::chrono::milliseconds, std::function<void(actors::checkout_core&)>) noexcept override {}
  void ask(domain::event_id, domain::command, actors::request_meta, actors::reply_port) noexcept override {}
  void score(const std::string& id, std::string question, payments::on_score done) override {
    asked.push_back(id + ": " + question);
    waiting.push_back(std::move(done));
  }

  /// Begins a checkout over the same journal, as a start does.
  void open() {
    core.emplace(scored_event, services_, std::shared_ptr<actors::checkout_mailbox>{std::shared_ptr<void>{}, this});
    core->start();
  }
  void settle() {
    while (base_.journal.pump() > 0 || !jobs_.empty()) {
      if (!jobs_.empty()) {
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        job(*core);
      }
    }
  }
  /// The answer to the oldest question.
  void say(payments::scoring_outcome what) {
    auto done = std::move(waiting.front());
    waiting.pop_front();
    done(std::move(what));
    settle();
  }
  [[nodiscard]] auto recorded() -> std::uint64_t { return base_.journal.head(stream())->seq; }

  std::vector<std::string> asked;
  std::deque<payments::on_score> waiting;
  std::optional<actors::checkout_core> core;

 private:
  static auto stream() -> journal::stream_id { return {journal::stream_kind::payment, scored_event.value()}; }

  core_bench base_;
  actors::payment_register open_;
  actors::checkout_services services_;
  std::deque<std::function<void(actors::checkout_core&)>> jobs_;
};

} // namespace

TEST_CASE("a server that ends while a verdict is on its way writes none down, and the next one asks the same again") {
  scoring_bench bench;
  bench.open();
  bench.settle();
  REQUIRE(bench.asked.size() == 1);
  bench.core->stop();
  bench.say({domain::risk_verdict::none, "stopping"});
  CHECK(bench.recorded() == 2);
  bench.open();
  bench.settle();
  REQUIRE(bench.asked.size() == 2);
  CHECK(bench.asked[0] == bench.asked[1]);
  bench.say({domain::risk_verdict::allow, ""});
  CHECK(bench.recorded() == 3);
  bench.open();
  bench.settle();
  CHECK(bench.asked.size() == 2);
}

TEST_CASE("a denial is one append with the payment's turn") {
  scoring_bench bench;
  bench.open();
  bench.settle();
  bench.say({domain::risk_verdict::deny, "five cards"});
  CHECK(bench.recorded() == 4);
  CHECK(bench.waiting.empty());
}

TEST_CASE("reviews that are asked for while the checkout loads are told when it has, and by one that ends not at all") {
  scoring_bench bench;
  bench.open();
  std::optional<actors::review_page> page;
  int told = 0;
  const auto keep = [&](std::optional<actors::review_page>&& what) {
    page = std::move(what);
    ++told;
  };
  bench.core->list_reviews({}, 10, keep);
  CHECK(told == 0);
  bench.settle();
  CHECK(told == 1);
  REQUIRE(page.has_value());
  CHECK(page->payments.empty());
  bench.open();
  bench.core->list_reviews({}, 10, keep);
  bench.core->stop();
  CHECK(told == 2);
  CHECK_FALSE(page.has_value());
}

} // namespace holdfast::testing
