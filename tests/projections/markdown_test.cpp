#include "projections/markdown.hpp"

#include <doctest/doctest.h>

#include <string>

using holdfast::projections::description_html;
using holdfast::projections::markdown_to_html;
using holdfast::projections::markdown_to_text;

TEST_CASE("a description's Markdown becomes HTML") {
  CHECK(markdown_to_html("").empty());
  CHECK(markdown_to_html("Three *acts*,\ntwo intervals") == "<p>Three <em>acts</em>,\ntwo intervals</p>\n");
  CHECK(markdown_to_html("# Cast\n\n- Floria\n- Mario") ==
        "<h1>Cast</h1>\n<ul>\n<li>Floria</li>\n<li>Mario</li>\n</ul>\n");
  CHECK(markdown_to_html("a & b \xe2\x80\x93 <") == "<p>a &amp; b \xe2\x80\x93 &lt;</p>\n");
}

TEST_CASE("a description's Markdown becomes text as its reader reads it") {
  CHECK(markdown_to_text("").empty());
  CHECK(markdown_to_text("Three *acts*,\ntwo __intervals__") == "Three acts, two intervals");
  CHECK(markdown_to_text("# Cast\n\n- Floria\n- `Mario`\n\n> says  \n> no\n\n***\n") ==
        "Cast\nFloria\nMario\nsays\nno");
  CHECK(markdown_to_text("[a](https://a.example/b) ![c](d.png) [e](javascript:f)") == "a c e");
  CHECK(markdown_to_text("a <b>c</b> &amp; d") == "a <b>c</b> & d");
  CHECK(markdown_to_text("<div>\na") == "<div>\na");
  CHECK(markdown_to_text("    x = 1\n\ny") == "x = 1\ny");
}

TEST_CASE("HTML in a description is shown, never meant") {
  CHECK(markdown_to_html("a <b onclick=\"x()\">c</b>") == "<p>a &lt;b onclick=&quot;x()&quot;&gt;c&lt;/b&gt;</p>\n");
  CHECK(markdown_to_html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;\n</p>\n");
  CHECK(markdown_to_html("<!-- a -->").find("<!--") == std::string::npos);
  for (const char* attempt : {"<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "`<script>`", "    <script>",
                              "&lt;script&gt;", "<script", "<a href=\"javascript:alert(1)\">x</a>",
                              "[<script>](https://a.example)", "> <iframe src=x>\n>\n> <style>"}) {
    CAPTURE(attempt);
    const auto html = markdown_to_html(attempt);
    CHECK(html.find("<script") == std::string::npos);
    CHECK(html.find("<img") == std::string::npos);
    CHECK(html.find("<svg") == std::string::npos);
    CHECK(html.find("<style") == std::string::npos);
    CHECK(html.find("<iframe") == std::string::npos);
    CHECK(html.find("href=\"javascript") == std::string::npos);
  }
}

TEST_CASE("links lead to the web and to mail, and images are their words") {
  CHECK(markdown_to_html("[a](https://a.example/?x=1&y)") == "<p><a href=\"https://a.example/?x=1&amp;y\">a</a></p>\n");
  CHECK(markdown_to_html("<mailto:a@a.example>") == "<p><a href=\"mailto:a@a.example\">mailto:a@a.example</a></p>\n");
  CHECK(markdown_to_html("[a](HTTP://a.example)") == "<p><a href=\"HTTP://a.example\">a</a></p>\n");
  for (const char* elsewhere :
       {"[a *b*](javascript:alert(1))", "[a *b*](JaVaScRiPt:alert(1))", "[a *b*](&#106;avascript:alert(1))",
        "[a *b*](data:text/html;base64,x)", "[a *b*](/v1/keys)", "[a *b*](#x)", "[a *b*]()", "[a *b*](https://)",
        "[a *b*](ftp://a.example)", "![a *b*](https://a.example/p.png)",
        "[![a *b*](https://a.example/p.png)](file:///x)"}) {
    CAPTURE(elsewhere);
    const auto html = markdown_to_html(elsewhere);
    CHECK((html == "<p>a <em>b</em></p>\n" || html == "<p>a b</p>\n"));
  }
  CHECK(markdown_to_html("[![a](https://a.example/p.png)](https://a.example)") ==
        "<p><a href=\"https://a.example\">a</a></p>\n");
}

TEST_CASE("a description that is shown again is not rendered again") {
  const std::string text = "*again and again*";
  CHECK(description_html(text) == description_html(text));
  CHECK(*description_html(text) == markdown_to_html(text));
  for (int i = 0; i < 2'000; ++i) {
    const auto other = "text " + std::to_string(i);
    REQUIRE(*description_html(other) == "<p>" + other + "</p>\n");
  }
}
