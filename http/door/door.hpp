#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "http/door/settings.hpp"
#include "http/failure.hpp"
#include "http/request.hpp"
#include "http/token.hpp"

#include <tl/expected.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// The door of waiting rooms: who may join, who has to prove something first, and who has to wait for it. docs/waiting-room-door.md says it to operators.
namespace holdfast::http::door {

class captcha_verifier;
class door_metrics;

/// One moment by both clocks: challenges that clients keep end by the wall's; whatever is counted here goes by the steady one, which nobody sets.
struct moment {
  domain::instant wall;
  std::chrono::steady_clock::time_point steady;

  [[nodiscard]] static auto at(domain::instant wall) -> moment { return {wall, std::chrono::steady_clock::now()}; }
};

/// Somebody who wants to join. The texts need to live until `assess` has returned.
struct knock {
  domain::event_id event;
  domain::subject_id who;
  client_address address;
  std::string_view user_agent;  ///< empty: none
  std::string_view fingerprint; ///< `X-Fingerprint-Hash`; empty: none
  std::optional<std::string>
      challenge;         ///< what the client sent to prove itself: a solved proof of work, or a CAPTCHA's response
  bool verified = false; ///< the organiser's login vouches for the buyer
  bool gathers = false;  ///< the room is a pre-queue: its order is drawn later
  std::optional<domain::instant> drawn_at; ///< when that is, if it is known
};

enum class challenge_kind : std::uint8_t { proof_of_work = 1, captcha = 2 };

/// Why somebody was not simply let in.
enum class reason : std::uint8_t {
  none = 0,
  rate_limited = 1,        ///< too many joins of the address, the buyer or the key
  crowded = 2,             ///< more is going on than can be counted: try again
  suspicious = 3,          ///< the score
  everybody = 4,           ///< all are challenged
  sample = 5,              ///< chosen by lot
  challenge_malformed = 6, ///< what was sent is no answer to a challenge
  challenge_altered = 7,   ///< not solved, not one of ours, of another event, or of another buyer
  challenge_expired = 8,
  challenge_used = 9,
  captcha_failed = 10,
  captcha_unavailable = 11, ///< nobody could check it, and the operator wants it checked
};
inline constexpr std::size_t reason_count = 12;
/// Its name, as answers have it: `challenge_used`.
[[nodiscard]] auto name_of(reason why) noexcept -> std::string_view;

/// What becomes of a knock.
struct verdict {
  enum class kind : std::uint8_t {
    allow = 1,
    challenge_required = 2, ///< join again with the answer to a challenge of kind `challenge`
    to_the_end = 3,         ///< join again after `retry_after_ms`, behind all who come until then; it is let in then
    refuse =
        4, ///< `rate_limited`, `crowded` and `captcha_unavailable`: again after `retry_after_ms`; `suspicious`: not at all
  };
  kind is = kind::allow;
  reason why = reason::none;
  challenge_kind challenge = challenge_kind::proof_of_work;
  std::uint32_t score = 0; ///< 0 to 100; not for clients
  std::int64_t retry_after_ms = 0;
  std::string rate_policy; ///< value of `RateLimit-Policy`; empty: no bucket was asked
  std::string rate;        ///< value of `RateLimit`
};

/// What a door stands on.
struct parts {
  const key_ring& tokens;                ///< whose keys' derivatives sign challenges; needed for the construction only
  std::array<std::uint8_t, 32> secret{}; ///< keys the lot of the sample: the same one, the same sample
  captcha_verifier* captchas = nullptr;  ///< null: none; outlives the door
};

/// The door of all waiting rooms. Thread-safe; nothing blocks; everything that is counted is counted exactly, in this process.
class doorkeeper {
 public:
  /// Reads the lists. Failure: which file and line is wrong.
  [[nodiscard]] static auto open(const settings& rules, const parts& of)
      -> tl::expected<std::unique_ptr<doorkeeper>, failure>;
  doorkeeper(const doorkeeper&) = delete;
  auto operator=(const doorkeeper&) -> doorkeeper& = delete;
  ~doorkeeper();

  /// Calls `done` once with what becomes of a knock: before it returns, or, when a CAPTCHA has to be checked, on the verifier's thread. A repeated knock of
  /// somebody who was let in is no join more for the room, but a token less in the buckets.
  void assess(const knock& who, const moment& now, std::function<void(verdict&&)> done);

  /// A new proof of work for a buyer and an event, as ALTCHA's widget takes it: JSON. Without a buyer it is the address's.
  [[nodiscard]] auto new_challenge(domain::event_id event, const domain::subject_id& who, const client_address& address,
                                   const moment& now) -> std::string;

  /// What pages need to show a CAPTCHA; empty: there is none.
  [[nodiscard]] auto captcha_site_key() const noexcept -> std::string_view;
  /// Reads the lists again if their files changed; failure: what is wrong, and the old ones stay. Also done every `reload_every` by a thread.
  auto reload_lists() -> tl::expected<bool, failure>;
  [[nodiscard]] auto metrics() const noexcept -> const std::shared_ptr<door_metrics>&;

 private:
  struct inside;
  explicit doorkeeper(std::shared_ptr<inside> of) noexcept;

  std::shared_ptr<inside> inside_; ///< shared with CAPTCHAs that are being checked
};

} // namespace holdfast::http::door
