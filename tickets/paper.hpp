#pragma once

#include "domain/instant.hpp"
#include "tickets/failure.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// Text on pages of A4, as PDF. Hides cairo and Pango from those who lay out documents. Not thread-safe; each thread has its own.
namespace holdfast::tickets {

/// Lengths are in points (1/72 inch), from the top left.
inline constexpr double paper_width = 595.276;
inline constexpr double paper_height = 841.890;

enum class text_edge : std::uint8_t { left, right };

struct text_style {
  double size = 10; ///< points
  bool bold = false;
  text_edge edge = text_edge::left;
};

class paper {
 public:
  /// Fails when the font family is not installed.
  [[nodiscard]] static auto open(std::string_view language) -> tl::expected<paper, failure>;

  paper(paper&&) noexcept;
  auto operator=(paper&&) noexcept -> paper&;
  paper(const paper&) = delete;
  auto operator=(const paper&) -> paper& = delete;
  ~paper();

  /// How high `text` gets in a column this wide: lines break between words, or within one that is wider than the column.
  [[nodiscard]] auto height_of(std::string_view text, double width, const text_style& style) -> double;
  /// Puts `text` onto the page that is being written.
  void put(std::string_view text, double x, double y, double width, const text_style& style);
  /// A line across.
  void rule(double x, double y, double width, double thickness);
  void next_page();
  /// From 1.
  [[nodiscard]] auto page_count() const noexcept -> std::size_t;

  /// The file. `on_each_page(page)` may put more (page numbers) onto each, now that their count is known.
  [[nodiscard]] auto finish(std::string_view title, std::string_view author, domain::instant made_at,
                            const std::function<void(std::size_t page)>& on_each_page)
      -> tl::expected<std::string, failure>;

 private:
  struct sheet_stack;
  explicit paper(std::unique_ptr<sheet_stack> stack) noexcept;

  std::unique_ptr<sheet_stack> stack_;
};

} // namespace holdfast::tickets
