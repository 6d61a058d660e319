#pragma once

#include "payments/circuit_breaker.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace holdfast::payments::stripe {

/// How Stripe is called. Plain values; the defaults suit the real one.
struct client_options {
  std::string url = "https://api.stripe.com"; ///< https, or http to this machine (for the simulator); no path
  std::filesystem::path key_file;             ///< the secret API key, one line; readable by its owner only
  std::string authority_file;                 ///< PEM of the authorities of an https address; empty: the machine's
  std::string api_version =
      "2024-06-20"; ///< sent along, so that answers keep their form when the account's default changes

  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{20'000}; ///< of one attempt, connecting included
  std::chrono::milliseconds call_deadline{45'000};   ///< of a call with its repetitions; after that it has an outcome
  std::size_t calls_max = 64;                        ///< at once, waiting for a repetition included; more are refused
  std::size_t answer_bytes_max = 4 * 1024 * 1024;    ///< a hundred payments with their charges take some 600 KiB

  std::uint32_t attempts_max = 3;             ///< of one call, all with the same key
  std::chrono::milliseconds retry_first{250}; ///< the limit of the first pause; doubles (see full_jitter)
  std::chrono::milliseconds retry_longest{5'000};
  double requests_per_s = 80; ///< our own limit; Stripe's is 100 a second for live accounts
  double requests_burst = 40;
  std::chrono::milliseconds limit_wait_max{2'000}; ///< a call that would wait longer for our own limit is refused
  breaker_settings breaker;

  std::function<double()> random; ///< from [0, 1), uniform, asked on the client's thread; empty: the system's
};

/// What is wrong with the address, for people; or the address without a slash at its end.
[[nodiscard]] auto check_url(const std::string& url) -> tl::expected<std::string, std::string>;

/// The same for the address of a hook, which may have a path.
[[nodiscard]] auto check_hook_url(const std::string& url) -> tl::expected<std::string, std::string>;

/// The key in a file that only its owner may use; or what is wrong, for people, without the key.
[[nodiscard]] auto read_api_key(const std::filesystem::path& file) -> tl::expected<std::string, std::string>;

/// The secret in a file, as with the key: `whsec_…`. A file with several lines has several, for the time of a rotation.
[[nodiscard]] auto read_webhook_secrets(const std::filesystem::path& file)
    -> tl::expected<std::vector<std::string>, std::string>;

} // namespace holdfast::payments::stripe
