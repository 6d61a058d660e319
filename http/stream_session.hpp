#pragma once

#include "http/io_worker.hpp"
#include "http/session_io.hpp"

#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace holdfast::http {

/// Resumes when the exchange has its answer.
struct answered {
  exchange& of;

  [[nodiscard]] auto await_ready() const noexcept -> bool {
    return exchange_access::stage_of(of) != exchange_access::stage::deferred;
  }
  void await_suspend(std::coroutine_handle<> waiter) const noexcept { exchange_access::set_waiter(of, waiter); }
  void await_resume() const noexcept {}
};

template <class Stream>
struct shake_hands {
  Stream& stream;
  io_result result{};

  [[nodiscard]] auto await_ready() const noexcept -> bool { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    stream.async_handshake(boost::asio::ssl::stream_base::server, resume_with{waiter, &result});
  }
  [[nodiscard]] auto await_resume() const noexcept -> io_result { return result; }
};

template <class Stream>
struct say_goodbye {
  Stream& stream;
  io_result result{};

  [[nodiscard]] auto await_ready() const noexcept -> bool { return false; }
  void await_suspend(std::coroutine_handle<> waiter) { stream.async_shutdown(resume_with{waiter, &result}); }
  [[nodiscard]] auto await_resume() const noexcept -> io_result { return result; }
};

/// A connection over a plain socket or TLS: moves bytes between the stream and the conversation.
template <class Stream>
class stream_session final : public session, private connection_stream::line {
 public:
  static constexpr bool is_tls = !std::is_same_v<Stream, io_worker::socket>;
  /// Answers in a row before other connections get their turn.
  static constexpr unsigned answers_in_a_row_max = 32;
  /// What is read and thrown away while a client reads its last answer.
  static constexpr std::size_t lingering_bytes_max = 256 * 1024;
  /// Of a stream, in the kernel: who reads slower is to be noticed soon, and 10,000 of them must fit.
  static constexpr int stream_send_buffer_bytes = 32 * 1024;

  stream_session(io_worker& owner, const client_address& peer, bool exempt, Stream stream)
      : session{owner, peer, exempt}, stream_{std::move(stream)} {}

