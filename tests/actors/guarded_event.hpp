#pragma once

#include "actors/queue_port.hpp"
#include "actors/room_notices.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::testing {

/// A waiting room that says what it is told to say, and keeps what it hears.
class told_room final : public actors::queue_port, public actors::room_notices {
 public:
  [[nodiscard]] auto room(domain::event_id) const -> std::shared_ptr<const actors::room_view> override { return shown; }
  void join(domain::event_id, domain::subject_id, std::uint8_t, const actors::room_meta&,
            std::function<void(tl::expected<actors::place_view, actors::room_refusal>)>) noexcept override {}
  [[nodiscard]] auto poll(domain::event_id, domain::subject_id, domain::queue::place_number)
      -> std::optional<actors::place_view> override {
    return std::nullopt;
  }
  void leave(domain::event_id, domain::subject_id, domain::queue::place_number, const actors::room_meta&,
             std::function<void(tl::expected<void, actors::room_refusal>)>) noexcept override {}
  void
  command(domain::event_id, domain::queue::command, const actors::room_meta&,
          std::function<void(tl::expected<std::shared_ptr<const actors::room_view>, actors::room_refusal>)>) noexcept
      override {}
  void leaves(
      domain::event_id, std::uint32_t, std::uint32_t,
      std::function<void(tl::expected<std::vector<domain::queue::digest>, actors::room_refusal>)>) noexcept override {}
  [[nodiscard]] auto admits(domain::event_id, domain::subject_id who, domain::queue::place_number place) const
      -> actors::admission override {
    if (is_off) {
      return actors::admission::not_needed;
    }
    const auto found = inside.find(place.value());
    if (found == inside.end() || found->second != who) {
      return actors::admission::required;
    }
    return is_over ? actors::admission::over : actors::admission::granted;
  }
  [[nodiscard]] auto rank(domain::event_id, domain::subject_id who, domain::queue::place_number place) const
      -> std::optional<std::uint32_t> override {
    const auto found = line.find(place.value());
    return found == line.end() || found->second != who ? std::nullopt : std::optional{found->first};
  }
  [[nodiscard]] auto listens(domain::event_id) const noexcept -> bool override { return true; }
  void told(domain::event_id, actors::room_notice&& what) noexcept override { heard.push_back(std::move(what)); }
  void arrived(domain::event_id) noexcept override { ++arrivals; }

  bool is_off = false;
  bool is_over = false;
  std::map<std::uint32_t, domain::subject_id> inside;
  std::map<std::uint32_t, domain::subject_id> line; ///< those who wait, each with their place's number for a rank
  std::shared_ptr<const actors::room_view> shown;
  std::vector<actors::room_notice> heard;
  int arrivals = 0;
};

/// A bench whose event is on sale behind a waiting room.
struct guarded : core_bench {
  guarded() {
    services.rooms = &room;
    services.notices = &room;
    open();
    settle();
    put_on_sale();
  }

  auto ask_with(domain::command what, domain::queue::place_number place, std::optional<domain::hold_wish> wish = {})
      -> actors::answer {
    auto sink = std::make_shared<kept_answer>();
    actors::request_meta meta;
    meta.principal = what.by.subject;
    meta.place = place;
    core->handle({.what = std::move(what), .wish = std::move(wish), .meta = meta, .reply = actors::reply_port{sink}});
    settle();
    REQUIRE(sink->got.has_value());
    return *sink->got;
  }

  static auto said(actors::refusal why) -> std::string { return "refusal " + std::to_string(static_cast<int>(why)); }
  auto last_notice() -> actors::room_notice& {
    REQUIRE_FALSE(room.heard.empty());
    return room.heard.back();
  }

  told_room room;
};

} // namespace holdfast::testing
