#include "actors/checkout_core.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <utility>

namespace holdfast::testing {

namespace {

constexpr domain::event_id cancelled_event{77};

/// A checkout on a bench: its mailbox is a queue, its later work a list that the test lets come due, and the event refuses to give back the orders it is told to.
class checkout_bench : public actors::checkout_mailbox, public actors::event_asker {
 public:
  /// The event has sold `orders` orders that a buyer paid, at no charge, and was cancelled.
  explicit checkout_bench(std::uint32_t orders)
      : services_{.shared = base_.services, .gateway = nullptr, .events = *this, .at_gateway = open_, .settings = {}} {
    domain::facts sold;
    for (std::uint32_t i = 1; i <= orders; ++i) {
      const domain::payment_number number{i};
      const auto time = base_.clock.at;
      sold.push_back({time, {}, domain::payment_requested{number, domain::hold_number{i}, {1, i}, "free"}});
      sold.push_back({time, {}, domain::payment_intended{number, 0, {{'E', 'U', 'R'}}, time}});
      sold.push_back({time, {}, domain::payment_booked{number}});
      sold.push_back({time, {}, domain::payment_captured{number, 0}});
    }
    journal::append_group group;
    group.stream = {journal::stream_kind::payment, cancelled_event.value()};
    group.first_seq = 1;
    group.facts = std::make_shared<const domain::facts>(std::move(sold));
    base_.journal.append(std::move(group), nullptr);
    core_.emplace(cancelled_event, services_, std::shared_ptr<actors::checkout_mailbox>{std::shared_ptr<void>{}, this});
    core_->start();
    settle();
  }

  void post(std::function<void(actors::checkout_core&)> job) noexcept override { jobs_.push_back(std::move(job)); }
  void post_after(std::chrono::milliseconds delay, std::function<void(actors::checkout_core&)> job) noexcept override {
    later.emplace_back(delay, std::move(job));
  }
  void ask(domain::event_id, domain::command what, actors::request_meta, actors::reply_port reply) noexcept override {
    const auto hold = std::get<domain::return_order>(what.body).hold.value();
    asked.push_back(hold);
    auto said = std::make_shared<actors::payment_reply>();
    said->refused = refuses.contains(hold) ? domain::event_refusal::wrong_status : domain::event_refusal::none;
    actors::answer told;
    told.payment = std::move(said);
    reply.send(std::move(told));
  }

  /// Runs the journal and the mailbox until both are quiet; what is for later stays there.
  void settle() {
    while (base_.journal.pump() > 0 || !jobs_.empty()) {
      REQUIRE_MESSAGE(asked.size() < 200, "the event is asked again and again without a pause");
      if (!jobs_.empty()) {
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        job(*core_);
      }
    }
  }
  void cancel() {
    core_->return_cancelled();
    settle();
  }
  /// Lets what is for later come due now, but not what is put off meanwhile.
  void pauses_end() {
    for (auto& [delay, job] : std::exchange(later, {})) {
      job(*core_);
    }
    settle();
  }
  [[nodiscard]] auto times_asked(std::uint32_t hold) const { return std::ranges::count(asked, hold); }
  [[nodiscard]] auto settings() const -> const actors::checkout_settings& { return services_.settings; }

  std::set<std::uint32_t> refuses;
  std::vector<std::uint32_t> asked;
  std::vector<std::pair<std::chrono::milliseconds, std::function<void(actors::checkout_core&)>>> later;

 private:
  core_bench base_;
  actors::payment_register open_;
  actors::checkout_services services_;
  std::deque<std::function<void(actors::checkout_core&)>> jobs_;
  std::optional<actors::checkout_core> core_;
};

} // namespace

TEST_CASE("an order that a cancelled event refuses to give back is tried again after a pause that grows") {
  checkout_bench bench{2};
  bench.refuses = {1};
  bench.cancel();
  CHECK(bench.times_asked(1) == 1);
  CHECK(bench.times_asked(2) == 1);
  REQUIRE(bench.later.size() == 1);
  const auto first = bench.settings().retry_first;
  CHECK(bench.later[0].first >= first / 2);
  CHECK(bench.later[0].first <= first);
  for (int i = 0; i < 3; ++i) {
    bench.cancel(); // the event says again that it has orders: that ends no pause
  }
  CHECK(bench.times_asked(1) == 1);

  for (int i = 1; i <= 12; ++i) {
    bench.pauses_end();
    CHECK(bench.times_asked(1) == 1 + i);
    REQUIRE(bench.later.size() == 1);
  }
  CHECK(bench.later[0].first >= bench.settings().retry_max / 2);
  CHECK(bench.later[0].first <= bench.settings().retry_max);

  bench.refuses.clear();
  bench.pauses_end();
  CHECK(bench.times_asked(1) == 14);
  CHECK(bench.times_asked(2) == 1);
  CHECK(bench.later.empty());
}

TEST_CASE("orders whose return pauses keep the place of no other") {
  constexpr std::uint32_t orders = 70; // more than are given back at once
  checkout_bench bench{orders};
  for (std::uint32_t hold = 1; hold <= 40; ++hold) {
    bench.refuses.insert(hold);
  }
  bench.cancel();
  CHECK(bench.asked.size() == orders);
  CHECK(std::set<std::uint32_t>(bench.asked.begin(), bench.asked.end()).size() == orders);
  CHECK(bench.later.size() == 40);
  bench.refuses.clear();
  bench.pauses_end();
  CHECK(bench.asked.size() == orders + 40);
  CHECK(bench.later.empty());
}

} // namespace holdfast::testing
