#pragma once

#include "http/census.hpp"
#include "http/conversation.hpp"
#include "http/deadline_list.hpp"
#include "http/failure.hpp"
#include "http/io_lane.hpp"
#include "http/server_options.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include <array>
#include <atomic>
#include <coroutine>
#include <list>
#include <memory>
#include <thread>

namespace holdfast::http {

class io_worker;

/// A connection as its I/O thread sees it, whatever its stream.
class session : public deadline_node {
 public:
  session(io_worker& owner, const client_address& peer, bool exempt);
  session(const session&) = delete;
  auto operator=(const session&) -> session& = delete;
  virtual ~session();

  /// Closes the socket: whatever the coroutine awaits ends with an error, and the session with it.
  virtual void close() noexcept = 0;
  /// The server ends: a stream comes to its end.
  virtual void drain() = 0;
  /// A look at a stream, every `phase_limits::stream`.
  virtual void look() = 0;

 protected:
  friend class io_worker;

  /// Arms the deadline of what the conversation is about to await.
  void watch();
  void watch_handshake();

  io_worker& owner_;
  client_address peer_;
  bool exempt_; ///< from the cap per address
  conversation talk_;
  std::coroutine_handle<> coroutine_;
  std::list<session*>::iterator place_;
};

/// One I/O thread: a context, a listening socket of its own (SO_REUSEPORT: the kernel spreads connections), its sessions and
/// their deadlines. Everything but the constructor, `drain` and `shut` runs on that thread.
class io_worker {
 public:
  using tcp = boost::asio::ip::tcp;
  /// A socket without the type erasure of the default executor.
  using socket = boost::asio::basic_stream_socket<tcp, boost::asio::io_context::executor_type>;
  using acceptor = boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type>;

  /// What all workers of a server share.
  struct shared {
    const server_options& options;
    const edge& rules;
    edge_metrics& metrics;
    connection_census& census;
    side_worker& aside;
    std::shared_ptr<spdlog::logger> logger;
    boost::asio::ssl::context* tls = nullptr; ///< null: plain
    tracing::tracer* traces = nullptr;        ///< null: nothing is traced
    std::atomic<bool> draining = false;
  };

  explicit io_worker(shared& common);
  io_worker(const io_worker&) = delete;
  auto operator=(const io_worker&) -> io_worker& = delete;
  ~io_worker();

  /// Binds and listens; before `start`. Returns the port.
  [[nodiscard]] auto listen(const std::string& address, std::uint16_t port) -> tl::expected<std::uint16_t, failure>;
  void start();
  /// From any thread: stops accepting and closes idle connections. The others end with their answer.
  void drain();
  /// From any thread: closes everything and ends the thread. Returns when it has ended.
  void shut();

 private:
  friend class session;
  template <class Stream>
  friend class stream_session;

  void run();
  void accept();
  void take(socket peer);
  void refuse(socket& peer, connection_census::verdict why);
  void open(std::unique_ptr<session> fresh, std::coroutine_handle<> coroutine);
  void retire(session& done) noexcept;
  void sweep();
  void sweep_streams(std::chrono::steady_clock::time_point now);

  shared& shared_;
  std::shared_ptr<boost::asio::io_context> context_;
  std::shared_ptr<io_lane> lane_;
  edge_metrics::slab& counts_;
  access_log log_;
  http_date date_;
  surroundings around_;
  acceptor acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      ticker_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      pause_; ///< of accepting, when descriptors have run out
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::array<deadline_list, conversation::phases> deadlines_; ///< by conversation::phase
  std::array<std::chrono::milliseconds, conversation::phases> limits_;
  std::list<session*> sessions_;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace holdfast::http
