#pragma once

#include "tracing/span.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::tracing {

/// How a collector took a batch.
struct post_result {
  long status = 0;     ///< HTTP; 0: there was no answer
  std::string body;    ///< its beginning
  std::string failure; ///< why there was none, for people
  std::optional<std::chrono::seconds> retry_after;
};

/// Brings batches to a collector. One thread.
class batch_carrier {
 public:
  virtual ~batch_carrier() = default;
  /// Blocks until the answer is there or `deadline`, or until soon after `give_up` says so; it is asked every few milliseconds.
  [[nodiscard]] virtual auto post(const std::string& body, clock::time_point deadline,
                                  const std::function<bool()>& give_up) -> post_result = 0;
};

/// Over HTTP, by libcurl; keeps its connection. Follows no redirect and no proxy of the environment's.
[[nodiscard]] auto make_otlp_client(std::string url, const std::vector<std::string>& headers,
                                    std::string authority_file) -> std::unique_ptr<batch_carrier>;

} // namespace holdfast::tracing
