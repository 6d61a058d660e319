#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <span>
#include <string_view>

/// What a session awaits. Each operation keeps its result in the coroutine's frame and its handler is two pointers: nothing is
/// allocated but Asio's own operation, which Asio recycles.
namespace holdfast::http {

/// A coroutine that owns nothing but its frame: it begins when told to, and its frame goes when it ends or is destroyed.
class session_coroutine {
 public:
  struct promise_type {
    auto get_return_object() noexcept -> session_coroutine {
      return session_coroutine{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    auto initial_suspend() const noexcept -> std::suspend_always { return {}; }
    auto final_suspend() const noexcept -> std::suspend_never { return {}; }
    void return_void() const noexcept {}
    /// The body catches everything itself.
    void unhandled_exception() const noexcept { std::terminate(); }
  };

  explicit session_coroutine(std::coroutine_handle<> handle) noexcept : handle_{handle} {}
  [[nodiscard]] auto handle() const noexcept -> std::coroutine_handle<> { return handle_; }

 private:
  std::coroutine_handle<> handle_;
};

struct io_result {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// The completion handler of every operation below.
struct resume_with {
  std::coroutine_handle<> waiter;
  io_result* result;

  void operator()(const boost::system::error_code& error, std::size_t bytes = 0) const {
    *result = {error, bytes};
    waiter.resume();
  }
};

template <class Stream>
struct read_some {
  Stream& stream;
  std::span<char> into;
  io_result result{};

  [[nodiscard]] auto await_ready() const noexcept -> bool { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    stream.async_read_some(boost::asio::mutable_buffer{into.data(), into.size()}, resume_with{waiter, &result});
  }
  [[nodiscard]] auto await_resume() const noexcept -> io_result { return result; }
};

[[nodiscard]] inline auto as_buffers(const std::array<std::string_view, 2>& pieces) noexcept {
  return std::array{boost::asio::const_buffer{pieces[0].data(), pieces[0].size()},
                    boost::asio::const_buffer{pieces[1].data(), pieces[1].size()}};
}

template <class Stream>
struct write_some {
  Stream& stream;
  std::array<std::string_view, 2> pieces;
  io_result result{};

  [[nodiscard]] auto await_ready() const noexcept -> bool { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    stream.async_write_some(as_buffers(pieces), resume_with{waiter, &result});
  }
  [[nodiscard]] auto await_resume() const noexcept -> io_result { return result; }
};

/// Lets the thread's other work go first.
struct take_turns {
  boost::asio::io_context& context;

  [[nodiscard]] auto await_ready() const noexcept -> bool { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    boost::asio::post(context, [waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}
};

} // namespace holdfast::http
