#include "domain/web_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace holdfast::domain;

TEST_CASE("addresses are absolute, of the web, in ASCII and without a name or password") {
  for (const char* good : {"https://a.example", "http://a.example", "https://A-b.example:8443/x/y?z=1&w=%20#part",
                           "https://1.2.3.4/", "https://a.example?x", "https://a.example#x"}) {
    CAPTURE(good);
    CHECK(is_web_url(good));
  }
  CHECK(is_https_url("https://a.example"));
  CHECK_FALSE(is_https_url("http://a.example"));
  CHECK(is_web_url("https://a/" + std::string(502, 'x')));
  CHECK_FALSE(is_web_url("https://a/" + std::string(503, 'x')));
  for (const char* bad : {"",
                          "a.example",
                          "ftp://a.example",
                          "https:/a.example",
                          "https://",
                          "https:///x",
                          "https://-a.example",
                          "https://a b.example",
                          "https://a.example/x y",
                          "https://a.example/\"",
                          "https://a.example/<x>",
                          "https://a.example\\x",
                          "https://user@a.example",
                          "https://user:word@a.example/",
                          "https://a.example:",
                          "https://a.example:123456",
                          "https://a.example:8a",
                          "javascript:alert(1)",
                          "https://a.example/\xc3\xbc",
                          "HTTPS://a.example",
                          "https://[::1]/"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_web_url(bad));
  }
}

TEST_CASE("languages are tags of BCP 47 in their usual case") {
  for (const char* good : {"de", "deu", "de-AT", "es-419", "zh-Hant", "zh-Hant-TW", "sl-rozaj", "de-AT-1996",
                           "de-1901-1996", "sr-Latn-RS-ekavsk"}) {
    CAPTURE(good);
    CHECK(is_language_tag(good));
  }
  for (const char* bad :
       {"",       "d",     "DE",         "German",  "de-",   "-de",         "de--AT",
        "de-at",  "de-A",  "de-AT-Latn", "de-HANT", "de-41", "de-abcd",     "de-abcdefghi",
        "de-AT-", "de_AT", "x-private",  "de-x-y",  "de AT", "de-\xc3\xbc", "de-abcdef-abcdeg-abcdeh-abcdei-abcdej"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_language_tag(bad));
  }
}
