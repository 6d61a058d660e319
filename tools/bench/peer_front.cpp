#include "tools/bench/peer_front.hpp"

#include "tools/bench/hall.hpp"
#include "tools/bench/work_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <charconv>
#include <csignal>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using error_code = boost::system::error_code;

constexpr std::size_t seats_per_hold_max = 8;

struct shared_parts {
  const peer_front_options* options;
  hall plan;
  work_queue queue;
  std::atomic<std::uint64_t> last_hold{0};
};

/// A hold's id carries its seats, so that a release needs no look-up: `hld_<number>_<first seat>_<count>`.
[[nodiscard]] auto id_of(std::uint64_t hold, std::span<const std::uint32_t> seats) -> std::string {
  auto id = "hld_" + std::to_string(hold);
  return id + "_" + std::to_string(seats.front()) + "_" + std::to_string(seats.size());
}

struct named_hold {
  std::uint64_t number = 0;
  std::vector<std::uint32_t> seats;
};

[[nodiscard]] auto parse_id(std::string_view id) -> named_hold {
  std::uint64_t parts[3] = {};
  if (!id.starts_with("hld_")) {
    return {};
  }
  id.remove_prefix(4);
  for (auto& part : parts) {
    const auto [rest, error] = std::from_chars(id.data(), id.data() + id.size(), part);
    if (error != std::errc{}) {
      return {};
    }
    id.remove_prefix(static_cast<std::size_t>(rest - id.data()));
    id.remove_prefix(id.starts_with('_') ? 1 : 0);
  }
  named_hold hold{parts[0], {}};
  for (std::uint64_t seat = parts[1]; parts[2] <= seats_per_hold_max && seat < parts[1] + parts[2]; ++seat) {
    hold.seats.push_back(static_cast<std::uint32_t>(seat));
  }
  return hold;
}

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, shared_parts& parts) : socket_{std::move(socket)}, parts_{&parts} {}

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) {
        self->handle();
      }
    });
  }

 private:
  void handle() {
    if (!parts_->options->make_backend) {
      echo();
      return;
    }
    if (request_.method() == http::verb::post) {
      handle_hold();
    } else if (request_.method() == http::verb::delete_) {
      handle_release();
    } else {
      answer(http::status::method_not_allowed, {});
    }
  }

  void echo() {
    if (request_.method() == http::verb::get) {
      request_[http::field::if_none_match].empty() ? answer_page() : answer(http::status::not_modified, {});
      return;
    }
    const bool holds = request_.method() == http::verb::post;
    answer(holds ? http::status::created : http::status::no_content, holds ? parts_->options->body : std::string{});
  }

  void handle_hold() {
    const auto body = nlohmann::json::parse(request_.body(), nullptr, false);
    const auto wanted = body.is_object() ? body.find("seats") : body.end();
    named_hold hold;
    if (body.is_object() && wanted != body.end() && wanted->is_array()) {
      for (const auto& label : *wanted) {
        const auto* text = label.get_ptr<const std::string*>();
        const auto seat = text != nullptr ? parts_->plan.find(*text) : std::nullopt;
        if (seat) {
          hold.seats.push_back(*seat);
        }
      }
    }
    if (hold.seats.empty() || hold.seats.size() > seats_per_hold_max) {
      answer(http::status::unprocessable_entity, {});
      return;
    }
    hold.number = parts_->last_hold.fetch_add(1, std::memory_order_relaxed) + 1;
    parts_->queue.push([self = shared_from_this(), hold = std::move(hold)](booking_backend& backend) {
      const auto verdict = backend.hold(hold.number, hold.seats);
      net::post(self->socket_.get_executor(), [self, verdict, hold] { self->answer_hold(verdict, hold); });
    });
  }

  void handle_release() {
    const std::string_view target{request_.target().data(), request_.target().size()};
    auto hold = parse_id(target.substr(target.rfind('/') + 1));
    if (hold.seats.empty()) {
      answer(http::status::not_found, {});
      return;
    }
    parts_->queue.push([self = shared_from_this(), hold = std::move(hold)](booking_backend& backend) {
      const auto verdict = backend.release(hold.number, hold.seats);
      net::post(self->socket_.get_executor(), [self, verdict] {
        self->answer(verdict == booking_backend::verdict::done ? http::status::no_content
                                                               : http::status::internal_server_error,
                     {});
      });
    });
  }

  void answer_hold(booking_backend::verdict verdict, const named_hold& hold) {
    if (verdict == booking_backend::verdict::broken) {
      answer(http::status::internal_server_error, {});
      return;
    }
    nlohmann::json seats = nlohmann::json::array();
    for (const auto seat : hold.seats) {
      std::string label;
      parts_->plan.append_label(seat, label);
      seats.push_back({{"seat", label}, {"tier", "seated"}, {"price", 8900}});
    }
    const bool held = verdict == booking_backend::verdict::done;
    const nlohmann::json body = {{"hold_id", id_of(hold.number, hold.seats)},
                                 {"status", held ? "held" : "seat_unavailable"},
                                 {"seats", std::move(seats)},
                                 {"total", 8900 * hold.seats.size()},
                                 {"currency", "EUR"},
                                 {"expires_in_ms", 600'000}};
    answer(held ? http::status::created : http::status::conflict, body.dump());
  }

  void answer(http::status status, std::string body) {
    response_ = {};
    response_.version(11);
    response_.result(status);
    response_.set(http::field::content_type, "application/json");
    response_.body() = std::move(body);
    if (status != http::status::no_content && status != http::status::not_modified) {
      response_.prepare_payload();
    }
    send(response_);
  }

  /// The body as it is kept, without a copy: the ceiling for those who publish theirs.
  void answer_page() {
    page_ = {};
    page_.version(11);
    page_.result(http::status::ok);
    page_.set(http::field::content_type, "application/json");
    page_.body() = {parts_->options->body.data(), parts_->options->body.size()};
    page_.prepare_payload();
    send(page_);
  }

  template <class Response>
  void send(Response& what) {
    http::async_write(socket_, what, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error && self->request_.keep_alive()) {
        self->read();
      }
    });
  }

  tcp::socket socket_;
  shared_parts* parts_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
  http::response<http::span_body<const char>> page_;
};

