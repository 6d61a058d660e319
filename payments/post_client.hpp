#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::payments {

/// Where questions are posted. Plain values.
struct post_options {
  std::string url;                      ///< https, or http to this machine; with its path
  std::string authority_file;           ///< PEM of the authorities of an https address; empty: the machine's
  std::chrono::milliseconds timeout{0}; ///< of one question, connecting included
  std::size_t in_flight_max = 0;        ///< questions at once; more are "busy"
  std::size_t answer_bytes_max = 0;     ///< a longer answer is "unreadable"
  std::string content_type;
};

/// What came of a question.
struct post_outcome {
  std::string_view
      trouble; ///< a literal: why there is no answer ("busy", "timed_out", "unreachable", "unreadable", "stopping"); empty: there is one
  long status = 0;
  std::string body;
};

/// Called once, on the client's thread or from within the call that it answers. It must return soon and must not throw.
using on_post = std::function<void(post_outcome&&)>;

/// Asks a service of the operator's over HTTP: one POST a question, asked once, without redirects and proxies. One thread makes all requests and gives all
/// answers but "busy"; it ends with the object, and what is on its way then is answered "stopping". Thread-safe; nothing blocks.
class post_client {
 public:
  /// Failure: what is wrong with the options, for people.
  [[nodiscard]] static auto open(const post_options& options)
      -> tl::expected<std::unique_ptr<post_client>, std::string>;
  post_client(const post_client&) = delete;
  auto operator=(const post_client&) -> post_client& = delete;
  ~post_client();

  /// `headers`: further header lines.
  void post(const std::vector<std::string>& headers, std::string body, on_post done);

 private:
  class worker;
  explicit post_client(const post_options& options);

  std::unique_ptr<worker> worker_;
};

} // namespace holdfast::payments
