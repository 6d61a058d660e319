#include "tickets/qr.hpp"

#include "domain/check.hpp"
#include "tickets/markup.hpp"

#include <png.h>
#include <qrencode.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace holdfast::tickets {

namespace {

struct code_deleter {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

/// "M4 4h7v1h-7z": a run of dark squares.
void append_run(std::string& to, std::size_t x, std::size_t y, std::size_t length) {
  const auto width = std::to_string(length);
  to += 'M' + std::to_string(x) + ' ' + std::to_string(y) + 'h' + width + "v1h-" + width + 'z';
}

} // namespace

auto make_qr(std::string_view text) -> tl::expected<qr_symbol, failure> {
  const std::string terminated{text};
  if (terminated.find('\0') != std::string::npos) {
    return tl::unexpected{failure{"a QR code of a text with a zero byte"}};
  }
  const std::unique_ptr<QRcode, code_deleter> code{
      QRcode_encodeString(terminated.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1)};
  if (code == nullptr) {
    return tl::unexpected{
        failure{"a QR code of " + std::to_string(text.size()) + " bytes: " + std::generic_category().message(errno)}};
  }
  qr_symbol out{.side = static_cast<std::size_t>(code->width), .cells = {}};
  out.cells.reserve(out.side * out.side);
  for (std::size_t i = 0; i < out.side * out.side; ++i) {
    out.cells.push_back(code->data[i] & 1U); // the other bits say what a square is for
  }
  return out;
}

auto qr_svg(const qr_symbol& symbol, std::string_view title) -> std::string {
  const auto side = std::to_string(symbol.side + 2 * qr_quiet_squares);
  std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + side + ' ' + side +
                    R"(" role="img" aria-labelledby="t" shape-rendering="crispEdges"><title id="t">)";
  append_escaped(svg, title);
  svg += R"(</title><path fill="#fff" d="M0 0h)" + side + 'v' + side + "h-" + side + R"(z"/><path d=")";
  for (std::size_t y = 0; y < symbol.side; ++y) {
    for (std::size_t x = 0; x < symbol.side;) {
      std::size_t end = x;
      while (end < symbol.side && symbol.is_dark(end, y)) {
        ++end;
      }
      if (end > x) {
        append_run(svg, x + qr_quiet_squares, y + qr_quiet_squares, end - x);
      }
      x = end + 1;
    }
  }
  return svg + R"("/></svg>)";
}

auto qr_png(const qr_symbol& symbol, unsigned scale) -> tl::expected<std::string, failure> {
  HF_CHECK(scale >= 1 && scale <= qr_scale_max, "a square has 1 to 32 pixels a side");
  const std::size_t squares = symbol.side + 2 * qr_quiet_squares;
  const std::size_t side = squares * scale;
  // Indices into two colours: libpng writes one bit a pixel.
  std::vector<std::uint8_t> pixels(side * side, 0);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      const auto column = x / scale;
      const auto row = y / scale;
      const bool inside = column >= qr_quiet_squares && row >= qr_quiet_squares &&
                          column < symbol.side + qr_quiet_squares && row < symbol.side + qr_quiet_squares;
      pixels[y * side + x] = inside && symbol.is_dark(column - qr_quiet_squares, row - qr_quiet_squares) ? 1 : 0;
    }
  }
  constexpr std::array<std::uint8_t, 6> colours{0xff, 0xff, 0xff, 0, 0, 0};

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(side);
  image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = 2;
  std::string out(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = out.size();
  if (png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), static_cast<png_int_32>(side),
                                colours.data()) == 0) {
    const std::string why{static_cast<const char*>(image.message)};
    png_image_free(&image);
    return tl::unexpected{failure{"a PNG of a QR code: " + why}};
  }
  out.resize(size);
  return out;
}

} // namespace holdfast::tickets
