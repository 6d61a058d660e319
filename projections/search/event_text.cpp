#include "projections/search/event_text.hpp"

#include "projections/markdown.hpp"
#include "projections/store/row_codec.hpp"

#include <algorithm>
#include <array>

namespace holdfast::projections {

namespace {

constexpr std::uint8_t format = 3;
/// A word that is repeated more often in a field describes the event no better.
constexpr unsigned repeats_max = 3;
constexpr std::array texts{&event_text::name,  &event_text::slug, &event_text::description, &event_text::category,
                           &event_text::venue, &event_text::city, &event_text::country,     &event_text::performers};

auto names_of(const std::vector<domain::performer>& performers) -> std::string {
  std::string names;
  for (const auto& one : performers)
    names.append(names.empty() ? "" : "\n").append(one.name);
  return names;
}

} // namespace

auto text_of(domain::event_id event, std::uint64_t seq, bool listed, const domain::event_config& config) -> event_text {
  return {event,
          seq,
          listed,
          config.name,
          config.slug,
          markdown_to_text(config.description),
          config.category,
          config.venue.name,
          config.venue.city,
          config.venue.country,
          names_of(config.performers),
          languages_of(config.languages)};
}

auto encode_text(const event_text& text) -> std::string {
  row_writer out;
  out.byte(format).number(text.event.value()).number(text.seq).byte(text.listed ? 1 : 0);
  for (const auto& each : texts)
    out.text(text.*each);
  out.number32(text.languages);
  return out.take();
}

auto decode_text(std::string_view bytes) -> std::optional<event_text> {
  row_reader in{bytes};
  if (in.byte() != format)
    return std::nullopt;
  event_text text;
  text.event = domain::event_id{in.number()};
  text.seq = in.number();
  text.listed = in.byte() != 0;
  for (const auto& each : texts)
    text.*each = in.text();
  text.languages = in.number32();
  if (!in.sound() || !in.rest().empty())
    return std::nullopt;
  return text;
}

auto terms_of(const event_text& text, word_forms& forms) -> text_terms {
  text_terms terms;
  for (const auto& field : text_fields) {
    const auto words = words_of(text.*field.text, field.words_max);
    if (words.empty())
      continue;
    std::map<std::string, unsigned> counts;
    for (const auto& word : words) {
      for (const auto& form : forms.of(word, text.languages))
        ++counts[form];
      ++terms.words[word.folded];
    }
    const auto weight = field.weight + field.short_bonus / static_cast<unsigned>(words.size());
    for (const auto& [form, count] : counts)
      terms.weights[form] += weight * std::min(count, repeats_max);
  }
  return terms;
}

} // namespace holdfast::projections
