#include "payments/scoring_client.hpp"

#include "payments/post_client.hpp"

#include <string_view>
#include <utility>

namespace holdfast::payments {

namespace {

auto seconds_since_1970() -> std::int64_t {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

class scoring_client final : public scorer {
 public:
  scoring_client(const scoring_options& options, std::unique_ptr<post_client> by)
      : sign_{options.sign}, client_{std::move(by)} {}

  void score(const std::string& id, std::string question, on_score done) override {
    const auto headers = sign_(id, seconds_since_1970(), question);
    client_->post(headers, std::move(question), [to = std::move(done)](post_outcome&& said) {
      to(said.trouble.empty() ? read_score(said.status, said.body)
                              : scoring_outcome{domain::risk_verdict::none, std::string{said.trouble}});
    });
  }

 private:
  const std::function<std::vector<std::string>(std::string_view, std::int64_t, std::string_view)> sign_;
  const std::unique_ptr<post_client> client_;
};

} // namespace

auto make_scoring_client(const scoring_options& options) -> tl::expected<std::unique_ptr<scorer>, std::string> {
  if (!options.sign) {
    return tl::unexpected{std::string{"the scoring hook's questions must be signed"}};
  }
  auto client = post_client::open({.url = options.url,
                                   .authority_file = options.authority_file,
                                   .timeout = options.timeout,
                                   .in_flight_max = options.in_flight_max,
                                   .answer_bytes_max = options.answer_bytes_max,
                                   .content_type = "application/json"});
  if (!client) {
    return tl::unexpected{std::move(client.error())};
  }
  return std::make_unique<scoring_client>(options, *std::move(client));
}

} // namespace holdfast::payments
