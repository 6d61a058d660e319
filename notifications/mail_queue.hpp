#pragma once

#include "notifications/channel.hpp"
#include "notifications/desk.hpp"
#include "notifications/rows.hpp"
#include "notifications/settings.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::notifications {

/// Mail to buyers, in order per order: a mailbox that refuses holds nobody else's mail. At least once: killed between sending and writing that down, a mail is
/// sent again, under the same Message-ID. Whom it goes to is looked up when it is sent, and is kept nowhere here. One thread.
class mail_queue {
 public:
  mail_queue(const mail_settings& how, channel_parts& with, outbox_metrics& counts);

  /// Whether there is a mail server.
  [[nodiscard]] auto sends() const -> bool { return !how_.route.url.empty(); }
  /// What waited when the server ended.
  [[nodiscard]] auto load() -> tl::expected<void, std::string>;
  /// Queues what a buyer wants to hear of; `admit` once it is on disk.
  void queue(const notice& about, people::map_changes& to);
  void admit();
  /// Begins what is due, as much as may be under way at once.
  void start_due();
  /// When something becomes due; nothing while nothing waits.
  [[nodiscard]] auto next_due_ms() const -> std::optional<std::int64_t>;
  [[nodiscard]] auto report(std::size_t limit) const -> std::optional<desk::mail_report>;
  /// As `desk::retry_mail`.
  [[nodiscard]] auto retry(const std::optional<desk::mail_name>& which) -> std::optional<std::uint64_t>;

  static constexpr std::size_t dead_kept_max = 10'000;

 private:
  struct lane {
    std::deque<rows::mail_row> mails;
    std::int64_t due_ms = 0;
    bool busy = false;
  };

  void make_due(const std::string& name, lane& of, std::int64_t at_ms);
  /// Puts a mail where its seq is among those of its order, but not before one that is under way.
  void insert(rows::mail_row row);
  void begin(const std::string& name);
  void told(const std::string& name, story_source::outcome how, const std::shared_ptr<const story>& what);
  void address(const std::string& name, const std::shared_ptr<const story>& what);
  void send(const std::string& name, const story& what, const std::string& to);
  void sent(const std::string& name, const transfer_end& how);
  void again(const std::string& name, std::string trouble);
  void soon(const std::string& name);
  void give_up(const std::string& name, std::string trouble);
  void done(const std::string& name, people::map_changes changes);
  auto write(const people::map_changes& what) -> bool;

  const mail_settings how_;
  channel_parts& with_;
  outbox_metrics& counts_;
  std::map<std::string, lane> lanes_;
  std::set<std::pair<std::int64_t, std::string>> due_;
  std::vector<rows::mail_row> queued_; ///< not on disk yet
  std::size_t under_way_ = 0;
};

} // namespace holdfast::notifications
