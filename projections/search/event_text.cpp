#include "projections/search/event_text.hpp"

#include "projections/store/row_codec.hpp"

#include <algorithm>
#include <array>

namespace holdfast::projections {

namespace {

constexpr std::uint8_t format = 1;
/// A word that is repeated more often in a field describes the event no better.
constexpr unsigned repeats_max = 3;
constexpr std::array texts{&event_text::name,  &event_text::slug, &event_text::description, &event_text::category,
                           &event_text::venue, &event_text::city, &event_text::country};

} // namespace

auto text_of(domain::event_id event, std::uint64_t seq, bool listed, const domain::event_config& config) -> event_text {
  return {event,
          seq,
          listed,
          config.name,
          config.slug,
          config.description,
          config.category,
          config.venue.name,
          config.venue.city,
          config.venue.country};
}

auto encode_text(const event_text& text) -> std::string {
  row_writer out;
  out.byte(format).number(text.event.value()).number(text.seq).byte(text.listed ? 1 : 0);
  for (const auto& each : texts)
    out.text(text.*each);
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
      for (const auto& form : forms.of(word))
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
