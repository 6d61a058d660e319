#include "http/gate.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace holdfast::http {

namespace {

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
/// RFC 3986: what a path or query may hold besides letters and digits. '%' is checked apart.
constexpr std::string_view target_marks = "-._~!$&'()*+,;=:@/?%";
constexpr std::string_view host_marks = "-._";

constexpr auto is_digit(char c) noexcept -> bool {
  return c >= '0' && c <= '9';
}

constexpr auto is_letter_or_digit(char c) noexcept -> bool {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr auto is_hex(char c) noexcept -> bool {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr auto table_of(std::string_view marks) {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 128; ++c) {
    table[c] = is_letter_or_digit(static_cast<char>(c)) || marks.find(static_cast<char>(c)) != std::string_view::npos;
  }
  return table;
}

constexpr auto token_table = table_of(token_marks);
constexpr auto target_table = table_of(target_marks);
constexpr auto host_table = table_of(host_marks);

auto all_in(std::string_view text, const std::array<bool, 256>& table) noexcept -> bool {
  for (const char c : text) {
    if (!table[static_cast<unsigned char>(c)]) {
      return false;
    }
  }
  return true;
}

/// How many of eight bytes are visible ASCII or blank (0x20 … 0x7e) before the first that is not. The high bit of a byte below 0x20 or above
/// 0x7e is set: "Determine if a word has a byte less than n / greater than n" (Anderson, Bit Twiddling Hacks). Behind the first such byte
/// others may be marked wrongly, which nobody looks at.
auto visible_bytes(const char* at) noexcept -> std::size_t {
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  const std::uint64_t low = (word - ones * 0x20U) & ~word;
  const std::uint64_t high = (word + ones) | word;
  return static_cast<std::size_t>(std::countr_zero((low | high) & (ones * 0x80U))) / 8;
}

auto without_blanks(std::string_view text) noexcept -> std::string_view {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

auto method_of(std::string_view text, method& out) noexcept -> bool {
  for (const method each :
       {method::get, method::post, method::put, method::patch, method::delete_, method::head, method::options}) {
    if (text == to_string(each)) {
      out = each;
      return true;
    }
  }
  return false;
}

auto is_percent_encoded_soundly(std::string_view text) noexcept -> bool {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) {
      return false;
    }
  }
  return true;
}

/// `name`, `192.0.2.1` or `[2001:db8::1]`, each with an optional port.
auto is_host(std::string_view value) noexcept -> bool {
  std::string_view port;
  bool has_port = false;
  if (!value.empty() && value.front() == '[') {
    const std::size_t end = value.find(']');
    if (end == std::string_view::npos || end < 3) {
      return false;
    }
    for (const char c : value.substr(1, end - 1)) {
      if (!is_hex(c) && c != ':' && c != '.') {
        return false;
      }
    }
    value.remove_prefix(end + 1);
    if (value.empty()) {
      return true;
    }
    if (value.front() != ':') {
      return false;
    }
    port = value.substr(1);
    has_port = true;
  } else {
    const std::size_t colon = value.find(':');
    has_port = colon != std::string_view::npos;
    const std::string_view name = value.substr(0, colon);
    if (name.empty() || name.size() > 253 || !all_in(name, host_table)) {
      return false;
    }
    port = has_port ? value.substr(colon + 1) : std::string_view{};
  }
  if (!has_port) {
    return true;
  }
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc{} && end == port.data() + port.size() && port.size() <= 5 && number <= 65535 &&
         is_digit(port[0]);
}

/// A header that may come once only: a second one could be read by somebody else instead of the first.
auto is_single(header_id id) noexcept -> bool {
  switch (id) {
  case header_id::accept:
  case header_id::accept_encoding:
  case header_id::access_control_request_headers:
  case header_id::connection:
  case header_id::if_none_match:
  case header_id::x_forwarded_for:
  case header_id::other: return false;
  default: return true;
  }
}

} // namespace

/// What the header has shown so far.
struct gate::seen {
  std::uint32_t ids = 0; ///< bit n: a header with id n
  bool closes = false;
  bool keeps_alive = false;

