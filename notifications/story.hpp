#pragma once

#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "notifications/notice.hpp"
#include "people/contact.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::notifications {

/// What there is to say about a notice, as people and programs know it.
struct story {
  std::string event_id;   ///< "evt_…"
  std::string event_name; ///< as its organiser wrote it
  std::string venue_name;
  std::string city;
  std::string zone; ///< of the IANA database: the venue's
  domain::instant starts_at;
  bool event_cancelled = false;

  // Of an order, or of what is offered from a waitlist: then the ids and sums are those of the hold.
  std::string order_id;   ///< "ord_…", or "hld_…"
  std::string order_json; ///< as the API shows it, without whom it names
  std::string order_link; ///< opens the order without a login, for a while; empty: no such place is configured
  struct ticket {
    std::string place;             ///< "A/12/7", or the name of an area
    domain::minor_units price = 0; ///< with its fee and a tax on top
  };
  std::vector<ticket> tickets;
  std::string place; ///< of the one ticket that the notice is about; empty: it is about none alone, or that one is gone
  domain::minor_units total = 0;
  domain::currency_code currency;
  std::string offer_json;                       ///< what is offered, as webhooks say it; names nobody
  std::optional<domain::instant> offered_until; ///< while the offer stands
  std::vector<people::person> tellers;          ///< whoever may have told whom to write to, the first first
};

/// Tells stories from the views. Thread-safe; nothing blocks.
class story_source {
 public:
  virtual ~story_source() = default;
  enum class outcome : std::uint8_t {
    ok = 1,
    later,   ///< the views are not there yet, or too much is asked of them
    unknown, ///< there is no such order, or event
  };
  using told = std::function<void(outcome, std::shared_ptr<const story>)>;
  /// As of the notice or later. `then` runs on any thread, once.
  virtual void tell(const notice& of, told then) = 0;
};

} // namespace holdfast::notifications
