#pragma once

#include "http/door/door.hpp"
#include "http/door/lists.hpp"
#include "http/door/window_counter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::http::door {

/// What speaks against somebody.
enum class sign : std::uint8_t {
  listed_address = 0,
  listed_agent,
  no_agent,
  odd_fingerprint,
  shared_fingerprint,
  crowded_address,
  wandering_buyer
};
inline constexpr std::size_t sign_count = 7;

/// Its name, as metrics have it: `shared_fingerprint`.
[[nodiscard]] auto name_of(sign what) noexcept -> std::string_view;

/// What `X-Fingerprint-Hash` may be: 1 to 128 visible ASCII characters. What it means is the page's affair.
inline constexpr std::size_t fingerprint_bytes_max = 128;
[[nodiscard]] auto is_fingerprint(std::string_view text) noexcept -> bool;

/// The signs of somebody, and their points together.
struct suspect_score {
  std::uint32_t points = 0; ///< 0 to 100
  std::uint32_t signs = 0;  ///< bit n: sign n
  [[nodiscard]] auto has(sign what) const noexcept -> bool { return (signs >> static_cast<unsigned>(what) & 1U) != 0; }
};

/// What a score and the lot lead to.
struct demand {
  bool refuse = false;
  bool to_the_end = false;
  bool challenge = false;
  challenge_kind kind = challenge_kind::proof_of_work;
  reason why = reason::none; ///< of the challenge
};

/// The declared policy, applied. Pure. `sampled`: the lot fell on them.
[[nodiscard]] auto decide(const policy_settings& policy, std::uint32_t points, bool sampled) noexcept -> demand;

/// Whether a score leads to anything at all: otherwise nothing need be counted.
[[nodiscard]] auto needs_scores(const policy_settings& policy) noexcept -> bool;

/// Scores those who knock, by lists and by what was counted of them: buyers of a fingerprint, buyers of an address, addresses of a buyer. Thread-safe; the
/// counts are exact within their window, as far as they are remembered (`forgotten`).
class suspicion {
 public:
  explicit suspicion(const suspicion_settings& rules);

  /// Counts a knock and scores it.
  [[nodiscard]] auto score(const knock& who, const suspect_lists& lists, std::chrono::steady_clock::time_point now)
      -> suspect_score;
  /// Keys that were forgotten within their window, because too many were counted.
  [[nodiscard]] auto forgotten() const noexcept -> std::uint64_t;

 private:
  suspicion_settings rules_;
  window_counter buyers_of_fingerprint_;
  window_counter buyers_of_address_;
  window_counter addresses_of_buyer_;
};

} // namespace holdfast::http::door
