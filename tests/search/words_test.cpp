#include "projections/search/highlight.hpp"
#include "projections/search/word_forms.hpp"
#include "projections/search/words.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace holdfast::search_test {

namespace {

using projections::text_word;
using projections::words_of;

auto folded(std::string_view text) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& word : words_of(text, std::numeric_limits<std::size_t>::max()))
    all.push_back(word.folded);
  return all;
}

using texts = std::vector<std::string>;

auto shares_a_form(const std::string& a, const std::string& b) -> bool {
  projections::word_forms forms;
  const auto first = forms.of(words_of(a, 1).at(0));
  const auto second = forms.of(words_of(b, 1).at(0));
  return std::ranges::find_first_of(first, second) != first.end();
}

} // namespace

TEST_CASE("words lose case, diacritics and punctuation") {
  CHECK(folded("La Bohème, 2. Akt") == texts{"la", "boheme", "2", "akt"});
  CHECK(folded("ÉTÉ Łódź Ångström Dvořák Đorđe smørrebrød") ==
        texts{"ete", "lodz", "angstrom", "dvorak", "dorde", "smorrebrod"});
  CHECK(folded("Straße GROẞ Œuvre þing") == texts{"strasse", "gross", "oeuvre", "thing"});
  CHECK(folded("rock'n'roll O’Neill 'quoted'") == texts{"rocknroll", "oneill", "quoted"});
  CHECK(folded("AC/DC  -- a-ha\t(live)\n") == texts{"ac", "dc", "a", "ha", "live"});
  CHECK(folded("Ελλάδα ΆΡΗΣ Москва Йога") == texts{"ελλαδα", "αρησ", "москва", "иога"});
  CHECK(folded("ＦＵＬＬ ｗｉｄｔｈ ４２") == texts{"full", "width", "42"});
  CHECK(folded("").empty());
  CHECK(folded("!!! ... <>").empty());
}

TEST_CASE("composed and decomposed letters are the same word") {
  CHECK(folded("caf\u00e9") == folded("cafe\u0301"));
  const auto composed = words_of("M\u00fcnchen", 9);
  const auto decomposed = words_of("Mu\u0308nchen", 9);
  REQUIRE(composed.size() == 1);
  REQUIRE(decomposed.size() == 1);
  CHECK(composed[0].folded == "munchen");
  CHECK(composed[0].spelt_out == "muenchen");
  CHECK(decomposed[0].folded == composed[0].folded);
  CHECK(decomposed[0].spelt_out == composed[0].spelt_out);
  CHECK(words_of("Berlin", 1)[0].spelt_out.empty());
}

TEST_CASE("characters of scripts without blanks are words by themselves") {
  CHECK(folded("東京ドーム live") == texts{"東", "京", "ド", "ー", "ム", "live"});
}

TEST_CASE("a word knows its place in the text, and no more words are made than were asked for") {
  const std::string text = "Die Zauberflöte – Oper";
  const auto words = words_of(text, 9);
  REQUIRE(words.size() == 3);
  CHECK(text.substr(words[1].first, words[1].end - words[1].first) == "Zauberflöte");
  CHECK(text.substr(words[2].first, words[2].end - words[2].first) == "Oper");
  CHECK(words_of(text, 2).size() == 2);
  CHECK(words_of("東京", 1).size() == 1);
  CHECK(words_of(text, 0).empty());
}

TEST_CASE("long words are cut alike, and bytes that are no UTF-8 are harmless") {
  std::string text(500, 'x');
  text.push_back(' ');
  text.append(600, 'x');
  const auto words = words_of(text, 9);
  REQUIRE(words.size() == 2);
  CHECK(words[0].folded.size() <= projections::word_bytes_max);
  CHECK(words[0].folded == words[1].folded);
  CHECK(words[0].end == 500);
  for (const std::string bytes : {"\xff\xfe tosca", "\xc3", "tosca\xe2\x82", "\xed\xa0\x80x"}) {
    for (const auto& word : words_of(bytes, 9))
      CHECK(word.end <= bytes.size());
  }
}

TEST_CASE("words match in their English and German forms") {
  CHECK(shares_a_form("concert", "Concerts"));
  CHECK(shares_a_form("running", "runs"));
  CHECK(shares_a_form("Konzert", "Konzerte"));
  CHECK(shares_a_form("Lied", "Lieder"));
  CHECK(shares_a_form("München", "Muenchen"));
  CHECK(shares_a_form("München", "munchen"));
  CHECK_FALSE(shares_a_form("opera", "jazz"));
}

TEST_CASE("an event's words have the stems of its languages, and the usual ones when it says none that has any") {
  using projections::languages_of;
  CHECK(languages_of({}) == projections::usual_languages);
  CHECK(languages_of({"zh-Hant"}) == projections::usual_languages);
  CHECK(languages_of({"de-AT", "en-GB"}) == projections::usual_languages);
  CHECK(languages_of({"it"}) != projections::usual_languages);
  CHECK((languages_of({"it", "fr-CA"}) == (languages_of({"it"}) | languages_of({"fr"}))));
  projections::word_forms forms;
  const auto word = words_of("canzoni", 1).at(0);
  const std::vector<std::string> italian = forms.of(word, languages_of({"it"}));
  CHECK(std::ranges::find(italian, std::string{"canzon"}) != italian.end());
  const std::vector<std::string> english = forms.of(word, languages_of({"en"}));
  CHECK(std::ranges::find(english, std::string{"canzon"}) == english.end());
  CHECK(shares_a_form("canzoni", "canzone"));
}

TEST_CASE("names that differ in case, diacritics and punctuation alone fold to the same text") {
  CHECK(projections::folded_text("  GRAZ ") == "graz");
  CHECK(projections::folded_text("São Paulo") == projections::folded_text("sao-paulo"));
  CHECK(projections::folded_text("Linz") != projections::folded_text("Lienz"));
}

TEST_CASE("a highlighted text has no tags but the marks") {
  projections::word_forms forms;
  const std::vector<projections::word_group> groups{{{"tosca"}, {}}, {{}, "liv"}};
  CHECK(projections::marked("Tosca, live!", groups, forms) == "<mark>Tosca</mark>, <mark>live</mark>!");
  CHECK(projections::marked("Carmen", groups, forms).empty());
  CHECK(projections::marked("<b onclick='x'>Tosca</b> & \"friends\"", groups, forms) ==
        "&lt;b onclick=&#39;x&#39;&gt;<mark>Tosca</mark>&lt;/b&gt; &amp; &quot;friends&quot;");
}

TEST_CASE("of a long text the part around the first found word is shown, in whole characters") {
  projections::word_forms forms;
  const std::vector<projections::word_group> groups{{{"tosca"}, {}}};
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += "schöne ";
  const auto start = projections::marked_part("Tosca " + text, groups, forms);
  CHECK(start.starts_with("<mark>Tosca</mark> schöne"));
  CHECK(start.ends_with("schöne…"));
  const auto middle = projections::marked_part(text + "Tosca " + text, groups, forms);
  CHECK(middle.starts_with("…schöne"));
  CHECK(middle.find("<mark>Tosca</mark>") != std::string::npos);
  CHECK(middle.size() < 250);
  // One word without blanks is never cut inside a character.
  std::string wide;
  for (int i = 0; i < 100; ++i)
    wide += "ö";
  const auto glued = projections::marked_part(wide + "-tosca-" + wide, groups, forms);
  CHECK(glued == "…<mark>tosca</mark>…");
}

} // namespace holdfast::search_test
