#include "tickets/receipt_html.hpp"

#include "domain/check.hpp"
#include "tickets/markup.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace holdfast::tickets {

namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 48rem; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; }
header p { margin: 0; }
dl { display: grid; gap: 0 1rem; grid-template-columns: max-content 1fr; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8888; padding: .25rem .5rem; text-align: end; vertical-align: top; }
th:first-child, td:first-child { overflow-wrap: anywhere; padding-left: 0; text-align: start; }
td { font-variant-numeric: tabular-nums; }
td:not(:first-child) { white-space: nowrap; }
.total td { border-bottom: 0; font-size: 1.125rem; font-weight: bold; }
.note { white-space: pre-line; }
@media print {
  @page { margin: 18mm; }
  body { font-size: 10pt; margin: 0; max-width: none; padding: 0; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
)";

auto make_policy() -> std::string {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  unsigned size = 0;
  HF_CHECK(EVP_Digest(style.data(), style.size(), hash.data(), &size, EVP_sha256(), nullptr) == 1 &&
               size == hash.size(),
           "OpenSSL has SHA-256");
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  const int length = EVP_EncodeBlock(base64.data(), hash.data(), static_cast<int>(hash.size()));
  return "default-src 'none'; style-src 'sha256-" +
         std::string{reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)} +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

/// Puts tags around escaped texts.
class page {
 public:
  auto raw(std::string_view markup) -> page& {
    out_ += markup;
    return *this;
  }

  auto text(std::string_view what) -> page& {
    append_escaped(out_, what);
    return *this;
  }

  auto element(std::string_view tag, std::string_view what) -> page& {
    return raw("<").raw(tag).raw(">").text(what).raw("</").raw(tag).raw(">");
  }

  auto take() -> std::string { return std::move(out_); }

 private:
  std::string out_;
};

void add_head(page& to, const receipt_text& text) {
  to.raw("<!doctype html>\n<html lang=\"").text(text.language);
  to.raw("\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
  to.raw("<meta name=\"robots\" content=\"noindex\">\n<title>").text(text.title);
  if (!text.about.empty()) {
    to.text(" " + text.about.front().second);
  }
  to.raw("</title>\n<style>").raw(style).raw("</style>\n</head>\n");
}

void add_fields(page& to, const receipt_text& text) {
  to.raw("<dl>\n");
  for (const auto& [label, value] : text.about) {
    to.element("dt", label).element("dd", value).raw("\n");
  }
  to.raw("</dl>\n");
}

void add_about(page& to, const receipt_text& text) {
  to.raw("<header>\n").element("h1", text.title).raw("\n<p><strong>").text(text.seller).raw("</strong>");
  for (const auto& line : text.seller_lines) {
    to.raw("<br>").text(line);
  }
  to.raw("</p>\n</header>\n");
  add_fields(to, text);
}

void add_sum(page& to, std::string_view open, const receipt_text::labelled& sum) {
  to.raw(open).raw("<td colspan=\"4\">").text(sum.first).raw("</td>").element("td", sum.second).raw("</tr>\n");
}

void add_lines(page& to, const receipt_text& text) {
  to.raw("<table>\n<thead><tr>");
  for (const auto& column : text.columns) {
    to.raw("<th scope=\"col\">").text(column).raw("</th>");
  }
  to.raw("</tr></thead>\n<tbody>\n");
  for (const auto& line : text.lines) {
    to.raw("<tr>");
    for (const auto& cell : line) {
      to.element("td", cell);
    }
    to.raw("</tr>\n");
  }
  for (const auto& sum : text.before_total) {
    add_sum(to, "<tr>", sum);
  }
  add_sum(to, "<tr class=\"total\">", text.total);
  to.raw("</tbody>\n</table>\n");
  for (const auto& line : text.after_total) {
    to.element("p", line).raw("\n");
  }
}

void add_payments(page& to, const receipt_text& text, std::string_view heading) {
  if (text.payments.empty()) {
    return;
  }
  to.element(heading, text.payments_title).raw("\n<table>\n<tbody>\n");
  for (const auto& [what, amount] : text.payments) {
    to.raw("<tr>").element("td", what).element("td", amount).raw("</tr>\n");
  }
  to.raw("</tbody>\n</table>\n");
}

void add_credit(page& to, const receipt_text& credit) {
  to.raw("<section>\n").element("h2", credit.title).raw("\n");
  add_fields(to, credit);
  add_lines(to, credit);
  add_payments(to, credit, "h3");
  to.raw("</section>\n");
}

} // namespace

auto receipt_html(const receipt_text& text) -> std::string {
  page out;
  add_head(out, text);
  out.raw("<body>\n<main>\n");
  add_about(out, text);
  add_lines(out, text);
  add_payments(out, text, "h2");
  for (const auto& credit : text.credits) {
    add_credit(out, credit);
  }
  if (!text.note.empty()) {
    out.raw("<p class=\"note\">").text(text.note).raw("</p>\n");
  }
  out.raw("</main>\n</body>\n</html>\n");
  return out.take();
}

auto receipt_html_policy() noexcept -> std::string_view {
  static const std::string policy = make_policy();
  return policy;
}

} // namespace holdfast::tickets
