#include "tests/tracing/collector.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace holdfast::tracing_test {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

auto collector_request::spans() const -> std::vector<nlohmann::json> {
  std::vector<nlohmann::json> all;
  const auto parsed = nlohmann::json::parse(body);
  for (const auto& resource : parsed.at("resourceSpans")) {
    for (const auto& scope : resource.at("scopeSpans")) {
      all.insert(all.end(), scope.at("spans").begin(), scope.at("spans").end());
    }
  }
  return all;
}

collector::collector(script how)
    : script_{std::move(how)}, acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}} {
  threads_.emplace_back([this] { accept(); });
}

collector::~collector() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
    for (auto& peer : peers_) {
      ::shutdown(peer.native_handle(), SHUT_RDWR); // wakes whoever reads
    }
  }
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
  threads_.front().join(); // after it nobody adds to the others
}

void collector::accept() {
  while (true) {
    boost::system::error_code failed;
    tcp::socket peer{context_};
    acceptor_.accept(peer, failed);
    const std::scoped_lock lock{mutex_};
    if (failed || ending_) {
      return;
    }
    auto& kept = peers_.emplace_back(std::move(peer));
    threads_.emplace_back([this, &kept] { serve(kept); });
  }
}

void collector::serve(tcp::socket& peer) {
  boost::beast::flat_buffer buffer;
  while (true) {
    boost::system::error_code failed;
    http::request<http::string_body> got;
    http::read(peer, buffer, got, failed);
    if (failed) {
      return;
    }
    request kept{
        .method = std::string{got.method_string()}, .target = std::string{got.target()}, .headers = {}, .body = {}};
    for (const auto& field : got) {
      std::string name{field.name_string()};
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      kept.headers.emplace(std::move(name), std::string{field.value()});
    }
    kept.body = std::move(got.body());
    std::size_t number = 0;
    {
      const std::scoped_lock lock{mutex_};
      requests_.push_back(std::move(kept));
      number = requests_.size();
    }
    const auto how = script_(number);
    if (how.never) {
      http::read(peer, buffer, got, failed); // until the other side or the end gives up
      return;
    }
    http::response<http::string_body> out{static_cast<http::status>(how.status), 11, how.body};
    out.set(http::field::content_type, "application/json");
    if (!how.retry_after.empty()) {
      out.set(http::field::retry_after, how.retry_after);
    }
    out.prepare_payload();
    http::write(peer, out, failed);
    if (failed) {
      return;
    }
  }
}

auto collector::url() const -> std::string {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1/traces";
}

auto collector::requests() const -> std::vector<request> {
  const std::scoped_lock lock{mutex_};
  return requests_;
}

auto closed_port() -> unsigned short {
  boost::asio::io_context context;
  const tcp::acceptor taken{context, {boost::asio::ip::address_v4::loopback(), 0}};
  return taken.local_endpoint().port();
}

} // namespace holdfast::tracing_test
