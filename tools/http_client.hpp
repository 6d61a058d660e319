#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::tools {

struct http_reply {
  long status = 0;
  std::string body;
};

/// A blocking client for the commands that talk to a running server. One thread at a time; keeps its connection.
class http_client {
 public:
  /// `bearer`: the credential of every request; may be empty.
  http_client(std::string base_url, std::string bearer);
  ~http_client();
  http_client(const http_client&) = delete;
  auto operator=(const http_client&) -> http_client& = delete;

  [[nodiscard]] auto get(const std::string& path) -> tl::expected<http_reply, std::string>;
  /// With an Idempotency-Key when one is given. An empty body is sent as `{}`.
  [[nodiscard]] auto post(const std::string& path, const std::string& body, const std::string& idempotency_key)
      -> tl::expected<http_reply, std::string>;

 private:
  [[nodiscard]] auto perform(const std::string& path, const std::string* body, const std::string& idempotency_key)
      -> tl::expected<http_reply, std::string>;

  struct handle;
  std::unique_ptr<handle> handle_;
  std::string base_url_;
  std::string bearer_;
};

/// The first line of a key file; the failure is for people.
[[nodiscard]] auto read_key_file(const std::string& file) -> tl::expected<std::string, std::string>;

} // namespace holdfast::tools
