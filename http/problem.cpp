#include "http/problem.hpp"

#include "domain/check.hpp"
#include "http/documents.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

constexpr std::chrono::milliseconds retry_default{1000};

auto retry_after(problem_kind kind, const problem_details& details) noexcept
    -> std::optional<std::chrono::milliseconds> {
  if (details.retry_after) {
    return details.retry_after;
  }
  const unsigned status = problem_row_of(kind).status;
  if (status == 429 || status == 503) {
    return retry_default;
  }
  return std::nullopt;
}

} // namespace

auto problem_row_of(problem_kind kind) noexcept -> const problem_row& {
  const auto index = static_cast<std::size_t>(kind);
  const std::span<const problem_row> rows = problem_rows();
  HF_CHECK(index < rows.size() && rows[index].kind == kind, "every kind of problem has its row, in order");
  return rows[index];
}

auto find_problem(std::string_view code) noexcept -> const problem_row* {
  const std::span<const problem_row> rows = problem_rows();
  const auto row = std::ranges::find(rows, code, &problem_row::code);
  return row == rows.end() ? nullptr : &*row;
}

void begin_problem(json_writer& out, problem_kind kind, const problem_details& details, std::string_view trace_id) {
  const problem_row& row = problem_row_of(kind);
  out.begin_object().key("type");
  out.text().append("\"/problems/").append(row.code).append("\",\"title\":");
  out.value(row.title).member("status", row.status).member("code", row.code);
  if (!details.detail.empty()) {
    out.member("detail", details.detail);
  }
  if (const auto wait = retry_after(kind, details)) {
    out.member("retry_after_ms", wait->count());
  }
  if (!details.errors.empty()) {
    out.key("errors").begin_array();
    for (const json_error& each : details.errors) {
      out.begin_object().member("pointer", each.pointer).member("message", each.message).end_object();
    }
    out.end_array();
  }
  out.member("trace_id", trace_id);
}

void end_problem(json_writer& out) {
  out.end_object();
}

auto retry_after_seconds(problem_kind kind, const problem_details& details) noexcept -> std::uint64_t {
  const auto wait = retry_after(kind, details);
  if (!wait) {
    return 0;
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, (wait->count() + 999) / 1000));
}

auto problem_page(const problem_row& row) -> std::string {
  std::string out = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width\"><title>";
  append_html(out, row.code);
  out.append("</title></head><body><main><h1>");
  append_html(out, row.title);
  out.append("</h1><p><code>").append(row.code).append("</code>, status ").append(std::to_string(row.status));
  out.append("</p><p>");
  append_html(out, row.description);
  out.append("</p></main></body></html>\n");
  return out;
}

} // namespace holdfast::http
