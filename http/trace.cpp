#include "http/request.hpp"
#include "http/unique_bits.hpp"

#include <charconv>

// W3C Trace Context, level 1: version "-" trace-id "-" parent-id "-" flags, lower-case hexadecimal.

namespace holdfast::http {

namespace {

constexpr std::size_t text_length = 55;

void append_hex(std::string& out, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) {
    out.push_back(digits[static_cast<std::size_t>((value >> shift) & 0xfU)]);
  }
}

/// Lower-case hexadecimal only, all of it.
auto read_hex(std::string_view text, std::uint64_t& out) noexcept -> bool {
  for (const char c : text) {
    if (c >= 'A' && c <= 'F') {
      return false;
    }
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

auto read_traceparent(std::string_view text, trace_context& out) noexcept -> bool {
  std::uint64_t version = 0;
  std::uint64_t flags = 0;
  if (text.size() < text_length || text[2] != '-' || text[35] != '-' || text[52] != '-' ||
      !read_hex(text.substr(0, 2), version) || version == 0xff) {
    return false;
  }
  // A later version may append fields; version 00 may not.
  if (text.size() > text_length && (version == 0 || text[text_length] != '-')) {
    return false;
  }
  if (!read_hex(text.substr(3, 16), out.trace_high) || !read_hex(text.substr(19, 16), out.trace_low) ||
      !read_hex(text.substr(36, 16), out.parent) || !read_hex(text.substr(53, 2), flags)) {
    return false;
  }
  out.sampled = (flags & 1U) != 0;
  return (out.trace_high | out.trace_low) != 0 && out.parent != 0;
}

} // namespace

auto trace_context::of(std::string_view traceparent) noexcept -> trace_context {
  trace_context context;
  if (traceparent.empty() || !read_traceparent(traceparent, context)) {
    context = trace_context{};
    context.trace_high = unique_bits();
    context.trace_low = unique_bits();
  }
  context.span = unique_bits();
  return context;
}

void trace_context::append_trace_to(std::string& out) const {
  append_hex(out, trace_high);
  append_hex(out, trace_low);
}

auto trace_context::trace_text() const -> std::string {
  std::string out;
  out.reserve(32);
  append_trace_to(out);
  return out;
}

} // namespace holdfast::http
