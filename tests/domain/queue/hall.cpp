#include "tests/domain/queue/hall.hpp"

#include "domain/queue/apply.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <utility>

namespace holdfast::tests {

using namespace domain;

auto somebody(std::uint64_t who) -> subject_id {
  return {mix64(~who), who};
}

auto organiser() -> caller {
  return {caller::kind::organiser, {}, organisation_id{7}, key_id{70}};
}

auto a_seed() -> queue::digest {
  queue::digest seed{};
  for (std::size_t i = 0; i < seed.size(); ++i) {
    seed[i] = static_cast<std::uint8_t>(i);
  }
  return seed;
}

auto hall::ask(queue::command_body what, const caller& by) const -> tl::expected<facts, queue::refusal> {
  return queue::decide(room, {by, {}, std::move(what)}, now);
}

auto hall::act(queue::command_body what, const caller& by) -> tl::expected<facts, queue::refusal> {
  auto made = ask(std::move(what), by);
  if (made) {
    for (const auto& one : *made) {
      queue::apply(room, one);
      journal.push_back(one);
    }
  }
  return made;
}

void hall::configure(const queue::settings& after) {
  REQUIRE(act(queue::configure{after, {}, {}}, organiser()));
}

void hall::switch_to(queue::mode to) {
  REQUIRE(told(act(queue::switch_mode{to, queue::mode_cause::organiser, {}}, organiser())) == "ok, mode_changed");
}

void hall::join(std::uint64_t first, std::uint64_t last, std::uint8_t band) {
  queue::join batch;
  for (auto who = first; who <= last; ++who) {
    batch.people.push_back({somebody(who), band});
    if (batch.people.size() == queue::limits::people_per_command_max || who == last) {
      REQUIRE(act(std::exchange(batch, {})));
    }
  }
}

auto hall::place_of(std::uint64_t who) const -> queue::place_number {
  return room.places.find(somebody(who));
}

auto hall::standing(std::uint64_t who) const -> queue::standing {
  const auto found = queue::standing_of(room, place_of(who), now);
  REQUIRE(found);
  return *found;
}

auto hall::advance() -> std::vector<queue::place_number> {
  std::vector<queue::place_number> in;
  for (;;) {
    const auto made = act(queue::advance{});
    REQUIRE(made);
    if (made->empty()) {
      return in;
    }
    for (const auto& one : *made) {
      if (const auto* const let_in = std::get_if<queue::admitted>(&one.body)) {
        in.insert(in.end(), let_in->places.begin(), let_in->places.end());
      }
    }
  }
}

auto hall::advance_after(millis passed) -> std::vector<queue::place_number> {
  now = now + passed;
  return advance();
}

auto hall::replays() const -> bool {
  queue::state again;
  for (const auto& one : journal) {
    queue::apply(again, one);
  }
  return queue::state_hash(again) == queue::state_hash(room);
}

auto told(const tl::expected<facts, queue::refusal>& what) -> std::string {
  constexpr std::array fact_names{
      "settings_changed", "pre_queue_opened", "pre_queue_closed", "drawn",   "mode_changed", "joined",  "left",
      "fell_silent",      "returned",         "admitted",         "claimed", "finished",     "expired", "demoted",
      "pace_adjusted"};
  constexpr std::array reasons{"",          "not_found",  "invalid",       "version_mismatch", "room_off",
                               "room_full", "wrong_mode", "seed_mismatch", "round_missing"};
  if (!what) {
    std::string text = reasons.at(static_cast<std::size_t>(what.error().why));
    for (const auto& fault : what.error().faults) {
      text += " " + fault.pointer;
    }
    return text;
  }
  const auto first = fact_body{queue::settings_changed{}}.index();
  std::string text = "ok";
  for (const auto& one : *what) {
    text += std::string{", "} + fact_names.at(one.body.index() - first);
  }
  return text;
}

auto numbers(const std::vector<queue::place_number>& of) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> values;
  values.reserve(of.size());
  for (const auto number : of) {
    values.push_back(number.value());
  }
  return values;
}

auto hex(const queue::digest& of) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : of) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

} // namespace holdfast::tests
