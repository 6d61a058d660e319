#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace holdfast::http::door {

/// What a CAPTCHA's provider said of a response.
enum class captcha_outcome : std::uint8_t { passed = 1, failed = 2, unavailable = 3 };

/// Called once, on some thread of the verifier's or from within the call that it answers. It must return soon and must not throw.
using on_captcha = std::function<void(captcha_outcome)>;

/// The port to whoever checks responses of CAPTCHAs. Thread-safe; nothing blocks; every response is answered for exactly once, also when the verifier ends
/// before.
class captcha_verifier {
 public:
  captcha_verifier() = default;
  captcha_verifier(const captcha_verifier&) = delete;
  auto operator=(const captcha_verifier&) -> captcha_verifier& = delete;
  virtual ~captcha_verifier() = default;

  /// `response`: what the widget gave to the client. `address`: the client's.
  virtual void verify(const std::string& response, const std::string& address, on_captcha done) = 0;
};

/// The longest response that is passed on; Turnstile's have up to 2,048 characters.
inline constexpr std::size_t captcha_response_bytes_max = 4'096;

/// The body of a question to a provider of reCAPTCHA's kind (hCaptcha, Turnstile, Friendly Captcha's compatible one): `secret`, `response` and `remoteip`,
/// as `application/x-www-form-urlencoded`. Pure.
[[nodiscard]] auto captcha_form(std::string_view secret, std::string_view response, std::string_view address)
    -> std::string;

/// What its answer says: of status 200, JSON with `success`. A response is failed only if the provider says that it is at fault: what it says of the secret, or
/// of itself, leaves open whether the client is human. Pure.
[[nodiscard]] auto read_captcha(long status, std::string_view body) -> captcha_outcome;

} // namespace holdfast::http::door
