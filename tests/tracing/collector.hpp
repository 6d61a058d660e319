#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::tracing_test {

/// What a collector was sent.
struct collector_request {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers; ///< names in small letters
  std::string body;

  /// The spans in the body.
  [[nodiscard]] auto spans() const -> std::vector<nlohmann::json>;
};

struct collector_answer {
  unsigned status = 200;
  std::string body = "{}";
  std::string retry_after = {};
  bool never = false; ///< the connection stays open, and nothing is said
};

/// A collector of traces: a small HTTP server on loopback that keeps what it is sent, and answers as it is told to.
class collector {
 public:
  using request = collector_request;
  using answer = collector_answer;
  /// What to answer to the n-th request, from 1.
  using script = std::function<answer(std::size_t)>;

  explicit collector(script how = [](std::size_t) { return answer{}; });
  collector(const collector&) = delete;
  auto operator=(const collector&) -> collector& = delete;
  ~collector();

  [[nodiscard]] auto url() const -> std::string;
  [[nodiscard]] auto requests() const -> std::vector<request>;

 private:
  using tcp = boost::asio::ip::tcp;

  void accept();
  void serve(tcp::socket& peer);

  script script_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  std::vector<request> requests_;
  bool ending_ = false;
  std::list<tcp::socket> peers_;
  std::vector<std::jthread> threads_; ///< last: they use everything above
};

/// A port on which nobody listens.
[[nodiscard]] auto closed_port() -> unsigned short;

} // namespace holdfast::tracing_test
