#include "tests/support/fake_gateway.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace holdfast::testing {

namespace {

using namespace payments;

void spoil(payment& shown, fake_gateway::trouble how) {
  if (how == fake_gateway::trouble::wrong_amount) {
    ++shown.amount;
    shown.amount_capturable += shown.amount_capturable > 0 ? 1 : 0;
    shown.amount_received += shown.amount_received > 0 ? 1 : 0;
  } else if (how == fake_gateway::trouble::wrong_currency) {
    shown.currency = shown.currency.text() == "XAF" ? domain::currency_code{{'E', 'U', 'R'}}
                                                    : domain::currency_code{{'X', 'A', 'F'}};
  }
}

void spoil(refund& shown, fake_gateway::trouble how) {
  if (how == fake_gateway::trouble::wrong_amount) {
    ++shown.amount;
  } else if (how == fake_gateway::trouble::wrong_currency) {
    shown.currency = {{'X', 'A', 'F'}};
  }
}

template <class Item>
auto part_of(std::vector<Item> newest_first, const list_request& which) -> page<Item> {
  page<Item> part;
  auto at = newest_first.begin();
  if (!which.after.empty()) {
    at = std::ranges::find(newest_first, which.after, &Item::id);
    at = at == newest_first.end() ? at : at + 1;
  }
  while (at != newest_first.end() && part.items.size() < which.items_max) {
    part.items.push_back(std::move(*at++));
  }
  part.has_more = at != newest_first.end();
  return part;
}

auto is_listed(std::int64_t created_s, const list_request& which) -> bool {
  return created_s >= which.created_from_s.value_or(created_s) &&
         created_s < which.created_to_s.value_or(created_s + 1);
}

} // namespace

template <class Value>
auto fake_gateway::memory() -> std::map<std::string, remembered<Value>>& {
  if constexpr (std::is_same_v<Value, payment>) {
    return payment_keys_;
  } else {
    return refund_keys_;
  }
}

template <class Value>
void fake_gateway::reply(on_outcome<Value> done, outcome<Value> with) {
  if (std::holds_alternative<declined>(with)) {
    ++counts_.declined;
  } else if (std::holds_alternative<refused>(with)) {
    ++counts_.refused;
  } else if (std::holds_alternative<rejected>(with)) {
    ++counts_.rejected;
  } else if (std::holds_alternative<unknown>(with)) {
    ++counts_.unknown;
  }
  answers_.push_back([done = std::move(done), with = std::move(with)]() mutable { done(std::move(with)); });
}

template <class Value>
auto fake_gateway::once(const std::string& key, const std::string& arguments,
                        const std::function<outcome<Value>()>& effect) -> outcome<Value> {
  const bool used_by_payments = payment_keys_.contains(key) && !std::is_same_v<Value, payment>;
  const bool used_by_refunds = refund_keys_.contains(key) && !std::is_same_v<Value, refund>;
  const auto found = memory<Value>().find(key);
  if (used_by_payments || used_by_refunds || (found != memory<Value>().end() && found->second.arguments != arguments)) {
    return rejected{rejected::why::key_reused, "idempotency_error", "the key came before, with other arguments",
                    std::nullopt};
  }
  if (found != memory<Value>().end()) {
    return found->second.answer;
  }
  auto answer = effect();
  memory<Value>().emplace(key, remembered<Value>{arguments, answer});
  return answer;
}

