#pragma once

#include "http/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace holdfast::http::door {

/// A score from which on something happens; nobody's is above 100.
inline constexpr std::uint32_t never = 101;

/// How hard proofs of work are: a challenge's number is one of 0 to `maxnumber`, so that solving it takes half as many hashes on average.
struct work_settings {
  std::chrono::seconds lifetime{300};     ///< of a challenge, from its issue
  std::uint32_t least = 50'000;           ///< `maxnumber` while few people come: about a second of a page
  std::uint32_t most = 500'000;           ///< while many do
  double pressure_from_per_s = 20;        ///< arrivals a second at an event's door from which on it rises
  double pressure_full_per_s = 500;       ///< and at which it is at its most
  std::size_t remembered_max = 1'000'000; ///< proofs used within a lifetime; beyond that none are taken
};

/// What speaks against somebody: how many points each sign has, and when there is one. 0 points: the sign is not looked for.
struct suspicion_settings {
  std::chrono::seconds window{600}; ///< of all counts below
  std::string addresses_file;       ///< networks, one a line; empty: none
  std::string agents_file;          ///< parts of user agents, one a line; empty: none
  std::chrono::seconds reload_every{5};
  std::uint32_t buyers_per_fingerprint = 3;
  std::uint32_t buyers_per_address = 200;
  std::uint32_t addresses_per_buyer = 5;
  std::size_t counted_max =
      500'000; ///< pairs remembered, of each of the three counts; who was not heard of for longest is forgotten first
  std::uint32_t listed_address = 60;
  std::uint32_t listed_agent = 60;
  std::uint32_t no_agent = 40;
  std::uint32_t odd_fingerprint = 30; ///< longer than it may be, or not of visible ASCII
  std::uint32_t shared_fingerprint = 40;
  std::uint32_t crowded_address = 30;
  std::uint32_t wandering_buyer = 30;
  std::uint32_t verified_less = 30; ///< off the sum of somebody whom the organiser's login vouches for
};

/// What a score leads to: the harshest thing whose score is reached. 0: everybody; `never`: nobody.
struct policy_settings {
  std::uint32_t challenge_from = never;
  std::uint32_t captcha_from = never; ///< the challenge is a CAPTCHA then
  std::uint32_t to_the_end_from = never;
  std::uint32_t refuse_from = never;
  double sample_ratio = 0;            ///< share of the buyers who are challenged though nothing speaks against them
  std::chrono::seconds hold_back{60}; ///< how long who is sent to the end is kept from joining
};

/// What happens when whoever checks CAPTCHAs does not say anything.
enum class captcha_failure : std::uint8_t { open = 1, closed = 2 };

/// The door of waiting rooms. As it comes it has nothing but buckets.
struct settings {
  rate_rule address_join{.per_second = 5, .burst = 200};
  rate_rule buyer_join{.per_second = 0.5, .burst = 10};
  std::size_t buckets_max = 262'144; ///< of those that are not full
  work_settings work;
  suspicion_settings signs;
  policy_settings policy;
  std::string captcha_site_key; ///< what pages need to show it; told to who is asked for one
  captcha_failure on_captcha_failure = captcha_failure::open;
};

} // namespace holdfast::http::door
