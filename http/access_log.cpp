#include "http/access_log.hpp"

#include "http/router.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>

namespace holdfast::http {

namespace {

constexpr std::size_t queue_lines_max = 8192;

/// Whether this is the one in `one_in`.
auto chosen(std::uint32_t& count, std::uint32_t one_in) noexcept -> bool {
  if (one_in == 0) {
    return false;
  }
  if (++count < one_in) {
    return false;
  }
  count = 0;
  return true;
}

auto begin_line(std::string& text, spdlog::level::level_enum level, std::string_view message) -> json_writer {
  json_writer out{text};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const spdlog::string_view_t name = spdlog::level::to_string_view(level);
  out.begin_object().key("time").time(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  out.member("level", std::string_view{name.data(), name.size()}).member("message", message);
  return out;
}

void add_request(json_writer& out, const exchange& what) {
  out.member("request_id", what.request_id()).member("trace_id", what.trace().trace_text());
  const route* row = what.matched_route();
  out.member("method", what.is_head() ? "HEAD" : to_string(what.verb()));
  out.member("route", row == nullptr ? std::string_view{"none"} : std::string_view{row->pattern});
}

void write(spdlog::logger& to, spdlog::level::level_enum level, const std::string& text) {
  to.log(level, spdlog::string_view_t{text.data(), text.size()});
}

} // namespace

void access_log::finished(const exchange& what, unsigned status, std::chrono::nanoseconds took) {
  if (!logger_) {
    return;
  }
  // What an operator has not configured is missing, not broken.
  const bool missing = status == 501;
  const bool bad = status >= 500 && !missing;
  const bool slow = took >= options_.slow;
  const bool taken =
      status >= 400 ? chosen(wrong_, options_.sample_client_errors_one_in) : chosen(well_, options_.sample_one_in);
  if (!bad && !slow && !taken) {
    return;
  }
  const auto level = bad ? spdlog::level::err : slow || missing ? spdlog::level::warn : spdlog::level::info;
  if (!logger_->should_log(level)) {
    return;
  }
  std::string text;
  json_writer out = begin_line(text, level, "request");
  add_request(out, what);
  out.member("status", status)
      .member("latency_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  out.end_object();
  write(*logger_, level, text);
}

void access_log::refused(std::string_view request_id, std::string_view why) {
  if (!logger_ || !logger_->should_log(spdlog::level::warn) || !chosen(wrong_, options_.sample_client_errors_one_in)) {
    return;
  }
  std::string text;
  json_writer out = begin_line(text, spdlog::level::warn, "refused bytes");
  out.member("request_id", request_id).member("reason", why).member("status", 400).end_object();
  write(*logger_, spdlog::level::warn, text);
}

void access_log::failed(const exchange& what, std::string_view why) {
  if (!logger_) {
    return;
  }
  std::string text;
  json_writer out = begin_line(text, spdlog::level::err, "a handler failed");
  add_request(out, what);
  out.member("reason", why).end_object();
  write(*logger_, spdlog::level::err, text);
}

void access_log::gave_up() {
  if (!logger_) {
    return;
  }
  std::string text;
  begin_line(text, spdlog::level::err, "a connection was given up for want of resources").end_object();
  write(*logger_, spdlog::level::err, text);
}

json_log::json_log(std::string_view name, std::shared_ptr<spdlog::sinks::sink> to)
    : pool_{std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1)} {
  if (!to) {
    to = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  logger_ = std::make_shared<spdlog::async_logger>(std::string{name}, std::move(to), pool_,
                                                   spdlog::async_overflow_policy::overrun_oldest);
  logger_->set_pattern("%v");
}

json_log::~json_log() = default;

} // namespace holdfast::http
