#include "tools/captcha_client.hpp"

#include "payments/post_client.hpp"
#include "payments/stripe/options.hpp"

#include <utility>

namespace holdfast::tools {

namespace {

constexpr std::size_t captcha_answer_bytes_max = 16ULL * 1024;

class captcha_client final : public http::door::captcha_verifier {
 public:
  captcha_client(std::string secret, std::unique_ptr<payments::post_client> by)
      : secret_{std::move(secret)}, client_{std::move(by)} {}

  void verify(const std::string& response, const std::string& address, http::door::on_captcha done) override {
    client_->post({}, http::door::captcha_form(secret_, response, address),
                  [to = std::move(done)](payments::post_outcome&& said) {
                    to(said.trouble.empty() ? http::door::read_captcha(said.status, said.body)
                                            : http::door::captcha_outcome::unavailable);
                  });
  }

 private:
  const std::string secret_;
  const std::unique_ptr<payments::post_client> client_;
};

} // namespace

auto make_captcha_client(const captcha_options& options)
    -> tl::expected<std::unique_ptr<http::door::captcha_verifier>, std::string> {
  auto secret = payments::stripe::read_api_key(options.secret_file);
  if (!secret) {
    return tl::unexpected{std::move(secret.error())};
  }
  auto client = payments::post_client::open({.url = options.url,
                                             .authority_file = options.authority_file,
                                             .timeout = options.timeout,
                                             .in_flight_max = options.in_flight_max,
                                             .answer_bytes_max = captcha_answer_bytes_max,
                                             .content_type = "application/x-www-form-urlencoded"});
  if (!client) {
    return tl::unexpected{std::move(client.error())};
  }
  return std::make_unique<captcha_client>(*std::move(secret), *std::move(client));
}

} // namespace holdfast::tools
