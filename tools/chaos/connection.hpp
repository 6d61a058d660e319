#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::tools::chaos {

/// Statuses from here on are the server's own faults.
inline constexpr unsigned fault_from = 500;

struct chaos_reply {
  unsigned status = 0;
  std::string body;
  std::uint64_t seq = 0; ///< Event-Seq; 0: none
  bool replayed = false;
};

struct chaos_request {
  std::string_view method;
  std::string target;
  std::string bearer;
  std::string idempotency_key; ///< empty: none
  std::string body;            ///< empty: none
};

/// One client's connection: blocking, kept alive, reopened after a failure. No answer (refused, reset, cut, late) is an unknown outcome,
/// not an error. One thread at a time.
class connection {
 public:
  explicit connection(std::uint16_t port) noexcept : port_{port} {}
  connection(const connection&) = delete;
  auto operator=(const connection&) -> connection& = delete;
  ~connection();

  /// Nothing when there was no whole answer within ten seconds.
  [[nodiscard]] auto ask(const chaos_request& what) -> std::optional<chaos_reply>;
  void close() noexcept;

 private:
  [[nodiscard]] auto open() -> bool;
  [[nodiscard]] auto send_all(std::string_view bytes) -> bool;
  [[nodiscard]] auto read_reply() -> std::optional<chaos_reply>;

  std::uint16_t port_;
  int socket_ = -1;
  std::string buffer_;
};

} // namespace holdfast::tools::chaos
