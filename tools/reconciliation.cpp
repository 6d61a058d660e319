#include "tools/reconciliation.hpp"

#include "domain/public_id.hpp"
#include "tools/gateway_books.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <variant>

namespace holdfast::tools {
namespace {

namespace audit = journal::audit;
using payments::outcome;

/// A gateway that is busy, or that does not say what became of a call, is asked the same again, under the same key.
constexpr unsigned tries_max = 5;
constexpr std::chrono::milliseconds pause_first{200};

template <class Value>
auto why_not(const outcome<Value>& said) -> std::string {
  if (const auto* no = std::get_if<payments::declined>(&said)) {
    return "declined: " + no->message;
  }
  if (const auto* no = std::get_if<payments::rejected>(&said)) {
    return std::string{payments::name_of(no->reason)} + ": " + no->message;
  }
  if (const auto* no = std::get_if<payments::refused>(&said)) {
    return std::string{payments::name_of(no->reason)} + ": " + no->message;
  }
  const auto* no = std::get_if<payments::unknown>(&said);
  return no == nullptr ? std::string{} : std::string{payments::name_of(no->reason)} + ": " + no->message;
}

/// Waits for a call's outcome, and makes it again while that says nothing.
template <class Value, class Call>
auto answered(const Call& call) -> outcome<Value> {
  for (unsigned tries = 1;; ++tries) {
    std::promise<outcome<Value>> promise;
    auto future = promise.get_future();
    call([&promise](outcome<Value>&& came) { promise.set_value(std::move(came)); });
    auto came = future.get();
    const auto* refused = std::get_if<payments::refused>(&came);
    const auto* unknown = std::get_if<payments::unknown>(&came);
    if ((refused == nullptr && unknown == nullptr) || tries == tries_max) {
      return came;
    }
    const auto asked_for = refused != nullptr ? refused->retry_after : unknown->retry_after;
    std::this_thread::sleep_for(std::max(asked_for, pause_first * (1U << tries)));
  }
}

/// All parts of a list, the newest first.
template <class Item, class Call>
auto all_of(const Call& call, const std::function<void(std::uint64_t)>& progress)
    -> tl::expected<std::vector<Item>, std::string> {
  std::vector<Item> all;
  payments::list_request which;
  for (;;) {
    const auto said = answered<payments::page<Item>>([&](auto done) { call(which, std::move(done)); });
    const auto* page = std::get_if<payments::page<Item>>(&said);
    if (page == nullptr) {
      return tl::unexpected{"the gateway does not list what it has: " + why_not(said)};
    }
    all.insert(all.end(), page->items.begin(), page->items.end());
    progress(all.size());
    if (!page->has_more || page->items.empty()) {
      return all;
    }
    which.after = page->items.back().id;
  }
}

auto lines_of(const std::vector<payments::payment>& payments, const std::vector<payments::refund>& refunds)
    -> gateway_lines {
  gateway_lines lines;
  for (auto& line : gateway_book(payments, refunds)) {
    auto id = line.id;
    lines.insert_or_assign(std::move(id), std::move(line));
  }
  return lines;
}

/// One payment as it is now; nothing when the gateway has none of that name.
auto read_one(payments::gateway& from, const std::string& id)
    -> tl::expected<std::optional<audit::gateway_payment>, std::string> {
  const auto said = answered<payments::payment>([&](auto done) { from.retrieve(id, std::move(done)); });
  if (const auto* no = std::get_if<payments::rejected>(&said);
      no != nullptr && no->reason == payments::rejected::why::not_found) {
    return std::nullopt;
  }
  const auto* found = std::get_if<payments::payment>(&said);
  if (found == nullptr) {
    return tl::unexpected{"the gateway does not say how " + id + " is: " + why_not(said)};
  }
  const auto refunds = all_of<payments::refund>(
      [&](payments::list_request which, auto done) {
        which.payment_id = id;
        from.list_refunds(which, std::move(done));
      },
      [](std::uint64_t) {});
  if (!refunds) {
    return tl::unexpected{refunds.error()};
  }
  return gateway_book({*found}, *refunds).front();
}

/// The gateway's payment that a difference is about, as the first look had it.
auto line_of(const gateway_lines& lines, const std::string& id) -> std::optional<audit::gateway_payment> {
  const auto found = lines.find(id);
  return found == lines.end() ? std::nullopt : std::optional{found->second};
}

auto currency_of(const audit::gateway_payment& of) -> domain::currency_code {
  domain::currency_code code;
  if (of.currency.size() == 3) {
    std::copy(of.currency.begin(), of.currency.end(), code.letters.begin());
  }
  return code;
}

template <class Value, class Call>
auto done_by(const Call& call) -> tl::expected<Value, std::string> {
  const auto said = answered<Value>(call);
  const auto* value = std::get_if<Value>(&said);
  return value == nullptr ? tl::expected<Value, std::string>{tl::unexpected{why_not(said)}} : *value;
}

/// A refund that is asked for is not done yet.
auto how_far(payments::refund_status status) -> tl::expected<cured, std::string> {
  switch (status) {
  case payments::refund_status::succeeded: return cured::done;
  case payments::refund_status::failed:
  case payments::refund_status::canceled: return tl::unexpected{std::string{"the gateway could not give it back"}};
  default: return cured::under_way;
  }
}

} // namespace

auto read_gateway(payments::gateway& from, const std::function<void(std::uint64_t)>& progress)
    -> tl::expected<gateway_lines, std::string> {
  // Refunds after payments: one that is made meanwhile belongs to a payment that is there.
  auto payments = all_of<payments::payment>(
      [&](const payments::list_request& which, auto done) { from.list_payments(which, std::move(done)); }, progress);
  if (!payments) {
    return tl::unexpected{std::move(payments.error())};
  }
  const auto refunds = all_of<payments::refund>(
      [&](const payments::list_request& which, auto done) { from.list_refunds(which, std::move(done)); },
      [&](std::uint64_t count) { progress(payments->size() + count); });
  if (!refunds) {
    return tl::unexpected{refunds.error()};
  }
  return lines_of(*payments, *refunds);
}

auto look_again(payments::gateway& at, const std::vector<audit::difference>& differences, gateway_lines& lines)
    -> tl::expected<settled_differences, std::string> {
  std::set<std::string> ids;
  for (const auto& one : differences) {
    ids.insert(one.gateway_payment);
  }
  ids.erase(std::string{});
  std::set<std::string> moved;
  for (const auto& id : ids) {
    auto now = read_one(at, id);
    if (!now) {
      return tl::unexpected{std::move(now.error())};
    }
    if (*now == line_of(lines, id)) {
      continue;
    }
    moved.insert(id);
    if (*now) {
      lines.insert_or_assign(id, **now);
    } else {
      lines.erase(id);
    }
  }
  settled_differences settled;
  settled.moving = moved.size();
  std::set<std::uint64_t> events;
  for (const auto& one : differences) {
    if (moved.contains(one.gateway_payment)) {
      events.insert(one.event);
    }
  }
  for (const auto& one : differences) {
    // A sum is off by whatever moved.
    const bool is_sum = one.gateway_payment.empty() && events.contains(one.event);
    if (!is_sum && !moved.contains(one.gateway_payment)) {
      settled.found.push_back(one);
    }
  }
  return settled;
}

auto cure(payments::gateway& at, const audit::difference& one, const audit::gateway_payment& now)
    -> tl::expected<cured, std::string> {
  const auto key = "holdfast-reconcile-" + now.id + "-" + std::string{audit::name_of(one.cure)} + "-" +
                   std::to_string(now.taken) + "-" + std::to_string(now.returned) + "-" +
                   std::to_string(now.refunds_made);
  switch (one.cure) {
  case audit::remedy::none: return tl::unexpected{std::string{"somebody has to decide"}};
  case audit::remedy::cancel: {
    const auto done = done_by<payments::payment>([&](auto heard) { at.cancel({key, now.id}, std::move(heard)); });
    return done ? tl::expected<cured, std::string>{cured::done} : tl::unexpected{done.error()};
  }
  case audit::remedy::capture: {
    const auto done = done_by<payments::payment>([&](auto heard) {
      at.capture({key, now.id, one.amount, currency_of(now)}, std::move(heard));
    });
    return done ? tl::expected<cured, std::string>{cured::done} : tl::unexpected{done.error()};
  }
  case audit::remedy::refund: {
    std::string event;
    domain::public_ids::append(event, domain::event_id{one.event});
    const auto done = done_by<payments::refund>([&](auto heard) {
      at.refund_payment({key,
                         now.id,
                         one.amount,
                         currency_of(now),
                         {{"holdfast_event", event},
                          {"holdfast_payment", std::to_string(one.payment)},
                          {"holdfast_reason", "reconcile"}}},
                        std::move(heard));
    });
    return done ? how_far(done->status) : tl::unexpected{done.error()};
  }
  }
  return tl::unexpected{std::string{"somebody has to decide"}};
}

} // namespace holdfast::tools
