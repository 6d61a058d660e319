#pragma once

#include "actors/answer_encoder.hpp"
#include "actors/checkout_gateway.hpp"
#include "actors/checkout_settings.hpp"
#include "actors/event_core.hpp"
#include "actors/payment_register.hpp"
#include "actors/payment_reply.hpp"
#include "actors/reply_port.hpp"
#include "domain/checkout/command.hpp"
#include "domain/checkout/state.hpp"
#include "journal/journal.hpp"
#include "payments/gateway.hpp"
#include "payments/scoring.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace holdfast::actors {

class checkout_core;

/// A buyer's request to pay a hold.
struct checkout_request {
  domain::checkout_command what; ///< begin_payment
  request_meta meta;
  reply_port reply;
};

/// How work comes to a checkout's thread, at once or later; what comes after its end is dropped. Thread-safe.
class checkout_mailbox {
 public:
  virtual ~checkout_mailbox() = default;
  virtual void post(std::function<void(checkout_core&)> job) noexcept = 0;
  virtual void post_after(std::chrono::milliseconds delay, std::function<void(checkout_core&)> job) noexcept = 0;
};

/// The way to the event. Thread-safe.
class event_asker {
 public:
  virtual ~event_asker() = default;
  virtual void ask(domain::event_id event, domain::command what, request_meta meta, reply_port reply) noexcept = 0;
};

/// What all checkouts share. Everything outlives them; without a gateway nothing but what costs nothing can be paid.
struct checkout_services {
  const event_services& shared;
  payments::gateway* gateway = nullptr;
  event_asker& events;
  payment_register& at_gateway; ///< of open payments
  checkout_settings settings;
  payments::scorer* scorer = nullptr; ///< null: what is to be scored has the verdict that its event gives then
};

/// A payment that has not ended.
struct open_payment {
  domain::payment what;
  std::uint32_t tries = 0;  ///< of the step it is at, since the start
  std::string last_trouble; ///< why the last try came to nothing; empty: none did
};

/// A part of an event's orders that are under review, by payment.
struct review_page {
  std::vector<domain::payment> payments;
  bool more = false; ///< others follow
};
/// Nothing: they cannot be read now. Called once, on some thread; it must return soon.
using reviews_done = std::function<void(std::optional<review_page>&&)>;

/// An event's checkout without its actor: runs the payments of `pay/<event>`. Each step is done, told, journaled, and only when that is durable
/// is the next one begun; after a restart the steps that were under way are done again, which every party takes well. One thread at a time.
class checkout_core {
 public:
  checkout_core(domain::event_id event, const checkout_services& services, std::shared_ptr<checkout_mailbox> self);
  ~checkout_core();
  checkout_core(const checkout_core&) = delete;
  auto operator=(const checkout_core&) -> checkout_core& = delete;

  /// Begins to load; then goes on with every payment that has not ended.
  void start();
  void handle(checkout_request&& request);
  /// The event is cancelled and still has orders: those that a card paid are given back, a number at a time, until none is left.
  void return_cancelled();
  /// The gateway says that something changed: what waits for its next try is tried now. Once for every `hint`, which is the notification's id, also
  /// when a restart lies between.
  void look_at(const std::string& gateway_payment, const std::string& hint);
  /// Orders under review, whose payments come after this one.
  void list_reviews(domain::payment_number after, std::size_t limit, reviews_done done);
  /// Nothing is begun any more; who waits is told 503.
  void stop();
  /// No payment is under way, nobody waits, and nothing was asked for since `idle_for` ago.
  [[nodiscard]] auto idle(std::chrono::milliseconds idle_for) const -> bool;
  [[nodiscard]] auto open_payments() const -> std::vector<open_payment>;

 private:
  struct waiter {
    reply_port reply;
    request_meta meta;
    std::chrono::steady_clock::time_point since;
  };
  /// What is known of an open payment beside its facts.
  struct running {
    domain::step doing = domain::step::none; ///< under way, or waiting for its next try
    bool in_flight = false;                  ///< of `doing`: its answer has not come
    bool maybe_asked = false;                ///< the gateway may have been asked `doing`
    std::uint32_t tries = 0;
    std::string last_trouble;
    bool stuck = false;          ///< counted as such
    std::optional<answer> order; ///< what the buyer is told when it is paid
    std::vector<waiter> waiters;
  };

