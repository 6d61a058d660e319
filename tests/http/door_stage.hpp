#pragma once

#include "http/door/captcha.hpp"
#include "http/door/door.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

/// A door whose clock is an argument.
namespace holdfast::http::test {

using namespace std::chrono_literals;

inline constexpr std::int64_t opening_ms = 1'800'000'000'000;

inline auto door_ring() -> key_ring {
  signing_key key{.id = "1"};
  key.secret.fill(3);
  return key_ring{{key}};
}

inline auto after(std::chrono::milliseconds span) -> door::moment {
  return {{opening_ms + span.count()}, std::chrono::steady_clock::time_point{} + 100'000s + span};
}

/// No challenges for anybody, small ones for whom there are any, and buckets that hold everybody.
inline auto easy_rules() -> door::settings {
  door::settings rules;
  rules.address_join = rules.buyer_join = {};
  rules.work.least = 50;
  rules.work.most = 5'000;
  return rules;
}

inline auto knocking(std::uint64_t buyer = 1) -> door::knock {
  door::knock who;
  who.event = domain::event_id{5};
  who.who = {buyer, 9};
  who.address = parse_address("192.0.2.1").value();
  who.user_agent = "Mozilla/5.0";
  return who;
}

class room_door {
 public:
  explicit room_door(const door::settings& rules, door::captcha_verifier* captchas = nullptr)
      : keeper_{door::doorkeeper::open(rules, {.tokens = ring_, .secret = {1, 2, 3}, .captchas = captchas}).value()} {}

  auto assess(const door::knock& who, std::chrono::milliseconds at = 0ms) -> door::verdict {
    std::optional<door::verdict> said;
    keeper_->assess(who, after(at), [&said](door::verdict&& what) { said = std::move(what); });
    return std::move(said).value();
  }

  auto challenge(const door::knock& who, std::chrono::milliseconds at = 0ms) -> std::string {
    return keeper_->new_challenge(who.event, who.who, who.address, after(at));
  }

  auto operator->() -> door::doorkeeper* { return keeper_.get(); }
  auto reset() { keeper_.reset(); }

 private:
  key_ring ring_ = door_ring();
  std::unique_ptr<door::doorkeeper> keeper_;
};

} // namespace holdfast::http::test
