#pragma once

#include "journal/journal.hpp"
#include "notifications/channel.hpp"
#include "notifications/desk.hpp"
#include "notifications/follower.hpp"
#include "notifications/mail_queue.hpp"
#include "notifications/settings.hpp"
#include "notifications/webhooks.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::notifications {

/// Follows the journal and says what it has to say, on a thread of its own: whatever mail servers and organisers' endpoints do, sales do not
/// notice. Everything passed by reference outlives it.
class outbox final : public desk {
 public:
  struct parts {
    std::filesystem::path folder; ///< of its store
    people::sealing_key secret{}; ///< seals endpoints' secrets
    journal::journal& journal;
    std::string journal_identity;
    std::shared_ptr<story_source> stories;
    people::personal_data* people = nullptr; ///< null: no mail can be addressed
  };

  /// Opens the store and begins. The failure is for people.
  [[nodiscard]] static auto start(const settings& how, parts with)
      -> tl::expected<std::unique_ptr<outbox>, std::string>;
  ~outbox() override; ///< `stop`s
  outbox(const outbox&) = delete;
  auto operator=(const outbox&) -> outbox& = delete;

  /// Ends the thread and what is on its way; what was not said is said after the next start. What is asked later fails at once.
  void stop();

  [[nodiscard]] auto metrics() const noexcept -> const outbox_metrics& { return counts_; }

  void create_webhook(new_webhook what, created done) override;
  void webhooks_of(domain::organisation_id whose, webhook_list done) override;
  void remove_webhook(domain::organisation_id whose, std::uint64_t id, std::function<void(outcome)> done) override;
  void deliveries_of(domain::organisation_id whose, std::uint64_t id, std::string after, std::size_t limit,
                     deliveries_read done) override;
  void redeliver(domain::organisation_id whose, std::uint64_t id, std::uint64_t from_seq,
                 std::optional<domain::event_id> event, std::function<void(outcome, std::uint64_t)> done) override;
  void report_mail(std::size_t limit, std::function<void(std::optional<mail_report>)> done) override;
  void retry_mail(std::optional<mail_name> which, std::function<void(std::optional<std::uint64_t>)> done) override;
  [[nodiscard]] auto sends_anywhere() const noexcept -> bool override { return how_.webhooks.anywhere; }

  static constexpr std::chrono::milliseconds look_every{100}; ///< at the journal's end

 private:
  outbox(const settings& how, parts with, std::unique_ptr<people::durable_map> store);
  /// Runs `what` on the thread; false when that has ended.
  auto ask(std::function<void()> what) -> bool;
  void run();
  void run_asked();
  void follow();
  void wake_follower();
  void read_on();
  void take(const tl::expected<follower::part, journal::failure>& read);
  /// What people told about what is over.
  void forget(const follower::part& what);
  [[nodiscard]] auto wait() const -> std::chrono::milliseconds;

  const settings how_;
  parts with_;
  std::unique_ptr<people::durable_map> store_;
  transfers wire_;
  outbox_metrics counts_;
  channel_parts shared_;
  follower follower_;
  mail_queue mails_;
  webhooks webhooks_;
  bool reading_ = false; ///< a part of the journal is on its way
  std::chrono::steady_clock::time_point not_before_{};

  std::mutex mutex_;
  std::condition_variable read_ended_;
  std::vector<std::function<void()>> asked_;
  bool ended_ = false;
  std::size_t readings_ = 0; ///< on the journal's pool, whose callbacks know this object
  std::thread thread_;
};

} // namespace holdfast::notifications
