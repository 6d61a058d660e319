#pragma once

#include "http/door/captcha.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace holdfast::tools {

/// Who checks responses of CAPTCHAs, and how it is asked.
struct captcha_options {
  std::string url = {};            ///< such as https://challenges.cloudflare.com/turnstile/v0/siteverify; empty: nobody
  std::string secret_file = {};    ///< the site's secret, a line; a file of its owner only
  std::string authority_file = {}; ///< PEM of the authorities of the address; empty: the machine's
  std::chrono::milliseconds timeout{3'000};
  std::size_t in_flight_max = 256; ///< more cannot be checked: what happens then is the door's policy
};

/// A verifier over HTTP, on a thread of its own. Failure: for people, without the secret.
[[nodiscard]] auto make_captcha_client(const captcha_options& options)
    -> tl::expected<std::unique_ptr<http::door::captcha_verifier>, std::string>;

} // namespace holdfast::tools
