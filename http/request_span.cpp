#include "http/request_span.hpp"

#include "domain/public_id.hpp"
#include "http/router.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace holdfast::http {

namespace {

constexpr unsigned server_errors_from = 500;
constexpr unsigned not_configured = 501; // missing, and not broken

/// Names and attributes are those of OpenTelemetry's conventions for HTTP servers, as far as they hold nothing of the client's.
auto span_of(const exchange& of, const request_times& times) -> tracing::span {
  const route* row = of.matched_route();
  const std::string_view verb = of.is_head() ? "HEAD" : to_string(of.verb());
  std::string name{verb};
  if (row != nullptr) {
    name.append(" ").append(row->pattern);
  }
  auto what = of.traced()->span_of(of.traced()->root(), of.trace().parent, name, times.began, times.ended);
  what.kind = tracing::span_kind::server;
  what.parent_is_remote = of.trace().parent != 0;
  what.attributes.push_back({"http.request.method", std::string{verb}});
  what.attributes.push_back({"url.scheme", std::string{times.secure ? "https" : "http"}});
  if (row != nullptr) {
    what.attributes.push_back({"http.route", std::string{row->pattern}});
    what.attributes.push_back({"url.path", shown_path(row->pattern, of.path())});
  }
  return what;
}

} // namespace

auto shown_path(std::string_view pattern, std::string_view path) -> std::string {
  std::string shown;
  while (true) {
    const auto end = pattern.find('/');
    const auto name = pattern.substr(0, end);
    const auto value = path.substr(0, path.find('/'));
    const bool is_event = name == "{event}" && domain::public_ids::parse_event(value).has_value();
    shown.append(is_event ? value : name);
    if (end == std::string_view::npos) {
      return shown;
    }
    shown.push_back('/');
    pattern.remove_prefix(end + 1);
    path.remove_prefix(std::min(value.size() + 1, path.size()));
  }
}

void record_request(const exchange& of, unsigned status, const request_times& times) {
  if (!of.traced()) {
    return;
  }
  auto what = span_of(of, times);
  what.attributes.push_back({"http.response.status_code", static_cast<std::int64_t>(status)});
  if (status >= server_errors_from && status != not_configured) {
    what.failed = true;
    what.attributes.push_back({"error.type", std::to_string(status)});
  }
  of.traced()->record(std::move(what));
}

void record_abandoned(const exchange& of, const request_times& times) {
  if (!of.traced()) {
    return;
  }
  auto what = span_of(of, times);
  what.attributes.push_back({"error.type", std::string{"connection_ended"}});
  of.traced()->record(std::move(what));
}

} // namespace holdfast::http