using context_list = std::vector<std::unique_ptr<net::io_context>>;

/// Accepts on the first context and deals connections out in turn, so that no thread has more of them than another.
class listener {
 public:
  listener(context_list& contexts, shared_parts& parts)
      : contexts_{&contexts}, parts_{&parts}, acceptor_{*contexts.front()} {}

  [[nodiscard]] auto open(std::uint16_t port) -> error_code {
    error_code error;
    const tcp::endpoint where{net::ip::address_v4::loopback(), port};
    acceptor_.open(where.protocol(), error);
    if (!error) {
      acceptor_.set_option(net::socket_base::reuse_address{true}, error);
    }
    if (!error) {
      acceptor_.bind(where, error);
    }
    if (!error) {
      acceptor_.listen(net::socket_base::max_listen_connections, error);
    }
    return error;
  }

  void accept() {
    auto& context = *(*contexts_)[next_++ % contexts_->size()];
    acceptor_.async_accept(context, [this](error_code error, tcp::socket socket) {
      if (error == net::error::operation_aborted) {
        return;
      }
      if (!error) {
        error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        const auto executor = socket.get_executor();
        auto made = std::make_shared<session>(std::move(socket), *parts_);
        net::post(executor, [made] { made->read(); });
      }
      accept();
    });
  }

 private:
  context_list* contexts_;
  shared_parts* parts_;
  tcp::acceptor acceptor_;
  std::size_t next_ = 0;
};

void end_all(context_list& contexts) {
  for (auto& context : contexts) {
    context->stop();
  }
}

} // namespace

auto run_peer_front(const peer_front_options& options) -> tl::expected<void, failure> {
  shared_parts parts{&options, hall{options.seats}, {}, {}};
  std::vector<std::unique_ptr<booking_backend>> backends;
  while (options.make_backend && backends.size() < options.workers) {
    auto made = options.make_backend();
    if (!made) {
      return tl::unexpected{made.error()};
    }
    backends.push_back(std::move(*made));
  }
  context_list contexts;
  std::vector<net::executor_work_guard<net::io_context::executor_type>> guards;
  for (std::size_t i = 0; i < options.io_threads; ++i) {
    contexts.push_back(std::make_unique<net::io_context>(1));
    guards.push_back(net::make_work_guard(*contexts.back()));
  }
  listener door{contexts, parts};
  if (const auto error = door.open(options.port); error) {
    return tl::unexpected{failure{"cannot listen on port " + std::to_string(options.port) + ": " + error.message()}};
  }
  door.accept();
  net::signal_set signals{*contexts.front(), SIGTERM, SIGINT};
  signals.async_wait([&contexts](error_code, int) { end_all(contexts); });

  std::vector<std::jthread> threads;
  for (auto& backend : backends) {
    threads.emplace_back([&parts, worker = backend.get()] { parts.queue.work(*worker); });
  }
  for (std::size_t i = 1; i < contexts.size(); ++i) {
    threads.emplace_back([context = contexts[i].get()] { context->run(); });
  }
  contexts.front()->run();
  parts.queue.close();
  return {};
}

} // namespace holdfast::tools::bench
