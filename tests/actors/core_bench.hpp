#pragma once

#include "actors/answer_encoder.hpp"
#include "actors/event_core.hpp"
#include "actors/selling_gate.hpp"
#include "domain/command.hpp"
#include "journal/memory_journal.hpp"
#include "journal/snapshot_store.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// An event core on a bench: a journal that commits when told, a clock that is turned by hand, a mailbox that is a queue.
namespace holdfast::testing {

class hand_clock final : public actors::clock_port {
 public:
  domain::instant at{1'700'000'000'000};
  [[nodiscard]] auto now() const noexcept -> domain::instant override { return at; }
};

/// Answers that say what was decided, in a word.
class word_encoder final : public actors::answer_encoder {
 public:
  [[nodiscard]] auto decided(const domain::event_state& after, const domain::command& what,
                             std::span<const domain::fact> made, const actors::request_meta& meta,
                             domain::instant now) const -> encoded override;
  [[nodiscard]] auto rejected(const domain::event_state& state, const domain::command& what,
                              const domain::rejection& why, const actors::request_meta& meta, domain::instant now) const
      -> actors::answer override;
  [[nodiscard]] auto decided(const domain::organisation_state& after, const domain::organisation_command& what,
                             std::span<const domain::fact> made, const actors::request_meta& meta,
                             domain::instant now) const -> encoded override;
  [[nodiscard]] auto rejected(const domain::organisation_state& state, const domain::organisation_command& what,
                              const domain::rejection& why, const actors::request_meta& meta, domain::instant now) const
      -> actors::answer override;
  [[nodiscard]] auto payment_refused(const domain::rejection& why, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto payment_failed(const domain::payment& what, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto tickets_refunded(domain::event_id, domain::hold_number, std::span<const std::uint32_t>,
                                      const given_back&) const -> actors::answer override {
    actors::answer what;
    what.body = "tickets refunded";
    return what;
  }
  [[nodiscard]] auto refund_refused(domain::event_refusal, const actors::request_meta&) const
      -> actors::answer override {
    actors::answer what;
    what.body = "refund refused";
    return what;
  }
  [[nodiscard]] auto review_accepted(domain::event_id, const domain::payment&) const -> actors::answer override {
    actors::answer what;
    what.body = "review accepted";
    return what;
  }
  [[nodiscard]] auto scoring_question(domain::event_id, const domain::payment& what) const -> std::string override {
    return "payment " + std::to_string(what.number.value());
  }
  [[nodiscard]] auto payment_refunded(domain::event_id event, const domain::payment& what,
                                      const actors::request_meta& meta) const -> actors::answer override;
  [[nodiscard]] auto payment_pending(domain::event_id event, const domain::payment& what,
                                     const actors::request_meta& meta) const -> actors::answer override;
  [[nodiscard]] auto already_created(const std::string& location, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto refused(actors::refusal why, const actors::request_meta& meta) const -> actors::answer override;
};

/// Keeps the one answer of a request.
class kept_answer final : public actors::reply_sink {
 public:
  void reply(actors::answer&& what) noexcept override { got = std::move(what); }
  std::optional<actors::answer> got;
};

/// A directory that is gone with the test.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  auto operator=(const temporary_directory&) -> temporary_directory& = delete;
  std::filesystem::path path;
};

/// Two rows of ten seats in one section, one tier, a standing area of 100 places.
[[nodiscard]] auto small_layout() -> std::shared_ptr<const domain::layout>;
[[nodiscard]] auto small_config() -> domain::event_config;

class core_bench : public actors::event_mailbox, public actors::deadline_port {
 public:
  explicit core_bench(std::shared_ptr<journal::memory_disk> disk = nullptr);

  void post_loaded(std::shared_ptr<actors::fold_result> result) noexcept override;
  void post_expire(std::shared_ptr<actors::held_credit> credit) noexcept override;
  void schedule(domain::event_id event, domain::instant at) noexcept override;

  /// Starts a core, as the directory does after the last one left.
  void open();
  /// Runs the journal and the mailbox until both are quiet.
  void settle();
  /// Sends a command; its answer arrives when the journal has run.
  auto send(domain::command what) -> std::shared_ptr<kept_answer>;
  /// Sends, settles, and gives the answer.
  auto ask(domain::command what) -> actors::answer;
  /// Creates and publishes the event.
  void put_on_sale();

  [[nodiscard]] auto buyer(std::uint64_t who) const -> domain::caller;
  [[nodiscard]] auto organiser() const -> domain::caller;
  [[nodiscard]] auto hold(std::uint64_t who, std::vector<domain::seat_index> seats, std::uint64_t key = 0) const
      -> domain::command;

  static constexpr domain::event_id event{77};
  static constexpr domain::organisation_id organisation{1};

  temporary_directory directory;
  hand_clock clock;
  journal::memory_journal journal;
  journal::snapshot_store snapshots;
  word_encoder encoder;
  actors::selling_gate gate;
  actors::engine_metrics metrics;
  actors::event_services services;
  std::vector<domain::instant> scheduled;
  std::shared_ptr<actors::inflight_limiter> credits;
  std::optional<actors::event_core> core;

 private:
  std::deque<std::function<void()>> mailbox_;
};

} // namespace holdfast::testing
