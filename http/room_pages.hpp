#pragma once

#include "actors/queue_port.hpp"
#include "domain/strong_id.hpp"
#include "projections/views.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace holdfast::http {

/// Puts what a room does into the text of an event as its page and its organiser's answers have it, which ends with a room that is off. Null: there is none.
void put_room_into(std::string& event, const actors::room_view* room);

/// Pages of events that say what their waiting rooms do at the moment. Pages are made of the event's facts, and rooms have facts of their own; so whoever
/// shows a page asks the room, and what differs is put in, once for a page and a mode. Thread-safe.
class room_pages {
 public:
  using page = std::shared_ptr<const projections::view_body>;

  /// The page itself while there is no waiting room, nor one to come.
  [[nodiscard]] auto with_room(domain::event_id event, const page& of, const actors::room_view* room) -> page;

 private:
  static constexpr std::size_t pages_max = 256; ///< some kilobytes each

  struct made {
    page of;
    std::string room; ///< as it says it
    page shown;
  };

  std::mutex mutex_;
  std::unordered_map<domain::event_id, made> made_;
};

} // namespace holdfast::http