  void close() noexcept override {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

  void drain() override {
    if (source_) {
      source_->drain();
      kick();
    }
  }

  void look() override {
    if (source_ && source_->is_alive()) {
      watch_stream(conversation::phase::stream);
      kick();
    } else {
      close();
    }
  }

  /// The connection from its first byte to its last. Ends by deleting the session.
  [[nodiscard]] auto drive() -> session_coroutine;

 private:
  /// Writes without waiting; false when nothing could be written now, or (then `open` too) the connection is broken.
  [[nodiscard]] auto write_now(bool& open) -> bool;
  void end_sending() noexcept;
  [[nodiscard]] auto next_while(bool open) -> conversation::action {
    return open ? talk_.next() : conversation::action::end;
  }
  [[nodiscard]] auto plain() noexcept -> io_worker::socket&;

  /// Resumes when no write of the stream is under way.
  struct written {
    stream_session& of;

    [[nodiscard]] auto await_ready() const noexcept -> bool { return !of.writing_; }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept { of.after_write_ = waiter; }
    void await_resume() const noexcept {}
  };

  // A stream: the coroutine reads; what is to be written is written by whoever has it.
  void begin_stream();
  /// What the client said; false when it has gone, and then nothing is written any more either.
  [[nodiscard]] auto hear(const io_result& what) -> bool;
  [[nodiscard]] auto lingers_on(const io_result& got) noexcept -> bool {
    lingered_bytes_ += std::max<std::size_t>(got.bytes, 1);
    return !got.error && lingered_bytes_ < lingering_bytes_max;
  }
  void kick() noexcept override;
  void pump();
  void watch_stream(conversation::phase phase) {
    const auto at = static_cast<std::size_t>(phase);
    owner_.deadlines_[at].append(*this, conversation::clock::now() + owner_.limits_[at]);
  }

  Stream stream_;
  std::shared_ptr<connection_stream> source_;
  bool writing_ = false; ///< an operation of the stream's is under way
  bool over_ = false;    ///< everything that the stream had has been sent
  std::coroutine_handle<> after_write_;
  std::size_t lingered_bytes_ = 0;
};

template <class Stream>
auto stream_session<Stream>::write_now(bool& open) -> bool {
  if constexpr (is_tls) {
    return false;
  } else {
    boost::system::error_code error;
    const auto pieces = talk_.output();
    // The usual answer is in one piece, and one piece is less work for the kernel.
    const std::size_t bytes =
        pieces[1].empty() ? stream_.write_some(boost::asio::const_buffer{pieces[0].data(), pieces[0].size()}, error)
                          : stream_.write_some(as_buffers(pieces), error);
    if (!error) {
      talk_.sent(bytes);
      return true;
    }
    open = error == boost::asio::error::would_block || error == boost::asio::error::try_again;
    return false;
  }
}

template <class Stream>
void stream_session<Stream>::end_sending() noexcept {
  boost::system::error_code ignored;
  stream_.lowest_layer().shutdown(io_worker::tcp::socket::shutdown_send, ignored);
}

template <class Stream>
auto stream_session<Stream>::plain() noexcept -> io_worker::socket& {
  if constexpr (is_tls) {
    return stream_.next_layer();
  } else {
    return stream_;
  }
}

template <class Stream>
void stream_session<Stream>::begin_stream() {
  source_ = talk_.take_stream();
  boost::system::error_code ignored;
  stream_.lowest_layer().set_option(boost::asio::socket_base::send_buffer_size{stream_send_buffer_bytes}, ignored);
  watch_stream(conversation::phase::stream);
  source_->attach(*this);
  if (owner_.shared_.draining.load(std::memory_order_relaxed)) {
    source_->drain();
  }
  kick();
}

template <class Stream>
auto stream_session<Stream>::hear(const io_result& what) -> bool {
  if (what.error) {
    close(); // ends a write that is under way
    return false;
  }
  source_->received({talk_.space().data(), what.bytes});
  kick();
  return true;
}

template <class Stream>
void stream_session<Stream>::kick() noexcept {
  try {
    pump();
  } catch (...) {
    owner_.log_.gave_up();
    close();
  }
}

template <class Stream>
void stream_session<Stream>::pump() {
  while (!writing_ && !over_) {
    const std::string_view bytes = source_->output();
    if (bytes.empty()) {
      if (source_->ended()) {
        over_ = true;
        end_sending();
        watch_stream(conversation::phase::linger);
      }
      return;
    }
    const boost::asio::const_buffer buffer{bytes.data(), bytes.size()};
    if constexpr (!is_tls) {
      boost::system::error_code error;
      const std::size_t sent = stream_.write_some(buffer, error);
      if (!error) {
        source_->sent(sent);
        continue;
      }
      if (error != boost::asio::error::would_block && error != boost::asio::error::try_again) {
        close();
        return;
      }
    }
    writing_ = true;
    stream_.async_write_some(buffer, [this](const boost::system::error_code& error, std::size_t sent) {
      writing_ = false;
      if (after_write_) {
        std::exchange(after_write_, nullptr).resume();
      } else if (error) {
        close();
      } else {
        source_->sent(sent);
        kick();
      }
    });
  }
}

template <class Stream>
auto stream_session<Stream>::drive() -> session_coroutine {
  using action = conversation::action;
  try {
    bool open = true;
    unsigned answers = 0;
    if constexpr (is_tls) {
      watch_handshake();
      const io_result shaken = co_await shake_hands<Stream>{stream_};
      open = !shaken.error;
    }
    for (action next = next_while(open); next != action::end; next = next_while(open)) {
      if (next == action::read) {
        watch();
        answers = 0;
        const io_result got = co_await read_some<Stream>{stream_, talk_.space()};
        open = !got.error;
        talk_.received(got.bytes);
      } else if (next == action::write && write_now(open)) {
        if (++answers == answers_in_a_row_max) {
          answers = 0;
          unlink();
          co_await take_turns{*owner_.context_};
        }
      } else if (next == action::write && open) {
        watch();
        const io_result put = co_await write_some<Stream>{stream_, talk_.output()};
        open = !put.error;
        talk_.sent(put.bytes);
      } else if (next == action::wait) {
        unlink();
        co_await answered{talk_.waits_for()};
      } else if (next == action::stream) {
        begin_stream();
        while (open) {
          const io_result got = co_await read_some<Stream>{stream_, talk_.space()};
          open = hear(got);
        }
      } else if (next == action::linger) {
        // Closing with unread bytes resets the connection, and the client may lose the answer that it has not read yet: say that
        // nothing more will come, and read on for a while.
        watch();
        if (lingered_bytes_ == 0) {
          if constexpr (is_tls) {
            static_cast<void>(co_await say_goodbye<Stream>{stream_});
          }
          end_sending();
        }
        const io_result got = co_await read_some<io_worker::socket>{plain(), talk_.space()};
        open = lingers_on(got);
      }
    }
  } catch (...) {
    // Memory has run out, or Asio could not begin an operation: this connection ends, the others go on.
    owner_.log_.gave_up();
    close();
  }
  co_await written{*this};
  owner_.retire(*this);
}

} // namespace holdfast::http
