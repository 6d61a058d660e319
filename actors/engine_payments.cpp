#include "actors/engine_parts.hpp"
#include "payments/webhook_signature.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

/// What the engine does about payments by card, as HTTP asks for it.
namespace holdfast::actors {

namespace {

auto text_of(domain::payment_status status) noexcept -> std::string_view {
  switch (status) {
  case domain::payment_status::requested: return "requested";
  case domain::payment_status::intended: return "intended";
  case domain::payment_status::prepared: return "prepared";
  case domain::payment_status::authorised: return "authorised";
  case domain::payment_status::booked: return "booked";
  case domain::payment_status::captured: return "captured";
  case domain::payment_status::turned: return "turned";
  case domain::payment_status::failed: return "failed";
  }
  return "unknown";
}

} // namespace

void engine::pay(domain::event_id event, domain::checkout_command what, request_meta meta, reply_port reply) noexcept {
  if (parts_->refuses_as_absent(meta, reply)) {
    return;
  }
  parts_->checkouts->submit(event, {.what = std::move(what), .meta = std::move(meta), .reply = std::move(reply)});
}

void engine::open_payments(std::function<void(std::vector<payment_line>)> done) noexcept {
  parts_->checkouts->list_open([done = std::move(done)](std::vector<std::pair<domain::event_id, open_payment>> all) {
    std::vector<payment_line> lines;
    lines.reserve(all.size());
    for (auto& [event, open] : all) {
      lines.push_back({.event = event,
                       .hold = open.what.hold,
                       .payment = open.what.number.value(),
                       .status = text_of(open.what.status),
                       .amount = open.what.amount,
                       .currency = open.what.currency,
                       .gateway_payment = std::move(open.what.gateway_payment),
                       .requested_at = open.what.requested_at,
                       .tries = open.tries,
                       .trouble = std::move(open.last_trouble)});
    }
    std::ranges::sort(lines, {}, [](const payment_line& line) {
      return std::tuple{line.requested_at, line.event, line.payment};
    });
    done(std::move(lines));
  });
}

void engine::reviews(domain::event_id event, std::uint32_t after, std::size_t limit,
                     std::function<void(std::optional<review_lines>)> done) noexcept {
  if (!parts_->options.shows_only.empty()) {
    done(std::nullopt);
    return;
  }
  parts_->checkouts->list_reviews(
      event, domain::payment_number{after}, limit, [done = std::move(done)](std::optional<review_page>&& page) {
        if (!page) {
          done(std::nullopt);
          return;
        }
        review_lines all;
        all.more = page->more;
        for (auto& of : page->payments) {
          all.lines.push_back({.hold = of.hold,
                               .payment = of.number.value(),
                               .buyer = of.buyer,
                               .amount = of.worth(),
                               .currency = of.currency,
                               .places = of.risk.places,
                               .reason = std::move(of.verdict_reason),
                               .without_verdict = of.verdict_by == domain::payment_scored::source::policy,
                               .scored_at = of.scored_at});
        }
        done(std::move(all));
      });
}

auto engine::notify_payment(std::string_view signature, std::string_view body) -> notification {
  auto& my = *parts_;
  if (my.options.notification_secrets.empty()) {
    return notification::not_configured;
  }
  // The gateway's clock is the machine's, not that of facts.
  const auto now_s =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto refused = [&my](notification why) {
    my.metrics.payment_notifications_refused.fetch_add(1, std::memory_order_relaxed);
    return why;
  };
  if (!payments::verify_signature(signature, body, my.options.notification_secrets, now_s)) {
    return refused(notification::bad_signature);
  }
  const auto said = payments::read_webhook_event(body);
  if (!said) {
    spdlog::warn("a notification of the gateway cannot be read: {}", said.error());
    return refused(notification::unreadable);
  }
  my.metrics.payment_notifications.fetch_add(1, std::memory_order_relaxed);
  if (!said->payment_id.empty()) {
    my.checkouts->look_at(said->payment_id, said->id);
  }
  return notification::taken;
}

} // namespace holdfast::actors
