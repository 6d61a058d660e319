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

/// A server as its clients are told of it. The files are PEM and may be empty: the machine's authorities, no certificate.
struct server_address {
  std::string url;
  std::string authority_file;
  std::string certificate_file;
  std::string certificate_key_file;
};

/// A blocking client for the commands that talk to a running server. One thread at a time; keeps its connection.
class http_client {
 public:
  /// `bearer`: the credential of every request; may be empty.
  http_client(server_address server, std::string bearer);
  ~http_client();
  http_client(const http_client&) = delete;
  auto operator=(const http_client&) -> http_client& = delete;

  /// With an Idempotency-Key when one is given. An empty body is sent as `{}`.
  [[nodiscard]] auto post(const std::string& path, const std::string& body, const std::string& idempotency_key)
      -> tl::expected<http_reply, std::string>;

 private:
  void use_certificates();

  struct handle;
  std::unique_ptr<handle> handle_;
  server_address server_;
  std::string bearer_;
};

/// The first line of a key file; the failure is for people.
[[nodiscard]] auto read_key_file(const std::string& file) -> tl::expected<std::string, std::string>;

} // namespace holdfast::tools
