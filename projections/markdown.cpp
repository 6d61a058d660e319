#include "projections/markdown.hpp"

#include <cmark.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

namespace {

/// Descriptions are at most 8 KiB, their HTML rarely much longer.
constexpr std::size_t kept_max = 512;

struct free_node {
  void operator()(cmark_node* node) const noexcept { cmark_node_free(node); }
};
struct free_text {
  void operator()(char* text) const noexcept { std::free(text); } // NOLINT(cppcoreguidelines-no-malloc): the library's
};

auto lower(char c) noexcept -> char {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

auto leads_outside(const char* url) -> bool {
  const std::string_view link{url == nullptr ? "" : url};
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"http://", "https://", "mailto:"}, [&](std::string_view scheme) {
        return link.size() > scheme.size() && std::ranges::equal(link.substr(0, scheme.size()), scheme, {}, lower);
      });
}

/// Puts what is inside a node in its place.
void unwrap(cmark_node* node) {
  while (cmark_node* inside = cmark_node_first_child(node))
    cmark_node_insert_before(node, inside);
  cmark_node_unlink(node);
  cmark_node_free(node);
}

auto text_node(const char* literal) -> cmark_node* {
  cmark_node* text = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(text, literal);
  return text;
}

void show_as_text(cmark_node* node, bool is_block) {
  cmark_node* text = text_node(cmark_node_get_literal(node));
  if (is_block) {
    cmark_node* paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
    cmark_node_append_child(paragraph, text);
    text = paragraph;
  }
  cmark_node_replace(node, text);
  cmark_node_free(node);
}

/// Nodes that must not be shown as they are. Those inside come before those around them, as the walk leaves them.
auto unsafe_nodes(cmark_node* document) -> std::vector<cmark_node*> {
  std::vector<cmark_node*> found;
  cmark_iter* walk = cmark_iter_new(document);
  for (auto event = cmark_iter_next(walk); event != CMARK_EVENT_DONE; event = cmark_iter_next(walk)) {
    cmark_node* node = cmark_iter_get_node(walk);
    const auto type = cmark_node_get_type(node);
    const bool html = type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE;
    const bool left =
        event == CMARK_EVENT_EXIT &&
        (type == CMARK_NODE_IMAGE || (type == CMARK_NODE_LINK && !leads_outside(cmark_node_get_url(node))));
    if (html || left)
      found.push_back(node);
  }
  cmark_iter_free(walk);
  return found;
}

void make_safe(cmark_node* document) {
  for (auto* node : unsafe_nodes(document)) {
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_IMAGE || type == CMARK_NODE_LINK)
      unwrap(node);
    else
      show_as_text(node, type == CMARK_NODE_HTML_BLOCK);
  }
}

} // namespace

auto markdown_to_html(std::string_view text) -> std::string {
  // Safe mode is the library's default: what is left of raw HTML or of other links, there is none, would not be shown either.
  constexpr int options = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8;
  const std::unique_ptr<cmark_node, free_node> document{cmark_parse_document(text.data(), text.size(), options)};
  make_safe(document.get());
  const std::unique_ptr<char, free_text> html{cmark_render_html(document.get(), options)};
  return html.get();
}

auto markdown_to_text(std::string_view text) -> std::string {
  const std::unique_ptr<cmark_node, free_node> document{
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8)};
  make_safe(document.get());
  std::string made;
  const auto end_line = [&made] {
    if (!made.empty() && made.back() != '\n')
      made.push_back('\n');
  };
  cmark_iter* walk = cmark_iter_new(document.get());
  for (auto event = cmark_iter_next(walk); event != CMARK_EVENT_DONE; event = cmark_iter_next(walk)) {
    cmark_node* node = cmark_iter_get_node(walk);
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE: made.append(cmark_node_get_literal(node)); break;
    case CMARK_NODE_CODE_BLOCK:
      end_line();
      made.append(cmark_node_get_literal(node));
      break;
    case CMARK_NODE_SOFTBREAK: made.push_back(' '); break;
    case CMARK_NODE_LINEBREAK:
    case CMARK_NODE_PARAGRAPH:
    case CMARK_NODE_HEADING:
    case CMARK_NODE_ITEM: end_line(); break;
    default: break;
    }
  }
  cmark_iter_free(walk);
  while (!made.empty() && made.back() == '\n')
    made.pop_back();
  return made;
}

auto description_html(const std::string& text) -> std::shared_ptr<const std::string> {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::shared_ptr<const std::string>> kept;
  {
    const std::lock_guard lock{mutex};
    if (const auto found = kept.find(text); found != kept.end())
      return found->second;
  }
  auto made = std::make_shared<const std::string>(markdown_to_html(text));
  const std::lock_guard lock{mutex};
  if (kept.size() >= kept_max)
    kept.clear();
  kept.emplace(text, made);
  return made;
}

} // namespace holdfast::projections
