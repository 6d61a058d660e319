#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "notifications/notice.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::notifications {

/// "whk_" and 13 digits of Crockford's base32, as other ids.
[[nodiscard]] auto webhook_text(std::uint64_t id) -> std::string;
/// Nothing for what is no such id.
[[nodiscard]] auto parse_webhook(std::string_view text) -> std::optional<std::uint64_t>;
/// Whether webhooks may go to a URL: absolute, https (or http where `anywhere`), with a host, without credentials or a fragment, at most 2,048 bytes.
[[nodiscard]] auto is_webhook_url(const std::string& url, bool anywhere) -> bool;

/// What the outside may ask of notifications. Thread-safe; nothing blocks the caller: each `done` runs once, on another thread, and must be short.
/// What belongs to another organisation is not there.
class desk {
 public:
  virtual ~desk() = default;

  struct webhook {
    std::uint64_t id = 0;
    domain::organisation_id organisation;
    std::string url;
    std::vector<notice_kind> kinds; ///< what it wants to hear of
    domain::instant created_at;
    std::optional<domain::instant> disabled_at;
    std::string disabled_because; ///< for its owner; empty while it is enabled
  };

  struct new_webhook {
    webhook what;              ///< with an id that is the same for the same request
    std::uint64_t request = 0; ///< tells the request from others under the same id
  };

  enum class creation : std::uint8_t {
    made = 1,
    already,  ///< this very request was granted before; its secret was told then
    reused,   ///< another request has this id
    too_many, ///< the organisation has as many as it may have
    failed,   ///< the disk, or it is about to end
  };
  /// `secret`: "whsec_…", told this once.
  using created = std::function<void(creation, std::string secret)>;
  virtual void create_webhook(new_webhook what, created done) = 0;

  using webhook_list = std::function<void(std::optional<std::vector<webhook>>)>;
  virtual void webhooks_of(domain::organisation_id whose, webhook_list done) = 0;

  enum class outcome : std::uint8_t { ok = 1, not_found, failed };
  /// With its deliveries.
  virtual void remove_webhook(domain::organisation_id whose, std::uint64_t id, std::function<void(outcome)> done) = 0;

  struct delivery {
    domain::event_id event;
    std::uint64_t counter = 0; ///< from 1 without a gap, of this endpoint and event
    std::uint64_t seq = 0;
    notice_kind kind = notice_kind::order_confirmed;
    enum class state : std::uint8_t { pending = 1, delivered = 2, failed = 3 } is = state::pending;
    std::uint32_t attempts = 0;
    long status = 0;     ///< of the last answer; 0: there was none
    std::string trouble; ///< of the last attempt
    domain::instant created_at;
    std::optional<domain::instant> ended_at;
  };

  struct delivery_page {
    std::vector<delivery> items;
    std::string next; ///< empty: the end
  };

  using deliveries_read = std::function<void(outcome, delivery_page)>;
  /// By event and counter, after what `after` says (empty: from the first), at most `limit`.
  virtual void deliveries_of(domain::organisation_id whose, std::uint64_t id, std::string after, std::size_t limit,
                             deliveries_read done) = 0;

  /// Makes every kept delivery from a seq on again, of one event or of all, in order. Enables the endpoint. `count`: how many.
  virtual void redeliver(domain::organisation_id whose, std::uint64_t id, std::uint64_t from_seq,
                         std::optional<domain::event_id> event,
                         std::function<void(outcome, std::uint64_t count)> done) = 0;

  /// A mail that could not be sent, without whom it was for.
  struct dead_mail {
    domain::event_id event;
    domain::hold_number order;
    std::uint64_t seq = 0; ///< of the fact that it tells of
    notice_kind kind = notice_kind::order_confirmed;
    std::uint32_t attempts = 0; ///< since it was queued, or last told to be tried again
    std::string trouble;
    domain::instant created_at;
    domain::instant given_up_at;
  };

  struct mail_report {
    bool sends = false; ///< mail is configured
    std::uint64_t pending = 0;
    std::uint64_t dead = 0;
    std::vector<dead_mail> newest_dead;
  };

  virtual void report_mail(std::size_t limit, std::function<void(std::optional<mail_report>)> done) = 0;

  /// Which mail: that of a fact about an order.
  struct mail_name {
    domain::event_id event;
    domain::hold_number order;
    std::uint64_t seq = 0;
  };

  /// Has given up mails sent after all, this one or every one: they wait as if they had just been queued, each in its place among those of its
  /// order. `count`: how many; none for one that is not given up, or no more, so that asking twice does what asking once does. Nothing when the disk
  /// failed, or it is about to end.
  virtual void retry_mail(std::optional<mail_name> which,
                          std::function<void(std::optional<std::uint64_t> count)> done) = 0;

  [[nodiscard]] virtual auto sends_anywhere() const noexcept -> bool = 0;
};

} // namespace holdfast::notifications