template <class Value>
void fake_gateway::write(call kind, const asked& what, const std::string& arguments,
                         std::function<outcome<Value>()> effect, on_outcome<Value> done) {
  const std::scoped_lock lock{mutex_};
  calls_.push_back(what);
  ++counts_.calls;
  if (circuit_) {
    return reply<Value>(std::move(done), refused{refused::why::circuit_open, *circuit_, "the circuit is open"});
  }
  ++counts_.requests;
  const auto how = take_trouble(kind);
  const auto lost = unknown{unknown::why::timed_out, {}, false, "no answer came"};
  if (!how) {
    return reply<Value>(std::move(done), once<Value>(what.key, arguments, effect));
  }
  switch (*how) {
  case trouble::refuse:
    return reply<Value>(std::move(done), refused{refused::why::circuit_open, std::chrono::seconds{1}, "refused"});
  case trouble::reject:
    return reply<Value>(std::move(done),
                        rejected{rejected::why::bad_request, "parameter_invalid", "rejected", std::nullopt});
  case trouble::lose_request: return reply<Value>(std::move(done), lost);
  case trouble::lose_answer:
    static_cast<void>(once<Value>(what.key, arguments, effect));
    return reply<Value>(std::move(done), lost);
  case trouble::keep_failure: {
    static_cast<void>(once<Value>(what.key, arguments, effect));
    const unknown kept{unknown::why::server_error, {}, true, "500"};
    memory<Value>().insert_or_assign(what.key, remembered<Value>{arguments, kept});
    return reply<Value>(std::move(done), kept);
  }
  case trouble::be_late:
    late_.emplace_back(
        [this, key = what.key, arguments, effect] { static_cast<void>(once<Value>(key, arguments, effect)); });
    return reply<Value>(std::move(done), lost);
  case trouble::wrong_amount:
  case trouble::wrong_currency: {
    auto answer = once<Value>(what.key, arguments, effect);
    if (auto* shown = std::get_if<Value>(&answer)) {
      spoil(*shown, *how);
    }
    return reply<Value>(std::move(done), std::move(answer));
  }
  }
}

template <class Value>
void fake_gateway::read(call kind, const asked& what, std::function<outcome<Value>()> look, on_outcome<Value> done) {
  const std::scoped_lock lock{mutex_};
  calls_.push_back(what);
  ++counts_.calls;
  if (circuit_) {
    return reply<Value>(std::move(done), refused{refused::why::circuit_open, *circuit_, "the circuit is open"});
  }
  ++counts_.requests;
  const auto how = take_trouble(kind);
  if (how == trouble::refuse) {
    return reply<Value>(std::move(done), refused{refused::why::circuit_open, std::chrono::seconds{1}, "refused"});
  }
  if (how) {
    return reply<Value>(std::move(done), unknown{unknown::why::timed_out, {}, false, "no answer came"});
  }
  reply<Value>(std::move(done), look());
}

auto fake_gateway::take_trouble(call kind) -> std::optional<trouble> {
  auto& queue = troubles_[kind];
  if (queue.empty()) {
    const auto standing = standing_.find(kind);
    return standing == standing_.end() ? std::nullopt : std::optional{standing->second};
  }
  const auto how = queue.front();
  queue.pop_front();
  return how;
}

void fake_gateway::create(const create_request& what, on_outcome<payment> done) {
  auto arguments =
      "create " + std::to_string(what.amount) + " " + std::string{what.currency.text()} + " " + what.description;
  for (const auto& [name, value] : what.about) {
    arguments += " " + name + "=" + value;
  }
  write<payment>(
      call::create, {call::create, what.key, {}, what.amount}, arguments, [this, what] { return do_create(what); },
      std::move(done));
}

void fake_gateway::authorise(const authorise_request& what, on_outcome<payment> done) {
  write<payment>(
      call::authorise, {call::authorise, what.key, what.payment_id, 0},
      "authorise " + what.payment_id + " " + what.method, [this, what] { return do_authorise(what); }, std::move(done));
}

void fake_gateway::capture(const capture_request& what, on_outcome<payment> done) {
  write<payment>(
      call::capture, {call::capture, what.key, what.payment_id, what.amount},
      "capture " + what.payment_id + " " + std::to_string(what.amount), [this, what] { return do_capture(what); },
      std::move(done));
}

void fake_gateway::cancel(const cancel_request& what, on_outcome<payment> done) {
  write<payment>(
      call::cancel, {call::cancel, what.key, what.payment_id, 0}, "cancel " + what.payment_id,
      [this, what] { return do_cancel(what); }, std::move(done));
}

void fake_gateway::refund_payment(const refund_request& what, on_outcome<refund> done) {
  write<refund>(
      call::refund_payment, {call::refund_payment, what.key, what.payment_id, what.amount},
      "refund " + what.payment_id + " " + std::to_string(what.amount), [this, what] { return do_refund(what); },
      std::move(done));
}

void fake_gateway::retrieve(const std::string& payment_id, on_outcome<payment> done) {
  read<payment>(
      call::retrieve, {call::retrieve, {}, payment_id, 0}, [this, payment_id] { return do_retrieve(payment_id); },
      std::move(done));
}

