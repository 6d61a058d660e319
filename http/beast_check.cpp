#include "http/beast_check.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <limits>

namespace holdfast::http {

namespace {

namespace beast = boost::beast;

auto view(beast::string_view text) noexcept -> std::string_view {
  return {text.data(), text.size()};
}

/// Compares instead of storing: Beast hands out views of the same bytes, so nothing is copied.
class comparing_parser final : public beast::http::basic_parser<true> {
 public:
  comparing_parser(const accepted_header& header, std::span<const header_field> fields) noexcept
      : header_{header}, fields_{fields} {}

  [[nodiscard]] auto agrees() const noexcept -> bool { return agrees_ && at_ == fields_.size(); }

 private:
  using error_code = beast::error_code;

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code&) override {
    agrees_ =
        view(method) == to_string(header_.verb) && view(target) == header_.target && (version == 11 || version == 10);
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override { agrees_ = false; }

  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    agrees_ = agrees_ && at_ < fields_.size() && view(name) == fields_[at_].name && view(value) == fields_[at_].value;
    ++at_;
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  auto on_body_impl(beast::string_view body, error_code&) -> std::size_t override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  auto on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) -> std::size_t override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  const accepted_header& header_;
  std::span<const header_field> fields_;
  std::size_t at_ = 0;
  bool agrees_ = false;
};

} // namespace

auto beast_agrees(std::string_view block, const accepted_header& header, std::span<const header_field> fields) -> bool {
  comparing_parser parser{header, fields};
  // The gate has counted; Beast counts otherwise.
  parser.header_limit(static_cast<std::uint32_t>(2 * gate_limits::header_bytes_max));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  beast::error_code error;
  parser.put(boost::asio::const_buffer{block.data(), block.size()}, error);
  if (error || !parser.is_header_done() || !parser.agrees()) {
    return false;
  }
  switch (header.body) {
  case framing::chunked: return parser.chunked();
  case framing::length: return !parser.chunked() && parser.content_length() == header.content_length;
  case framing::none: return !parser.chunked() && parser.content_length().value_or(0) == 0;
  }
  return false;
}

} // namespace holdfast::http
