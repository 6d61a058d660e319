#pragma once

#include "tracing/tracer.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tracing {

/// Where spans go, and how. Plain values.
struct export_options {
  std::string endpoint;       ///< `http://` or `https://`, with the path; empty: nothing is traced
  std::string headers_file;   ///< lines `Name: value` that go along, such as a credential; empty: none
  std::string authority_file; ///< PEM of the authorities of an https collector; empty: the machine's
  std::string service_name = "holdfast";
  std::string service_instance; ///< empty: made anew at every start
  sampling_options sampling;
  std::size_t queue_spans_max = 8'192;            ///< that wait, of some 0.5 KiB each; what is more is dropped
  std::size_t batch_spans_max = 512;              ///< sent at once
  std::chrono::milliseconds batch_delay{1'000};   ///< a span waits no longer for others
  std::chrono::milliseconds send_deadline{5'000}; ///< of one attempt
  std::chrono::milliseconds retry_first{500};     ///< the pause after a first failure; each is twice the one before
  std::chrono::milliseconds retry_pause_max{10'000};
  std::chrono::milliseconds retry_for{30'000};     ///< a batch that is older is dropped
  std::chrono::milliseconds flush_deadline{3'000}; ///< at the end, for everything that waits
};

/// A collector's URL as it is used: without a path, `/v1/traces` is added. Or what is wrong with it, for people.
[[nodiscard]] auto check_endpoint(const std::string& url) -> tl::expected<std::string, std::string>;

/// The lines of a file of headers that nobody but its owner may use, checked; or what is wrong, for people, without the lines themselves: they are secrets.
[[nodiscard]] auto read_headers(const std::filesystem::path& file)
    -> tl::expected<std::vector<std::string>, std::string>;

} // namespace holdfast::tracing
