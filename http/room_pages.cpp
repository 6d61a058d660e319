#include "http/room_pages.hpp"

#include "http/json_writer.hpp"
#include "http/queue_json.hpp"

#include <string_view>
#include <utility>

namespace holdfast::http {

namespace {

/// What a page ends with that knows of no waiting room.
constexpr std::string_view without_room = R"("waiting_room":{"mode":"off"}})";

auto room_text(const actors::room_view& room) -> std::string {
  std::string text;
  json_writer out{text};
  out.begin_object().member("mode", to_text(room.mode));
  if (room.rules.pre_queue_at) {
    out.key("pre_queue_at").time(room.rules.pre_queue_at->unix_ms);
  }
  if (room.rules.starts_at) {
    out.key("starts_at").time(room.rules.starts_at->unix_ms);
  }
  out.end_object();
  return text;
}

/// Off, and nothing planned.
auto says_nothing(const actors::room_view* room) noexcept -> bool {
  return room == nullptr ||
         (room->mode == domain::queue::mode::off && !room->rules.pre_queue_at && !room->rules.starts_at);
}

auto changed(const projections::view_body& page, const std::string& room, const actors::room_view& as)
    -> std::shared_ptr<const projections::view_body> {
  auto shown = std::make_shared<projections::view_body>(page);
  shown->bytes.resize(page.bytes.size() - without_room.size());
  shown->bytes.append(R"("waiting_room":)").append(room).append("}");
  // Both are in the body: the mode, and, by the version, the times.
  std::string tag{"-room-"};
  tag.append(to_text(as.mode)).append("-").append(std::to_string(as.settings_version));
  shown->etag.insert(shown->etag.size() - 1, tag);
  shown->packed = std::make_shared<projections::packed_forms>(projections::packing::quick);
  return shown;
}

} // namespace

void put_room_into(std::string& event, const actors::room_view* room) {
  if (says_nothing(room) || !event.ends_with(without_room)) {
    return;
  }
  event.resize(event.size() - without_room.size());
  event.append(R"("waiting_room":)").append(room_text(*room)).append("}");
}

auto room_pages::with_room(domain::event_id event, const page& of, const actors::room_view* room) -> page {
  if (says_nothing(room) || of->etag.empty() || !of->bytes.ends_with(without_room)) {
    return of;
  }
  auto text = room_text(*room);
  const std::lock_guard lock{mutex_};
  if (!made_.contains(event) && made_.size() >= pages_max) {
    made_.erase(made_.begin());
  }
  auto& last = made_[event];
  if (last.of != of || last.room != text) {
    last = {of, text, changed(*of, text, *room)};
  }
  return last.shown;
}

} // namespace holdfast::http