  /// An order of the cancelled event that the event refused to give back.
  struct refused_return {
    std::uint32_t tries = 0;
    bool pausing = false; ///< until its next try
  };

  /// Takes what is in it.
  void loaded(const std::shared_ptr<domain::checkout_state>& state);
  void load_failed(const std::string& why);
  void rehearse(checkout_request&& request);
  /// Of an order that no card paid: the event gives it back itself.
  void forward(checkout_request&& request);
  void begin(checkout_request&& request);
  void wait(domain::payment_number payment, reply_port&& reply, const request_meta& meta);
  void answer_late(domain::payment_number payment);
  /// Sends what rests on facts that may not be durable yet, when they are.
  void send_behind(reply_port&& reply, const request_meta& meta, answer&& what);
  /// Decides, applies and appends; what comes next is begun when that is durable.
  void take(domain::checkout_command&& what);
  void append(domain::payment_number payment, domain::facts&& made);
  /// Who is told what, once it is durable; `before` is the refund of tickets that was under way.
  void settled(domain::payment_number payment, const std::optional<domain::refund>& before,
               journal::append_group& group, std::vector<waiter>& told, std::optional<answer>& with);
  void settle_refund(const domain::payment& of, const domain::refund& before, journal::append_group& group,
                     std::vector<waiter>& told, std::optional<answer>& with);
  /// Of an answer to those who wait: it is remembered as the key's of the organisation, or as the buyer's when there is none.
  [[nodiscard]] auto meta_of(const domain::payment& of, domain::organisation_id organisation, domain::key_id by)
      -> request_meta;
  /// Remembers the answer with the facts that decide it, when it was asked for under a key.
  void remember(const answer& what, domain::command_id asked, const request_meta& meta,
                journal::append_group& group) const;
  void proceed(domain::payment_number payment);
  void ask_event(const domain::payment& of, domain::step what);
  void event_said(domain::payment_number payment, domain::step about, answer&& said);
  void ask_gateway_for(const domain::payment& of, domain::step what);
  void gateway_said(domain::payment_number payment, domain::step about, gateway_news&& news);
  void answer_lists();
  void ask_scorer(const domain::payment& of);
  void scorer_said(domain::payment_number payment, const payments::scoring_outcome& said,
                   std::chrono::nanoseconds took);
  void count(const domain::payment& of, const domain::facts& made);
  void unstick(running& its);
  void try_later(domain::payment_number payment, std::chrono::milliseconds at_least, std::string why);
  /// The event refused to take this order back: it is tried again after a pause, which grows with every refusal.
  void pause_return(domain::payment_number payment);
  /// Before the next try, when `tries` before it came to nothing.
  [[nodiscard]] auto pause_after(domain::payment_number payment, std::uint32_t tries) const
      -> std::chrono::milliseconds;
  [[nodiscard]] auto state_of(domain::payment_number payment) -> running&;
  [[nodiscard]] auto now() const -> domain::instant;
  [[nodiscard]] auto stream() const noexcept -> journal::stream_id {
    return {journal::stream_kind::payment, event_.value()};
  }

  domain::event_id event_;
  const checkout_services& services_;
  std::shared_ptr<checkout_mailbox> self_;
  std::optional<domain::checkout_state> state_;
  bool halted_ = false;
  bool stopped_ = false;
  std::deque<checkout_request> waiting_;                           ///< while loading
  std::vector<std::function<void(checkout_core&)>> lists_waiting_; ///< the same
  std::map<domain::payment_number, running> running_;
  std::size_t rehearsing_ = 0;
  bool cancelled_ = false; ///< the event is, and had orders when it last said so
  std::map<domain::payment_number, refused_return> refused_returns_;
  std::chrono::steady_clock::time_point last_used_;
};

} // namespace holdfast::actors
