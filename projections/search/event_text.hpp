#pragma once

#include "domain/event_config.hpp"
#include "domain/strong_id.hpp"
#include "projections/search/word_forms.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// What the index keeps of an event: enough to show it in a list of results, and to index it again.
struct event_text {
  domain::event_id event;
  std::uint64_t seq = 0; ///< of the last fact that it is folded from
  bool listed = false;   ///< published once: what is a draft has no terms
  std::string name, slug;
  std::string description; ///< as people read it, without mark-up
  std::string category, venue, city, country;
  std::string performers;       ///< their names, a line each
  stem_languages languages = 0; ///< whose stems its words have
  friend auto operator==(const event_text&, const event_text&) -> bool = default;
};

[[nodiscard]] auto text_of(domain::event_id event, std::uint64_t seq, bool listed, const domain::event_config& config)
    -> event_text;

/// As stored with the event's document.
[[nodiscard]] auto encode_text(const event_text& text) -> std::string;
/// Nothing for bytes that no `encode_text` made.
[[nodiscard]] auto decode_text(std::string_view bytes) -> std::optional<event_text>;

/// A text in which events are found.
struct text_field {
  std::string event_text::*text;
  unsigned weight;       ///< of each of its words
  unsigned short_bonus;  ///< shared by its words: a name of one word is found before one of many
  std::size_t words_max; ///< those beyond are not found
};

/// Where terms are looked for: a line a field.
inline constexpr text_field text_fields[]{
    {&event_text::name, 8, 24, 64},    {&event_text::venue, 5, 0, 64},          {&event_text::city, 5, 0, 32},
    {&event_text::category, 5, 0, 16}, {&event_text::description, 1, 0, 1'000}, {&event_text::performers, 6, 0, 200},
};

/// Terms of a text with how much each weighs, and its words as they are written, with how often.
struct text_terms {
  std::map<std::string, unsigned> weights;
  std::map<std::string, unsigned> words;
};

[[nodiscard]] auto terms_of(const event_text& text, word_forms& forms) -> text_terms;

/// How well a term of this weight describes its document: below 1, growing with the weight. It depends on the document alone, and not on how
/// many others have the term: results keep their order, and pages their place, while the index changes.
[[nodiscard]] constexpr auto score_of(unsigned weight) noexcept -> double {
  constexpr double half_at = 8;
  return weight / (weight + half_at);
}

} // namespace holdfast::projections
