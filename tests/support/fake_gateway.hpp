#pragma once

#include "payments/gateway.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::testing {

/// A gateway in memory, for tests and simulations: it keeps payments as the real one does, answers when it is told to, and fails as it is told to.
///
/// A call takes effect when it is made, and its answer waits until a test lets it go; the same sequence of calls gives the same ids and
/// answers in every run. Methods are those of Stripe's test mode: "pm_card_visa" and "pm_card_mastercard" are good, "pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"
/// and "pm_card_authenticationRequired" are declined. Thread-safe; answers are given on the thread that asks for them.
class fake_gateway final : public payments::gateway {
 public:
  enum class call : std::uint8_t {
    create,
    authorise,
    capture,
    cancel,
    refund_payment,
    retrieve,
    retrieve_refund,
    list_payments,
    list_refunds
  };

  enum class trouble : std::uint8_t {
    refuse,        ///< `refused` by an open circuit; nothing takes effect
    lose_request,  ///< `unknown`; nothing takes effect
    lose_answer,   ///< `unknown`; it took effect, and its repetition says so
    keep_failure,  ///< `unknown`; it took effect, and every repetition is `unknown` and `kept`
    be_late,       ///< `unknown`; it takes effect at `arrive_late`, or with its repetition
    reject,        ///< `rejected` by a bad request; nothing takes effect
    wrong_amount,  ///< it takes effect, and the answer shows one minor unit more
    wrong_currency ///< it takes effect, and the answer shows another currency
  };

  /// What was asked for, in order.
  struct asked {
    call kind = call::create;
    std::string key;        ///< empty for reads
    std::string payment_id; ///< or the refund's
    domain::minor_units amount = 0;
  };

  void create(const payments::create_request& what, payments::on_outcome<payments::payment> done) override;
  void authorise(const payments::authorise_request& what, payments::on_outcome<payments::payment> done) override;
  void capture(const payments::capture_request& what, payments::on_outcome<payments::payment> done) override;
  void cancel(const payments::cancel_request& what, payments::on_outcome<payments::payment> done) override;
  void refund_payment(const payments::refund_request& what, payments::on_outcome<payments::refund> done) override;
  void retrieve(const std::string& payment_id, payments::on_outcome<payments::payment> done) override;
  void retrieve_refund(const std::string& refund_id, payments::on_outcome<payments::refund> done) override;
  void list_payments(const payments::list_request& which,
                     payments::on_outcome<payments::page<payments::payment>> done) override;
  void list_refunds(const payments::list_request& which,
                    payments::on_outcome<payments::page<payments::refund>> done) override;
  [[nodiscard]] auto status() const -> payments::gateway_status override;

  /// The next call of this kind that no earlier `next` is for fails so.
  void next(call kind, trouble how);
  /// Every call of this kind fails so that no `next` is for, until `works_again`.
  void always(call kind, trouble how);
  void works_again(call kind);
  /// Every call is `refused`, to be tried after `retry_after`, until `close_circuit`.
  void open_circuit(std::chrono::milliseconds retry_after);
  void close_circuit();
  /// Refunds that are asked for from now on are taken, and not done yet.
  void leave_refunds_pending();
  /// What `be_late` has kept back takes effect.
  void arrive_late();

  /// Answers that wait.
  [[nodiscard]] auto waiting() const -> std::size_t;
  /// Gives the `at`-th waiting answer, from 0; false when there is none.
  auto answer(std::size_t at = 0) -> bool;
  /// Gives answers, also those of calls that answers lead to, until none waits; how many.
  auto answer_all() -> std::size_t;

  [[nodiscard]] auto calls() const -> std::vector<asked>;
  [[nodiscard]] auto payments() const -> std::vector<payments::payment>; ///< by id
  [[nodiscard]] auto refunds() const -> std::vector<payments::refund>;

 private:
  template <class Value>
  struct remembered {
    std::string arguments;
    payments::outcome<Value> answer;
  };

  template <class Value>
  void write(call kind, const asked& what, const std::string& arguments,
             std::function<payments::outcome<Value>()> effect, payments::on_outcome<Value> done);
  template <class Value>
  [[nodiscard]] auto once(const std::string& key, const std::string& arguments,
                          const std::function<payments::outcome<Value>()>& effect) -> payments::outcome<Value>;
  template <class Value>
  void read(call kind, const asked& what, std::function<payments::outcome<Value>()> look,
            payments::on_outcome<Value> done);
  template <class Value>
  void reply(payments::on_outcome<Value> done, payments::outcome<Value> with);
  template <class Value>
  [[nodiscard]] auto memory() -> std::map<std::string, remembered<Value>>&;
  [[nodiscard]] auto take_trouble(call kind) -> std::optional<trouble>;
  [[nodiscard]] auto next_id(const std::string& prefix) -> std::string;
  [[nodiscard]] auto find(const std::string& payment_id) -> payments::payment*;
  [[nodiscard]] auto do_create(const payments::create_request& what) -> payments::payment_outcome;
  [[nodiscard]] auto do_retrieve(const std::string& payment_id) -> payments::payment_outcome;
  [[nodiscard]] auto do_retrieve_refund(const std::string& refund_id) -> payments::refund_outcome;
  [[nodiscard]] auto do_authorise(const payments::authorise_request& what) -> payments::payment_outcome;
  [[nodiscard]] auto do_capture(const payments::capture_request& what) -> payments::payment_outcome;
  [[nodiscard]] auto do_cancel(const payments::cancel_request& what) -> payments::payment_outcome;
  [[nodiscard]] auto do_refund(const payments::refund_request& what) -> payments::refund_outcome;

  mutable std::mutex mutex_;
  std::map<std::string, payments::payment> payments_;
  std::map<std::string, payments::refund> refunds_;
  bool refunds_pend_ = false;
  std::map<std::string, remembered<payments::payment>> payment_keys_;
  std::map<std::string, remembered<payments::refund>> refund_keys_;
  std::map<call, std::deque<trouble>> troubles_;
  std::map<call, trouble> standing_;
  std::vector<std::function<void()>> late_;
  std::deque<std::function<void()>> answers_;
  std::vector<asked> calls_;
  std::optional<std::chrono::milliseconds> circuit_;
  payments::gateway_status counts_;
  std::uint64_t made_ = 0;
};

} // namespace holdfast::testing
