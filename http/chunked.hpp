#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::http {

/// Decodes a chunked body strictly: sizes of 1 to 8 hexadecimal digits, CR LF, no extensions, no trailers. What a lenient
/// reader would skip over could hide a second request, so it is an error.
class chunked_decoder {
 public:
  enum class progress : std::uint8_t { more, done, refused, too_large };

  /// Takes what it can from `input`, appends payload to `out`, and sets `taken` to the bytes used up. A body longer than
  /// `body_bytes_max` is `too_large` as soon as a size says so.
  [[nodiscard]] auto feed(std::string_view input, std::string& out, std::size_t body_bytes_max, std::size_t& taken)
      -> progress;

  void reset() noexcept { *this = chunked_decoder{}; }

 private:
  enum class state : std::uint8_t { size, size_lf, data, data_cr, data_lf, end_cr, end_lf };

  [[nodiscard]] auto step(char c, const std::string& out, std::size_t body_bytes_max) noexcept -> progress;

  state state_ = state::size;
  unsigned digits_ = 0;
  std::size_t left_ = 0; ///< of the current chunk
};

} // namespace holdfast::http
