#include "tickets/paper.hpp"

#include "tickets/local_time.hpp"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <array>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

namespace holdfast::tickets {

namespace {

constexpr const char* family = "DejaVu Sans";
constexpr double points_per_inch = 72;

template <auto Release>
struct releaser {
  template <class Thing>
  void operator()(Thing* thing) const noexcept {
    Release(thing);
  }
};
using layout_handle = std::unique_ptr<PangoLayout, releaser<g_object_unref>>;
using context_handle = std::unique_ptr<PangoContext, releaser<g_object_unref>>;
using font_handle = std::unique_ptr<PangoFont, releaser<g_object_unref>>;
using description_handle = std::unique_ptr<PangoFontDescription, releaser<pango_font_description_free>>;
using options_handle = std::unique_ptr<cairo_font_options_t, releaser<cairo_font_options_destroy>>;
using surface_handle = std::unique_ptr<cairo_surface_t, releaser<cairo_surface_destroy>>;
using canvas_handle = std::unique_ptr<cairo_t, releaser<cairo_destroy>>;

auto description_of(const text_style& style) -> description_handle {
  description_handle out{pango_font_description_new()};
  pango_font_description_set_family_static(out.get(), family);
  pango_font_description_set_weight(out.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_size(out.get(), pango_units_from_double(style.size));
  return out;
}

/// What fonts, sizes and directions are resolved in. Glyphs keep their true widths: paper has no pixels to fit them to.
auto make_context(std::string_view language) -> context_handle {
  context_handle out{pango_font_map_create_context(pango_cairo_font_map_get_default())};
  const options_handle options{cairo_font_options_create()};
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(out.get(), options.get());
  pango_cairo_context_set_resolution(out.get(), points_per_inch);
  pango_context_set_round_glyph_positions(out.get(), FALSE);
  pango_context_set_language(out.get(), pango_language_from_string(std::string{language}.c_str()));
  return out;
}

/// Whether the family is there: fontconfig gives another one when it is not.
auto has_family(PangoContext* context) -> bool {
  const auto wanted = description_of({});
  const font_handle font{pango_font_map_load_font(pango_context_get_font_map(context), context, wanted.get())};
  if (font == nullptr) {
    return false;
  }
  const description_handle found{pango_font_describe(font.get())};
  const char* name = pango_font_description_get_family(found.get());
  return name != nullptr && std::string_view{name} == family;
}

auto append_bytes(void* to, const unsigned char* bytes, unsigned length) noexcept -> cairo_status_t {
  try {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::exception&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

auto as_timestamp(domain::instant when) -> std::string {
  const auto at = utc_time(when);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02u:%02u:%02uZ", at.year, at.month, at.day, at.hour,
                at.minute, at.second);
  return text.data();
}

struct placed_text {
  layout_handle layout;
  double x = 0;
  double y = 0;
};

struct placed_rule {
  double x = 0;
  double y = 0;
  double width = 0;
  double thickness = 0;
};

struct sheet {
  std::vector<placed_text> texts;
  std::vector<placed_rule> rules;
};

void draw(cairo_t* on, const sheet& page) {
  for (const auto& each : page.rules) {
    cairo_rectangle(on, each.x, each.y, each.width, each.thickness);
    cairo_fill(on);
  }
  for (const auto& each : page.texts) {
    cairo_move_to(on, each.x, each.y);
    pango_cairo_show_layout(on, each.layout.get());
  }
  cairo_show_page(on);
}

} // namespace

struct paper::sheet_stack {
  context_handle context;
  std::vector<sheet> pages;
  std::size_t at = 0; ///< the page that is being written

  [[nodiscard]] auto layout_of(std::string_view text, double width, const text_style& style) const -> layout_handle {
    layout_handle out{pango_layout_new(context.get())};
    const auto description = description_of(style);
    pango_layout_set_font_description(out.get(), description.get());
    pango_layout_set_width(out.get(), pango_units_from_double(width));
    pango_layout_set_wrap(out.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(out.get(), style.edge == text_edge::right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_text(out.get(), text.data(), static_cast<int>(text.size()));
    return out;
  }
};

paper::paper(std::unique_ptr<sheet_stack> stack) noexcept : stack_{std::move(stack)} {}
paper::paper(paper&&) noexcept = default;
auto paper::operator=(paper&&) noexcept -> paper& = default;
paper::~paper() = default;

auto paper::open(std::string_view language) -> tl::expected<paper, failure> {
  auto stack = std::make_unique<sheet_stack>();
  stack->context = make_context(language);
  if (!has_family(stack->context.get())) {
    return tl::unexpected{
        failure{"the font family \"" + std::string{family} + "\" is not installed (fonts-dejavu-core)"}};
  }
  stack->pages.emplace_back();
  return paper{std::move(stack)};
}

auto paper::height_of(std::string_view text, double width, const text_style& style) -> double {
  const auto layout = stack_->layout_of(text, width, style);
  int height = 0;
  pango_layout_get_size(layout.get(), nullptr, &height);
  return pango_units_to_double(height);
}

void paper::put(std::string_view text, double x, double y, double width, const text_style& style) {
  stack_->pages[stack_->at].texts.push_back({stack_->layout_of(text, width, style), x, y});
}

void paper::rule(double x, double y, double width, double thickness) {
  stack_->pages[stack_->at].rules.push_back({x, y, width, thickness});
}

void paper::next_page() {
  stack_->pages.emplace_back();
  stack_->at = stack_->pages.size() - 1;
}

auto paper::page_count() const noexcept -> std::size_t {
  return stack_->pages.size();
}

auto paper::finish(std::string_view title, std::string_view author, domain::instant made_at,
                   const std::function<void(std::size_t page)>& on_each_page) -> tl::expected<std::string, failure> {
  std::string out;
  const surface_handle surface{cairo_pdf_surface_create_for_stream(&append_bytes, &out, paper_width, paper_height)};
  const std::array<std::pair<cairo_pdf_metadata_t, std::string>, 4> about{{
      {CAIRO_PDF_METADATA_TITLE, std::string{title}},
      {CAIRO_PDF_METADATA_AUTHOR, std::string{author}},
      {CAIRO_PDF_METADATA_CREATE_DATE, as_timestamp(made_at)},
      {CAIRO_PDF_METADATA_CREATOR, "Holdfast"},
  }};
  for (const auto& [what, text] : about) {
    cairo_pdf_surface_set_metadata(surface.get(), what, text.c_str());
  }
  {
    const canvas_handle canvas{cairo_create(surface.get())};
    for (std::size_t page = 0; page < stack_->pages.size(); ++page) {
      stack_->at = page;
      on_each_page(page + 1);
      draw(canvas.get(), stack_->pages[page]);
    }
  }
  cairo_surface_finish(surface.get());
  if (const auto status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS) {
    return tl::unexpected{failure{std::string{"a PDF: "} + cairo_status_to_string(status)}};
  }
  return out;
}

} // namespace holdfast::tickets
