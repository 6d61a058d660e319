#include "http/door/suspicion.hpp"

#include "domain/queue/sha256.hpp"

#include <algorithm>
#include <span>

namespace holdfast::http::door {

namespace {

constexpr std::array<std::string_view, sign_count> sign_names{
    "listed_address",     "listed_agent",    "no_agent",       "odd_fingerprint",
    "shared_fingerprint", "crowded_address", "wandering_buyer"};

constexpr std::uint32_t points_max = 100;

auto fingerprint_key(std::string_view fingerprint) -> door_key {
  const auto digest =
      domain::queue::sha256({reinterpret_cast<const std::uint8_t*>(fingerprint.data()), fingerprint.size()});
  door_key out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = (out.high << 8U) | digest[i];
    out.low = (out.low << 8U) | digest[i + 8];
  }
  return out;
}

} // namespace

auto name_of(sign what) noexcept -> std::string_view {
  return sign_names[static_cast<std::size_t>(what)];
}

auto is_fingerprint(std::string_view text) noexcept -> bool {
  return !text.empty() && text.size() <= fingerprint_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

auto decide(const policy_settings& policy, std::uint32_t points, bool sampled) noexcept -> demand {
  demand out;
  out.refuse = points >= policy.refuse_from;
  out.to_the_end = points >= policy.to_the_end_from;
  if (points >= policy.captcha_from) {
    out.challenge = true;
    out.kind = challenge_kind::captcha;
    out.why = policy.captcha_from == 0 ? reason::everybody : reason::suspicious;
  } else if (points >= policy.challenge_from) {
    out.challenge = true;
    out.why = policy.challenge_from == 0 ? reason::everybody : reason::suspicious;
  } else if (sampled) {
    out.challenge = true;
    out.why = reason::sample;
  }
  return out;
}

auto needs_scores(const policy_settings& policy) noexcept -> bool {
  const auto counts = [](std::uint32_t from) { return from > 0 && from < never; };
  return counts(policy.challenge_from) || counts(policy.captcha_from) || counts(policy.to_the_end_from) ||
         counts(policy.refuse_from);
}

suspicion::suspicion(const suspicion_settings& rules)
    : rules_{rules},
      buyers_of_fingerprint_{rules.window, rules.buyers_per_fingerprint + 1, rules.counted_max},
      buyers_of_address_{rules.window, rules.buyers_per_address + 1, rules.counted_max},
      addresses_of_buyer_{rules.window, rules.addresses_per_buyer + 1, rules.counted_max} {}

auto suspicion::score(const knock& who, const suspect_lists& lists, std::chrono::steady_clock::time_point now)
    -> suspect_score {
  suspect_score out;
  std::uint32_t sum = 0;
  const auto add = [&out, &sum](sign what, std::uint32_t points) {
    out.signs |= 1U << static_cast<unsigned>(what);
    sum += points;
  };
  const auto buyer = key_of(who.who);
  const auto address = key_of(who.address);
  if (rules_.listed_address > 0 && lists.networks.contains(who.address)) {
    add(sign::listed_address, rules_.listed_address);
  }
  if (who.user_agent.empty()) {
    if (rules_.no_agent > 0) {
      add(sign::no_agent, rules_.no_agent);
    }
  } else if (rules_.listed_agent > 0 && lists.names_agent(who.user_agent)) {
    add(sign::listed_agent, rules_.listed_agent);
  }
  if (!who.fingerprint.empty() && !is_fingerprint(who.fingerprint)) {
    if (rules_.odd_fingerprint > 0) {
      add(sign::odd_fingerprint, rules_.odd_fingerprint);
    }
  } else if (!who.fingerprint.empty() && rules_.shared_fingerprint > 0 &&
             buyers_of_fingerprint_.note(fingerprint_key(who.fingerprint), buyer, now) >
                 rules_.buyers_per_fingerprint) {
    add(sign::shared_fingerprint, rules_.shared_fingerprint);
  }
  if (rules_.crowded_address > 0 && buyers_of_address_.note(address, buyer, now) > rules_.buyers_per_address) {
    add(sign::crowded_address, rules_.crowded_address);
  }
  if (rules_.wandering_buyer > 0 && addresses_of_buyer_.note(buyer, address, now) > rules_.addresses_per_buyer) {
    add(sign::wandering_buyer, rules_.wandering_buyer);
  }
  sum -= who.verified ? std::min(sum, rules_.verified_less) : 0;
  out.points = std::min(sum, points_max);
  return out;
}

auto suspicion::forgotten() const noexcept -> std::uint64_t {
  return buyers_of_fingerprint_.forgotten() + buyers_of_address_.forgotten() + addresses_of_buyer_.forgotten();
}

} // namespace holdfast::http::door
