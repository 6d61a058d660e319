#pragma once

#include "tickets/failure.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// QR codes (ISO/IEC 18004). Thread-safe. A ticket's code takes some 150 µs, its SVG 30 µs, its PNG 1 ms at 8 pixels a square.
namespace holdfast::tickets {

/// Light squares that must be around a code, for a scanner to find it.
inline constexpr std::size_t qr_quiet_squares = 4;
/// Pixels a square in an image.
inline constexpr unsigned qr_scale_max = 32;

/// A code as squares.
struct qr_symbol {
  std::size_t side = 0;            ///< squares a side, 21 to 177, without the quiet zone
  std::vector<std::uint8_t> cells; ///< row by row from the top left; 1 is dark

  [[nodiscard]] auto is_dark(std::size_t x, std::size_t y) const noexcept -> bool { return cells[y * side + x] != 0; }
};

/// The smallest code of `text` that is still read when 15 % of it are damaged (level M). A ticket's code, digits and capitals, has 41 squares a
/// side. Fails for an empty text, one with a zero byte, and one that fits no code (some 2,300 bytes).
[[nodiscard]] auto make_qr(std::string_view text) -> tl::expected<qr_symbol, failure>;

/// An SVG of one path that scales to any size, on white, with its quiet zone. `title` is what a screen reader says.
[[nodiscard]] auto qr_svg(const qr_symbol& symbol, std::string_view title) -> std::string;

/// A PNG in black and white with its quiet zone: (side + 8) · `scale` pixels a side. `scale` is 1 to qr_scale_max; below 3 cameras have trouble.
[[nodiscard]] auto qr_png(const qr_symbol& symbol, unsigned scale) -> tl::expected<std::string, failure>;

} // namespace holdfast::tickets