  [[nodiscard]] auto has(header_id id) const noexcept -> bool { return ((ids >> static_cast<unsigned>(id)) & 1U) != 0; }
};

auto gate::refuse(std::string_view why) noexcept -> bool {
  why_ = why;
  return false;
}

void gate::reset() noexcept {
  scanned_ = 0;
  line_start_ = 0;
  after_cr_ = false;
  http_1_0_ = false;
  why_ = {};
  header_ = {};
  fields_.clear();
}

auto gate::scan(std::string_view bytes) -> verdict {
  const verdict so_far = scan_bytes(bytes);
  if (so_far == verdict::incomplete && bytes.size() >= gate_limits::header_bytes_max) {
    static_cast<void>(refuse("the header is larger than 8 KiB"));
    return verdict::refused;
  }
  if (so_far != verdict::accepted) {
    return so_far;
  }
  header_.bytes = scanned_;
  return read_structure(bytes.substr(0, scanned_)) ? verdict::accepted : verdict::refused;
}

/// Walks over new bytes until the empty line: visible ASCII and blanks, and CR LF only as a pair.
auto gate::scan_bytes(std::string_view bytes) noexcept -> verdict {
  const std::size_t end = std::min(bytes.size(), gate_limits::header_bytes_max);
  while (scanned_ < end) {
    if (after_cr_) {
      if (bytes[scanned_] != '\n') {
        static_cast<void>(refuse("a CR without its LF"));
        return verdict::refused;
      }
      after_cr_ = false;
      const bool empty_line = scanned_ - 1 == line_start_;
      const bool first_line = line_start_ == 0;
      line_start_ = ++scanned_;
      if (empty_line) {
        if (first_line) {
          static_cast<void>(refuse("an empty line instead of a request"));
          return verdict::refused;
        }
        return verdict::accepted;
      }
      continue;
    }
    std::size_t at = scanned_;
    while (end - at >= 8) {
      const std::size_t visible = visible_bytes(bytes.data() + at);
      at += visible;
      if (visible < 8) {
        break;
      }
    }
    scanned_ = at;
    if (at == end) {
      break;
    }
    const auto c = static_cast<unsigned char>(bytes[scanned_]);
    if (c == '\r') {
      after_cr_ = true;
    } else if (c < 0x20 || c > 0x7e) {
      static_cast<void>(refuse(c == '\n' ? "an LF without its CR" : "a byte that no header may hold"));
      return verdict::refused;
    }
    ++scanned_;
  }
  return verdict::incomplete;
}

auto gate::read_structure(std::string_view block) -> bool {
  fields_.clear();
  seen counts;
  std::size_t end = block.find('\r');
  if (!read_request_line(block.substr(0, end))) {
    return false;
  }
  for (std::size_t start = end + 2; block[start] != '\r'; start = end + 2) {
    end = block.find('\r', start);
    if (!read_field(block.substr(start, end - start), counts)) {
      return false;
    }
  }
  if (!counts.has(header_id::host)) {
    return refuse("no Host");
  }
  header_.keep_alive = !http_1_0_ && !counts.closes;
  return check_framing(counts) && check_upgrade(counts.has(header_id::upgrade));
}

auto gate::read_request_line(std::string_view line) -> bool {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse("the request line has not three parts");
  }
  const std::string_view version = line.substr(last + 1);
  http_1_0_ = version == "HTTP/1.0";
  if (!http_1_0_ && version != "HTTP/1.1") {
    return refuse("the version is neither HTTP/1.1 nor HTTP/1.0");
  }
  if (!method_of(line.substr(0, first), header_.verb)) {
    return refuse("an unknown method");
  }
  header_.target = line.substr(first + 1, last - first - 1);
  if (header_.target.empty() || header_.target.front() != '/') {
    return refuse("the target is not an absolute path");
  }
  if (!all_in(header_.target, target_table) || !is_percent_encoded_soundly(header_.target)) {
    return refuse("the target holds what no path or query may");
  }
  const std::size_t question = header_.target.find('?');
  header_.path = header_.target.substr(0, question);
  header_.query = question == std::string_view::npos ? std::string_view{} : header_.target.substr(question + 1);
  return true;
}

