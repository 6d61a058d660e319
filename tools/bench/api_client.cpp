#include "tools/bench/api_client.hpp"

#include "tools/bench/scratch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>

namespace holdfast::tools::bench {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using error_code = boost::system::error_code;

constexpr auto patience = std::chrono::seconds{30};
constexpr std::size_t answer_bytes_max = 64 * 1024 * 1024;

/// Every step may wait for the server no longer than `patience`, which only asynchronous calls obey.
class exchange {
 public:
  explicit exchange(http::request<http::string_body> request) : stream_{io_}, request_{std::move(request)} {
    parser_.body_limit(answer_bytes_max);
  }

  [[nodiscard]] auto run(std::uint16_t port) -> tl::expected<api_answer, failure> {
    stream_.expires_after(patience);
    stream_.async_connect(net::ip::tcp::endpoint{net::ip::address_v4::loopback(), port},
                          [this](error_code error) { error ? fail(error) : write(); });
    io_.run();
    if (error_) {
      return tl::unexpected{failure{"127.0.0.1:" + std::to_string(port) + " does not answer: " + error_.message()}};
    }
    return api_answer{parser_.get().result_int(), std::move(parser_.get().body())};
  }

 private:
  void fail(error_code error) { error_ = error; }

  void write() {
    http::async_write(stream_, request_, [this](error_code error, std::size_t) { error ? fail(error) : read(); });
  }

  void read() {
    http::async_read(stream_, buffer_, parser_, [this](error_code error, std::size_t) { fail(error); });
  }

  net::io_context io_{1};
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  error_code error_;
};

} // namespace

auto api_client::ask(const std::string& method, const std::string& target, const std::string& body)
    -> tl::expected<api_answer, failure> {
  http::request<http::string_body> request{http::string_to_verb(method), target, 11};
  request.set(http::field::host, "127.0.0.1:" + std::to_string(port_));
  request.set(http::field::connection, "close");
  if (!bearer_.empty()) {
    request.set(http::field::authorization, "Bearer " + bearer_);
  }
  if (method == "POST" || method == "PUT" || method == "PATCH") {
    request.set(http::field::content_type, "application/json");
    request.set("Idempotency-Key", random_secret());
    request.body() = body;
    request.prepare_payload();
  }
  return exchange{std::move(request)}.run(port_);
}

auto api_client::call(const std::string& method, const std::string& target, const nlohmann::json& body)
    -> tl::expected<nlohmann::json, failure> {
  const auto answer = ask(method, target, body.is_null() ? std::string{} : body.dump());
  if (!answer) {
    return tl::unexpected{answer.error()};
  }
  if (answer->status < 200 || answer->status > 299) {
    return tl::unexpected{
        failure{method + " " + target + " was answered " + std::to_string(answer->status) + ": " + answer->body}};
  }
  return answer->json();
}

} // namespace holdfast::tools::bench
