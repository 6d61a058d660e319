#include "tickets/receipt_pdf.hpp"

#include "tickets/language.hpp"
#include "tickets/paper.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace holdfast::tickets {

namespace {

constexpr double margin = 51; // 18 mm
constexpr double inner_width = paper_width - 2 * margin;
constexpr double bottom = paper_height - margin - 14; // above the page number
constexpr double gap = 6;
constexpr double line_gap = 3;
constexpr double thin = 0.4;
constexpr double thick = 0.8;
constexpr double label_width = 95;
constexpr double sum_width = 110;

constexpr text_style small{.size = 8.5};
constexpr text_style normal{.size = 9.5};
constexpr text_style strong{.size = 9.5, .bold = true};
constexpr text_style head_style{.size = 8.5, .bold = true};
constexpr text_style title_style{.size = 20, .bold = true};
constexpr text_style part_style{.size = 14, .bold = true};
constexpr text_style total_style{.size = 12, .bold = true};

constexpr auto to_the_right(text_style style) noexcept -> text_style {
  style.edge = text_edge::right;
  return style;
}

/// Where the columns of the lines are: the first takes what the others leave.
struct column {
  double width = 0;
  text_edge edge = text_edge::right;
};
constexpr std::array<column, receipt_text::column_count> columns{
    {{inner_width - 70 - 84 - 56 - 96, text_edge::left}, {70}, {84}, {56}, {96}}};

/// Writes from the top to the bottom, and goes on on the next page.
class sheet_writer {
 public:
  sheet_writer(paper& on, const receipt_text& text) : on_{on}, text_{text} {}

  void write() {
    head();
    part(text_);
    for (const auto& credit : text_.credits) {
      y_ += 4 * gap;
      make_room(10 * gap); // the title does not stay behind
      paragraph(credit.title, part_style);
      y_ += gap;
      part(credit);
    }
    note();
  }

 private:
  /// Room for something `height` high that must not be torn; whether that took a new page.
  auto make_room(double height) -> bool {
    if (y_ + height <= bottom || y_ == margin) {
      return false;
    }
    on_.next_page();
    y_ = margin;
    return true;
  }

  void head() {
    constexpr double half = inner_width / 2;
    const auto title_height = on_.height_of(text_.title, half, title_style);
    on_.put(text_.title, margin, y_, half, title_style);
    const auto right = margin + half;
    auto y = y_;
    const auto say = [&](std::string_view line, const text_style& style) {
      on_.put(line, right, y, half, to_the_right(style));
      y += on_.height_of(line, half, style);
    };
    say(text_.seller, strong);
    for (const auto& line : text_.seller_lines) {
      say(line, small);
    }
    y_ = std::max(y_ + title_height, y) + 3 * gap;
  }

  /// What a receipt and each of its credits have.
  void part(const receipt_text& of) {
    about(of);
    table_head();
    for (const auto& line : of.lines) {
      table_row(line, normal);
    }
    sums(of);
    payments(of);
  }

  void about(const receipt_text& of) {
    constexpr double width = inner_width - label_width;
    for (const auto& [label, value] : of.about) {
      const auto height = std::max(on_.height_of(label, label_width - gap, small), on_.height_of(value, width, normal));
      make_room(height);
      on_.put(label, margin, y_ + 1, label_width - gap, small);
      on_.put(value, margin + label_width, y_, width, normal);
      y_ += height + 2;
    }
    y_ += 2 * gap;
  }

  void table_head() { row(text_.columns, head_style, thick); }

  void table_row(const receipt_text::row& cells, const text_style& style) {
    if (make_room(row_height(cells, style))) {
      table_head();
    }
    row(cells, style, thin);
  }

  [[nodiscard]] auto row_height(const receipt_text::row& cells, const text_style& style) -> double {
    double height = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      height = std::max(height, on_.height_of(cells[i], columns[i].width - gap, style));
    }
    return height + 2 * line_gap;
  }

  void row(const receipt_text::row& cells, text_style style, double thickness) {
    const auto height = row_height(cells, style);
    auto x = margin;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      style.edge = columns[i].edge;
      // The gap is on the inner side of a column.
      const auto left = columns[i].edge == text_edge::right ? x + gap : x;
      on_.put(cells[i], left, y_ + line_gap, columns[i].width - gap, style);
      x += columns[i].width;
    }
    y_ += height;
    on_.rule(margin, y_, inner_width, thickness);
  }

  void sum(const receipt_text::labelled& what, const text_style& style) {
    constexpr double width = inner_width - sum_width - gap;
    const auto right = to_the_right(style);
    const auto height = on_.height_of(what.first, width, style);
    make_room(height + line_gap);
    on_.put(what.first, margin, y_, width, right);
    on_.put(what.second, margin + inner_width - sum_width, y_, sum_width, right);
    y_ += height + line_gap;
  }

  void paragraph(std::string_view words, const text_style& style) {
    const auto height = on_.height_of(words, inner_width, style);
    make_room(height);
    on_.put(words, margin, y_, inner_width, style);
    y_ += height + line_gap;
  }

  void sums(const receipt_text& of) {
    y_ += gap;
    for (const auto& each : of.before_total) {
      sum(each, normal);
    }
    sum(of.total, total_style);
    for (const auto& line : of.after_total) {
      paragraph(line, to_the_right(small));
    }
  }

  void payments(const receipt_text& of) {
    if (of.payments.empty()) {
      return;
    }
    y_ += 2 * gap;
    make_room(4 * gap); // the title does not stay behind
    paragraph(of.payments_title, strong);
    for (const auto& [what, amount] : of.payments) {
      constexpr double width = inner_width - sum_width - gap;
      const auto height = on_.height_of(what, width, normal);
      make_room(height);
      on_.put(what, margin, y_, width, normal);
      on_.put(amount, margin + inner_width - sum_width, y_, sum_width, to_the_right(normal));
      y_ += height + line_gap;
    }
  }

  /// Line by line, so that a long one may go on on the next page.
  void note() {
    y_ += 2 * gap;
    std::string_view rest = text_.note;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      paragraph(rest.substr(0, end), small);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  paper& on_;
  const receipt_text& text_;
  double y_ = margin;
};

} // namespace

auto receipt_pdf(const receipt_text& text) -> tl::expected<std::string, failure> {
  auto on = paper::open(text.language);
  if (!on) {
    return tl::unexpected{on.error()};
  }
  sheet_writer{*on, text}.write();
  const auto pages = std::to_string(on->page_count());
  const auto number_page = [&](std::size_t page) {
    const auto number = std::to_string(page);
    const std::array<replacement, 2> parts{{{"{page}", number}, {"{pages}", pages}}};
    on->put(filled(text.page_pattern, parts), margin, paper_height - margin, inner_width, to_the_right(small));
  };
  const auto title = text.about.empty() ? text.title : text.title + ' ' + text.about.front().second;
  return on->finish(title, text.seller, text.issued_at, number_page);
}

} // namespace holdfast::tickets