auto gate::read_field(std::string_view line, seen& counts) -> bool {
  if (line.front() == ' ') {
    return refuse("a folded line");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return refuse("a header without a name");
  }
  const std::string_view name = line.substr(0, colon);
  if (!all_in(name, token_table)) {
    return refuse("a header's name holds what no name may");
  }
  if (fields_.size() == gate_limits::fields_max) {
    return refuse("more than 64 headers");
  }
  const header_field& field =
      fields_.emplace_back(header_field{name, without_blanks(line.substr(colon + 1)), header_id_of(name)});
  if (field.id == header_id::other) {
    const bool forbidden = equal_ignoring_case(name, "trailer") || equal_ignoring_case(name, "http2-settings");
    return forbidden ? refuse("a header that announces what is not served") : true;
  }
  if (is_single(field.id) && counts.has(field.id)) {
    return refuse("a header that may come once came twice");
  }
  counts.ids |= 1U << static_cast<unsigned>(field.id);
  return read_known_field(field, counts);
}

auto gate::read_known_field(const header_field& field, seen& counts) -> bool {
  const std::string_view value = field.value;
  switch (field.id) {
  case header_id::host: return is_host(value) ? true : refuse("Host is not a host");
  case header_id::transfer_encoding:
    header_.body = framing::chunked;
    return value == "chunked" ? true : refuse("a Transfer-Encoding other than chunked");
  case header_id::content_length: {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), header_.content_length);
    const bool sound = error == std::errc{} && end == value.data() + value.size() && is_digit(value.front()) &&
                       (value.size() == 1 || value.front() != '0') &&
                       header_.content_length <= gate_limits::content_length_max;
    header_.body = framing::length;
    return sound ? true : refuse("Content-Length is not a plain number");
  }
  case header_id::connection: {
    if (!read_connection(value)) {
      return false;
    }
    counts.closes = counts.closes || !header_.keep_alive;
    return true;
  }
  case header_id::upgrade:
    return equal_ignoring_case(value, "websocket") ? true : refuse("an upgrade to what is not served");
  case header_id::expect:
    header_.expects_continue = equal_ignoring_case(value, "100-continue");
    header_.expects_other = !header_.expects_continue;
    return true;
  default: return true;
  }
}

/// Only what says how long the connection lives: any other option would name a header to be dropped on the way.
auto gate::read_connection(std::string_view value) -> bool {
  while (true) {
    const std::size_t comma = value.find(',');
    const std::string_view option = without_blanks(value.substr(0, comma));
    if (equal_ignoring_case(option, "close")) {
      header_.keep_alive = false;
    } else if (equal_ignoring_case(option, "upgrade")) {
      header_.upgrades = true;
    } else if (!equal_ignoring_case(option, "keep-alive") && !equal_ignoring_case(option, "te")) {
      return refuse("a Connection option that is not served");
    }
    if (comma == std::string_view::npos) {
      return true;
    }
    value.remove_prefix(comma + 1);
  }
}

auto gate::check_framing(const seen& counts) -> bool {
  if (counts.has(header_id::transfer_encoding)) {
    if (counts.has(header_id::content_length)) {
      return refuse("both Transfer-Encoding and Content-Length");
    }
    if (http_1_0_) {
      return refuse("Transfer-Encoding in HTTP/1.0");
    }
    header_.body = framing::chunked;
  } else if (header_.content_length == 0) {
    header_.body = framing::none;
  }
  const bool takes_body = header_.verb == method::post || header_.verb == method::put || header_.verb == method::patch;
  if (header_.body != framing::none && !takes_body) {
    return refuse("a body where the method has none");
  }
  if (header_.body == framing::none) {
    header_.expects_continue = false;
  }
  return true;
}

} // namespace holdfast::http
