#pragma once

#include "payments/scoring.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::payments {

/// How the hook is asked. Plain values.
struct scoring_options {
  std::string url;                             ///< https, or http to this machine; with its path
  std::string authority_file;                  ///< PEM of the authorities of an https address; empty: the machine's
  std::chrono::milliseconds timeout{1'500};    ///< of one question, connecting included
  std::size_t in_flight_max = 256;             ///< questions at once; more have no verdict: "busy"
  std::size_t answer_bytes_max = 16ULL * 1024; ///< a longer answer is "unreadable"
  /// The header lines that sign a body for an id at a time, in seconds since 1970. Thread-safe.
  std::function<std::vector<std::string>(std::string_view id, std::int64_t now_s, std::string_view body)> sign;
};

/// A scorer over HTTP: one POST a question, asked once, without redirects and proxies. One thread makes all requests and gives all answers but "busy"; it ends
/// with the object, and what is on its way then is answered "stopping". Failure: the options, for people.
[[nodiscard]] auto make_scoring_client(const scoring_options& options)
    -> tl::expected<std::unique_ptr<scorer>, std::string>;

} // namespace holdfast::payments
