#include "http/io_worker.hpp"

#include "domain/check.hpp"
#include "http/stream_session.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <future>

namespace holdfast::http {

namespace {

namespace net = boost::asio;
using boost::system::error_code;

/// Accepting waits this long when the process has run out of descriptors: some will be given back.
constexpr std::chrono::milliseconds accept_pause{100};

/// Streams that are looked at in one go: 1,000 a second with the usual tick, enough for 20,000 every 20 s.
constexpr std::size_t streams_a_sweep = 250;

using reuse_port = net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// What a connection gets that there is no room for. Written once, without waiting.
constexpr std::string_view no_room =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: 159\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n"
    R"({"type":"/problems/overloaded","title":"Too much is going on","status":503,"code":"overloaded",)"
    R"("detail":"Too many connections are open.","retry_after_ms":1000})";
static_assert(no_room.size() - no_room.find("\r\n\r\n") - 4 == 159);

auto to_client(const net::ip::address& address) noexcept -> client_address {
  client_address out;
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    out.bytes[10] = out.bytes[11] = 0xff;
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin() + 12);
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  }
  return out;
}

auto close_reason_of(conversation::phase phase) noexcept -> close_reason {
  switch (phase) {
  case conversation::phase::header: return close_reason::slow_header;
  case conversation::phase::body: return close_reason::slow_body;
  case conversation::phase::write: return close_reason::slow_reader;
  default: return close_reason::idle;
  }
}

} // namespace

session::session(io_worker& owner, const client_address& peer, bool exempt)
    : owner_{owner},
      peer_{peer},
      exempt_{exempt},
      talk_{owner.around_, owner.lane_, peer, owner.shared_.tls != nullptr} {
  owner_.counts_.opened();
}

session::~session() {
  owner_.counts_.closed();
  owner_.shared_.census.leave(peer_, exempt_);
}

void session::watch() {
  const auto phase = static_cast<std::size_t>(talk_.current_phase());
  const time_point due = talk_.phase_began() + owner_.limits_[phase];
  if (!is_linked() || deadline() != due) {
    owner_.deadlines_[phase].append(*this, due);
  }
}

void session::watch_handshake() {
  const auto phase = static_cast<std::size_t>(conversation::phase::header);
  owner_.deadlines_[phase].append(*this, talk_.phase_began() + owner_.limits_[phase]);
}

io_worker::io_worker(shared& common)
    : shared_{common},
      context_{std::make_shared<net::io_context>(1)},
      lane_{std::make_shared<io_lane>(context_)},
      counts_{common.metrics.add_slab()},
      log_{common.logger, common.options.log},
      around_{common.rules, counts_, log_, date_, common.draining, common.aside, common.traces},
      acceptor_{context_->get_executor()},
      ticker_{context_->get_executor()},
      pause_{context_->get_executor()},
      work_{context_->get_executor()} {
  const phase_limits& limits = common.options.phases;
  limits_ = {limits.idle, limits.header, limits.body, limits.write, limits.linger, limits.stream};
}

io_worker::~io_worker() {
  shut();
  // Sessions that wait for an answer which never came. Their exchanges live on with whoever owes it.
  while (!sessions_.empty()) {
    session* last = sessions_.front();
    last->coroutine_.destroy();
    retire(*last);
  }
  lane_->close();
}

auto io_worker::listen(const std::string& address, std::uint16_t port) -> tl::expected<std::uint16_t, failure> {
  error_code error;
  const auto ip = net::ip::make_address(address, error);
  if (error) {
    return tl::unexpected{failure{"'" + address + "' is not an address to listen on"}};
  }
  const tcp::endpoint endpoint{ip, port};
  const auto trouble = [&](std::string_view doing) {
    return tl::unexpected{
        failure{"cannot " + std::string{doing} + " " + address + ":" + std::to_string(port) + ": " + error.message()}};
  };
  if (acceptor_.open(endpoint.protocol(), error); error) {
    return trouble("open a socket for");
  }
  acceptor_.set_option(net::socket_base::reuse_address{true}, error);
  acceptor_.set_option(reuse_port{true}, error);
  if (ip.is_v6()) {
    acceptor_.set_option(net::ip::v6_only{false}, error);
  }
  if (acceptor_.bind(endpoint, error); error) {
    return trouble("bind to");
  }
  if (acceptor_.listen(shared_.options.listen_backlog, error); error) {
    return trouble("listen on");
  }
  return acceptor_.local_endpoint().port();
}

void io_worker::start() {
  thread_ = std::thread{[this] { run(); }};
}

void io_worker::run() {
  lane_->enter();
  accept();
  sweep();
  // Handlers of ours do not throw; what Asio throws here is beyond repair.
  context_->run();
  lane_->leave();
}

