#include "tests/payments/room.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments_test;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// An authority, and certificates by it for this machine and for another.
class certificates {
 public:
  certificates() {
    const std::string curve = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    const auto signed_by_authority = [&](const std::string& who, const std::string& name) {
      return " && openssl req -new" + curve + "-keyout " + who + ".key -out " + who + ".csr -subj /CN=" + who +
             " && printf 'subjectAltName=" + name + "' > " + who + ".ext && openssl x509 -req -in " + who +
             ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile " + who + ".ext -out " + who + ".pem";
    };
    const auto command = "( cd '" + folder_.path().string() + "' && openssl req -x509" + curve +
                         "-keyout ca.key -out ca.pem -days 2 -subj /CN=authority" +
                         signed_by_authority("here", "IP:127.0.0.1") +
                         signed_by_authority("elsewhere", "DNS:gateway.example") + " ) >/dev/null 2>&1";
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): the program openssl, with names that are made here
    REQUIRE(std::system(command.c_str()) == 0);
  }

  auto file(const std::string& name) const -> std::string { return (folder_.path() / name).string(); }

 private:
  folder folder_;
};

/// Takes one connection over TLS, and answers one request with a payment.
class one_answer {
 public:
  one_answer(const certificates& from, const std::string& who)
      : acceptor_{context_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
    tls_.use_certificate_chain_file(from.file(who + ".pem"));
    tls_.use_private_key_file(from.file(who + ".key"), asio::ssl::context::pem);
    thread_ = std::jthread{[this] { serve(); }};
  }

  auto url() const -> std::string { return "https://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

  /// What came in the clear, once the connection has ended.
  auto received() -> std::string {
    if (thread_.joinable()) {
      thread_.join();
    }
    return received_;
  }

 private:
  void serve() {
    boost::system::error_code failed;
    asio::ssl::stream<tcp::socket> peer{acceptor_.accept(failed), tls_};
    peer.handshake(asio::ssl::stream_base::server, failed);
    if (failed) {
      return;
    }
    asio::streambuf buffer;
    asio::read_until(peer, buffer, "\r\n\r\n", failed);
    received_.assign(asio::buffers_begin(buffer.data()), asio::buffers_end(buffer.data()));
    const nlohmann::json payment{{"id", "pi_1"},
                                 {"object", "payment_intent"},
                                 {"status", "requires_payment_method"},
                                 {"amount", 5'000},
                                 {"amount_capturable", 0},
                                 {"amount_received", 0},
                                 {"currency", "eur"},
                                 {"created", 5},
                                 {"metadata", nlohmann::json::object()}};
    const auto body = payment.dump();
    asio::write(peer,
                asio::buffer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\n\r\n" + body),
                failed);
    peer.shutdown(failed);
  }

  asio::io_context context_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_;
  std::string received_;
  std::jthread thread_; ///< last: it uses everything above
};

} // namespace

TEST_CASE(
    "a gateway is spoken to over TLS when its certificate is by the authority and for its name, and told nothing otherwise") {
  const certificates made;
  room keys;
  struct row {
    const char* who;
    bool knows_authority;
    const char* expected;
  };
  for (const auto& each : {row{"here", true, "payment requires_payment_method"},
                           row{"here", false, "refused unreachable"}, row{"elsewhere", true, "refused unreachable"}}) {
    CAPTURE(each.who);
    CAPTURE(each.knows_authority);
    one_answer server{made, each.who};
    const auto at = keys.client([&](auto& options) {
      options.url = server.url();
      options.authority_file = each.knows_authority ? made.file("ca.pem") : "";
      options.attempts_max = 1;
    });
    CHECK(words(create(*at, "k-1")) == each.expected);
    const bool was_told = server.received().find("Authorization: Bearer sk_test_") != std::string::npos;
    CHECK(was_told == std::string{each.expected}.starts_with("payment"));
  }
}