void fake_gateway::retrieve_refund(const std::string& refund_id, on_outcome<refund> done) {
  read<refund>(
      call::retrieve_refund, {call::retrieve_refund, {}, refund_id, 0},
      [this, refund_id] { return do_retrieve_refund(refund_id); }, std::move(done));
}

void fake_gateway::list_payments(const list_request& which, on_outcome<page<payment>> done) {
  read<page<payment>>(
      call::list_payments, {call::list_payments, {}, {}, 0},
      [this, which]() -> payments_outcome {
        std::vector<payment> all;
        for (auto at = payments_.rbegin(); at != payments_.rend(); ++at) {
          if (is_listed(at->second.created_s, which)) {
            all.push_back(at->second);
          }
        }
        return part_of(std::move(all), which);
      },
      std::move(done));
}

void fake_gateway::list_refunds(const list_request& which, on_outcome<page<refund>> done) {
  read<page<refund>>(
      call::list_refunds, {call::list_refunds, {}, which.payment_id, 0},
      [this, which]() -> refunds_outcome {
        std::vector<refund> all;
        for (auto at = refunds_.rbegin(); at != refunds_.rend(); ++at) {
          const bool is_asked_for = which.payment_id.empty() || at->second.payment_id == which.payment_id;
          if (is_asked_for && is_listed(at->second.created_s, which)) {
            all.push_back(at->second);
          }
        }
        return part_of(std::move(all), which);
      },
      std::move(done));
}

auto fake_gateway::status() const -> gateway_status {
  const std::scoped_lock lock{mutex_};
  auto now = counts_;
  now.circuit = circuit_ ? circuit_state::open : circuit_state::closed;
  now.retry_after = circuit_.value_or(std::chrono::milliseconds{0});
  now.in_flight = answers_.size();
  return now;
}

void fake_gateway::next(call kind, trouble how) {
  const std::scoped_lock lock{mutex_};
  troubles_[kind].push_back(how);
}

void fake_gateway::always(call kind, trouble how) {
  const std::scoped_lock lock{mutex_};
  standing_[kind] = how;
}

void fake_gateway::works_again(call kind) {
  const std::scoped_lock lock{mutex_};
  standing_.erase(kind);
}

void fake_gateway::open_circuit(std::chrono::milliseconds retry_after) {
  const std::scoped_lock lock{mutex_};
  circuit_ = retry_after;
  ++counts_.circuit_opened;
}

void fake_gateway::leave_refunds_pending() {
  const std::lock_guard lock{mutex_};
  refunds_pend_ = true;
}

void fake_gateway::close_circuit() {
  const std::scoped_lock lock{mutex_};
  circuit_.reset();
}

void fake_gateway::arrive_late() {
  const std::scoped_lock lock{mutex_};
  for (const auto& each : std::exchange(late_, {})) {
    each();
  }
}

auto fake_gateway::waiting() const -> std::size_t {
  const std::scoped_lock lock{mutex_};
  return answers_.size();
}

auto fake_gateway::answer(std::size_t at) -> bool {
  std::function<void()> give;
  {
    const std::scoped_lock lock{mutex_};
    if (at >= answers_.size()) {
      return false;
    }
    const auto found = answers_.begin() + static_cast<std::ptrdiff_t>(at);
    give = std::move(*found);
    answers_.erase(found);
  }
  give(); // outside the lock: it may call the gateway
  return true;
}

auto fake_gateway::answer_all() -> std::size_t {
  std::size_t given = 0;
  while (answer()) {
    ++given;
  }
  return given;
}

auto fake_gateway::calls() const -> std::vector<asked> {
  const std::scoped_lock lock{mutex_};
  return calls_;
}

auto fake_gateway::payments() const -> std::vector<payment> {
  const std::scoped_lock lock{mutex_};
  std::vector<payment> all;
  for (const auto& [id, each] : payments_) {
    all.push_back(each);
  }
  return all;
}

auto fake_gateway::refunds() const -> std::vector<refund> {
  const std::scoped_lock lock{mutex_};
  std::vector<refund> all;
  for (const auto& [id, each] : refunds_) {
    all.push_back(each);
  }
  return all;
}

} // namespace holdfast::testing
