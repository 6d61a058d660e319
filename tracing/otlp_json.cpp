#include "tracing/otlp_json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace holdfast::tracing {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
/// Bits of a span's `flags` beside those of W3C's trace flags: whether it is known that the parent is remote, and that it is.
constexpr unsigned sampled = 0x1;
constexpr unsigned knows_remote = 0x100;
constexpr unsigned is_remote = 0x200;
constexpr unsigned status_error = 2;

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) {
    out.push_back(digits[static_cast<std::size_t>((value >> static_cast<unsigned>(shift)) & 0xfU)]);
  }
}

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 20> text{};
  const auto [end, failed] = std::to_chars(text.data(), text.data() + text.size(), value);
  static_cast<void>(failed); // 20 characters hold every 64-bit number
  out.append(text.data(), end);
}

void append_text(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      const auto code = static_cast<unsigned char>(c);
      out.append("\\u00").push_back(digits[code >> 4U]);
      out.push_back(digits[code & 0xfU]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void append_text_attribute(std::string& out, std::string_view key, std::string_view value) {
  out.append("{\"key\":");
  append_text(out, key);
  out.append(",\"value\":{\"stringValue\":");
  append_text(out, value);
  out.append("}}");
}

void append_attribute(std::string& out, const attribute& what) {
  if (const auto* text = std::get_if<std::string>(&what.value)) {
    append_text_attribute(out, what.key, *text);
    return;
  }
  out.append("{\"key\":");
  append_text(out, what.key);
  out.append(",\"value\":{\"intValue\":\"");
  append_number(out, std::get<std::int64_t>(what.value));
  out.append("\"}}");
}

void append_time(std::string& out, std::string_view key, clock::time_point at, std::chrono::nanoseconds epoch) {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()) + epoch;
  out.append(key);
  append_number(out, since.count());
  out.push_back('"');
}

void append_span(std::string& out, const span& what, std::chrono::nanoseconds epoch) {
  out.append("{\"traceId\":\"");
  append_hex(out, what.trace.high);
  append_hex(out, what.trace.low);
  out.append("\",\"spanId\":\"");
  append_hex(out, what.id);
  if (what.parent != 0) {
    out.append("\",\"parentSpanId\":\"");
    append_hex(out, what.parent);
  }
  out.append("\",\"flags\":");
  append_number(out, sampled | knows_remote | (what.parent_is_remote ? is_remote : 0U));
  out.append(",\"name\":");
  append_text(out, what.name);
  out.append(",\"kind\":");
  append_number(out, static_cast<std::int64_t>(what.kind));
  append_time(out, ",\"startTimeUnixNano\":\"", what.began, epoch);
  append_time(out, ",\"endTimeUnixNano\":\"", what.ended, epoch);
  out.append(",\"attributes\":[");
  for (const auto& each : what.attributes) {
    append_attribute(out, each);
    out.push_back(',');
  }
  if (!what.attributes.empty()) {
    out.pop_back();
  }
  out.append("],\"status\":{");
  if (what.failed) {
    out.append("\"code\":");
    append_number(out, status_error);
  }
  out.append("}}");
}

} // namespace

void append_otlp(std::string& out, std::span<const span> spans, const resource_attributes& from,
                 std::chrono::nanoseconds epoch) {
  out.append("{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
  for (const auto& [key, value] : from) {
    append_text_attribute(out, key, value);
    out.push_back(',');
  }
  if (!from.empty()) {
    out.pop_back();
  }
  out.append("]},\"scopeSpans\":[{\"scope\":{\"name\":\"holdfast\"},\"spans\":[");
  for (const auto& each : spans) {
    append_span(out, each, epoch);
    out.push_back(',');
  }
  if (!spans.empty()) {
    out.pop_back();
  }
  out.append("]}]}]}");
}

auto rejected_spans(std::string_view answer) -> std::uint64_t {
  const auto said = nlohmann::json::parse(answer, nullptr, false);
  if (!said.is_object() || !said.contains("partialSuccess") || !said["partialSuccess"].is_object()) {
    return 0;
  }
  const auto& partial = said["partialSuccess"];
  const auto found = partial.find("rejectedSpans");
  if (found == partial.end()) {
    return 0;
  }
  if (found->is_number_unsigned()) {
    return found->get<std::uint64_t>();
  }
  std::uint64_t value = 0;
  if (found->is_string()) {
    const auto& text = found->get_ref<const std::string&>();
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() ? value : 0;
  }
  return 0;
}

} // namespace holdfast::tracing
