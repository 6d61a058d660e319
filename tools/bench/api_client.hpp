#pragma once

#include "tools/bench/failure.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace holdfast::tools::bench {

struct api_answer {
  unsigned status = 0;
  std::string body;
  /// The body as JSON; null when it is none.
  [[nodiscard]] auto json() const -> nlohmann::json { return nlohmann::json::parse(body, nullptr, false); }
};

/// Sets a server up and asks it questions: one request at a time over a connection of its own, blocking. Not for measuring.
class api_client {
 public:
  api_client(std::uint16_t port, std::string bearer) : port_{port}, bearer_{std::move(bearer)} {}

  /// Any answer is an answer; fails only when there is none within ten seconds.
  [[nodiscard]] auto ask(const std::string& method, const std::string& target, const std::string& body = {})
      -> tl::expected<api_answer, failure>;
  /// The body of an answer in 200 … 299; anything else is a failure that quotes it. Sends an idempotency key of its own.
  [[nodiscard]] auto call(const std::string& method, const std::string& target, const nlohmann::json& body = {})
      -> tl::expected<nlohmann::json, failure>;

 private:
  std::uint16_t port_;
  std::string bearer_;
};

} // namespace holdfast::tools::bench