void io_worker::accept() {
  acceptor_.async_accept(*context_, [this](const error_code& error, socket peer) {
    if (error == net::error::operation_aborted || !acceptor_.is_open()) {
      return;
    }
    if (error == net::error::no_descriptors || error == error_code{ENFILE, boost::system::system_category()} ||
        error == net::error::no_buffer_space || error == net::error::no_memory) {
      pause_.expires_after(accept_pause);
      pause_.async_wait([this](const error_code& stopped) {
        if (!stopped) {
          accept();
        }
      });
      return;
    }
    if (!error) {
      take(std::move(peer));
    }
    accept();
  });
}

void io_worker::take(socket peer) {
  error_code error;
  const tcp::endpoint from = peer.remote_endpoint(error);
  if (error) {
    return; // gone already
  }
  const client_address address = to_client(from.address());
  const bool exempt = shared_.rules.proxies().contains(address);
  const connection_census::verdict verdict = shared_.census.enter(address, exempt);
  if (verdict != connection_census::verdict::admitted) {
    refuse(peer, verdict);
    return;
  }
  peer.non_blocking(true, error);
  // Answers are written whole: waiting for more to send only adds latency.
  peer.set_option(tcp::no_delay{true}, error);
  if (shared_.tls != nullptr) {
    using secure = net::ssl::stream<socket>;
    auto fresh =
        std::make_unique<stream_session<secure>>(*this, address, exempt, secure{std::move(peer), *shared_.tls});
    const std::coroutine_handle<> coroutine = fresh->drive().handle();
    open(std::move(fresh), coroutine);
  } else {
    auto fresh = std::make_unique<stream_session<socket>>(*this, address, exempt, std::move(peer));
    const std::coroutine_handle<> coroutine = fresh->drive().handle();
    open(std::move(fresh), coroutine);
  }
}

void io_worker::open(std::unique_ptr<session> fresh, std::coroutine_handle<> coroutine) {
  session* const owned = fresh.release(); // retire() deletes it
  owned->coroutine_ = coroutine;
  owned->place_ = sessions_.insert(sessions_.end(), owned);
  coroutine.resume();
}

void io_worker::refuse(socket& peer, connection_census::verdict why) {
  counts_.closed_by(why == connection_census::verdict::too_many ? close_reason::too_many
                                                                : close_reason::too_many_of_address);
  if (shared_.tls == nullptr) {
    error_code ignored;
    peer.non_blocking(true, ignored);
    peer.write_some(net::const_buffer{no_room.data(), no_room.size()}, ignored);
    peer.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

void io_worker::retire(session& done) noexcept {
  sessions_.erase(done.place_);
  delete &done;
}

void io_worker::sweep() {
  const auto now = std::chrono::steady_clock::now();
  sweep_streams(now);
  for (std::size_t phase = 0; phase < deadlines_.size(); ++phase) {
    if (static_cast<conversation::phase>(phase) == conversation::phase::stream) {
      continue;
    }
    while (deadline_node* due = deadlines_[phase].take_due(now)) {
      auto& late = static_cast<session&>(*due);
      if (static_cast<conversation::phase>(phase) != conversation::phase::linger) {
        counts_.closed_by(close_reason_of(static_cast<conversation::phase>(phase)));
      }
      late.close();
    }
  }
  if (ending_) {
    return;
  }
  ticker_.expires_after(shared_.options.phases.tick);
  ticker_.async_wait([this](const error_code& error) {
    if (!error) {
      sweep();
    }
  });
}

/// Some at a time: each look sends a few bytes.
void io_worker::sweep_streams(std::chrono::steady_clock::time_point now) {
  auto& streams = deadlines_[static_cast<std::size_t>(conversation::phase::stream)];
  for (std::size_t i = 0; i < streams_a_sweep; ++i) {
    deadline_node* due = streams.take_due(now);
    if (due == nullptr) {
      return;
    }
    static_cast<session&>(*due).look();
  }
}

void io_worker::drain() {
  net::post(*context_, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    // What is idle has nothing to lose; what is not ends with its answer, because draining is said already.
    while (deadline_node* idle = deadlines_[static_cast<std::size_t>(conversation::phase::idle)].take_first()) {
      static_cast<session&>(*idle).close();
    }
    for (session* each : sessions_) {
      each->drain();
    }
  });
}

void io_worker::shut() {
  if (!thread_.joinable()) {
    return;
  }
  net::post(*context_, [this] {
    error_code ignored;
    ending_ = true;
    acceptor_.close(ignored);
    pause_.cancel();
    ticker_.cancel();
    for (session* each : sessions_) {
      each->close();
    }
    work_.reset();
  });
  thread_.join();
}

} // namespace holdfast::http
