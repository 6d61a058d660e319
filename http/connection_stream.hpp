#pragma once

#include <cstddef>
#include <string_view>

namespace holdfast::http {

/// What a connection becomes when its answer has no end: bytes leave when there are some, and whatever the client says meanwhile comes in
/// here. Knows nothing of sockets. I/O thread of the connection only, but for its making and its end.
class connection_stream {
 public:
  /// The connection, as the stream sees it. Outlives the stream's `attach` until the stream's end.
  class line {
   public:
    line() = default;
    line(const line&) = delete;
    auto operator=(const line&) -> line& = delete;
    /// `output` has something, or `ended` has become true. May call `output` and `sent` before it returns; never ends the stream
    /// before it returns.
    virtual void kick() noexcept = 0;

   protected:
    ~line() = default;
  };

  connection_stream() = default;
  connection_stream(const connection_stream&) = delete;
  auto operator=(const connection_stream&) -> connection_stream& = delete;
  virtual ~connection_stream() = default;

  /// The head has left: the stream may send.
  virtual void attach(line& to) = 0;
  /// What is to be sent next; stays what it is, and where it is, until it is `sent`. Empty: nothing at the moment.
  [[nodiscard]] virtual auto output() -> std::string_view = 0;
  virtual void sent(std::size_t bytes) = 0;
  virtual void received(std::string_view bytes) = 0;
  /// Nothing will follow what `output` still has.
  [[nodiscard]] virtual auto ended() const noexcept -> bool = 0;
  /// Every `phase_limits::stream`: whether the other side shows life. A stream that does not is dropped.
  [[nodiscard]] virtual auto is_alive() -> bool = 0;
  /// The server ends: come to an end.
  virtual void drain() = 0;
};

} // namespace holdfast::http
