#include "domain/public_id.hpp"
#include "projections/json_writer.hpp"
#include "projections/search/event_search.hpp"
#include "projections/search/name_table.hpp"
#include "projections/search/ranking.hpp"
#include "projections/search/text_search.hpp"
#include "projections/search/text_session.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

namespace holdfast::projections {

namespace {

/// Places of each kind beside the events.
constexpr std::size_t places_max = 3;
/// Best matches looked at for names that are not there yet: many events share one.
constexpr std::size_t events_looked_at_max = 100;

/// Whether each word is one of the name's, and the last one the beginning of one; `spelt_out` is empty when it is the folded one.
auto has_words(std::string_view folded_name, std::string_view spelt_out, const std::vector<text_word>& words) -> bool {
  const auto has_in = [](std::string_view name, std::string_view word, bool whole) {
    for (auto at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
      const auto end = at + word.size();
      if ((at == 0 || name[at - 1] == ' ') && (!whole || end == name.size() || name[end] == ' '))
        return true;
    }
    return false;
  };
  const auto has = [&](std::string_view word, bool whole) {
    return !word.empty() && (has_in(folded_name, word, whole) || has_in(spelt_out, word, whole));
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool whole = i + 1 < words.size();
    if (!has(words[i].folded, whole) && !has(words[i].spelt_out, whole))
      return false;
  }
  return true;
}

struct known_place {
  std::string name, of, folded, spelt_out;
};

/// Places where something is to come, the best first: those whose name begins with the words, then the shorter names.
auto places_with(const name_table& table, const std::vector<text_word>& words, std::int64_t now_ms)
    -> std::vector<known_place> {
  std::vector<known_place> found;
  table.for_each([&](std::uint32_t, const name_table::entry& each) {
    if (each.latest_ms >= now_ms && has_words(each.folded, each.spelt_out, words))
      found.push_back({each.name, each.of, each.folded, each.spelt_out});
  });
  const auto rank = [&](const known_place& place) {
    const auto& first = words.front().folded;
    return std::tuple{!place.folded.starts_with(first) && !place.spelt_out.starts_with(first), place.folded.size(),
                      std::string_view{place.folded}, std::string_view{place.of}};
  };
  const auto kept = std::min(found.size(), places_max);
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(kept),
                            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  found.resize(kept);
  return found;
}

void write_places(json_writer& out, std::string_view kind, std::string_view of_what,
                  const std::vector<known_place>& places) {
  for (const auto& each : places)
    out.begin_object()
        .member("kind", kind)
        .member("text", std::string_view{each.name})
        .member(of_what, std::string_view{each.of})
        .end_object();
}

/// What the best events that are to come have to propose.
struct found_events {
  std::vector<std::pair<std::uint32_t, event_text>> events; ///< one of each name
  std::vector<std::string> performers; ///< those whose names have the words, the best event's first
};

/// Adds performers of an event whose names have the words.
void add_performers(const event_text& text, const std::vector<text_word>& words, std::unordered_set<std::string>& known,
                    std::vector<std::string>& to) {
  std::string_view left = text.performers;
  while (!left.empty()) {
    const auto name = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), name.size() + 1));
    auto folded = folded_text(name);
    if (has_words(folded, spelt_out_text(name), words) && known.insert(std::move(folded)).second)
      to.emplace_back(name);
  }
}

auto events_with(const std::vector<text_word>& words, const search_view& from, text_session& in) -> found_events {
  search_query query;
  query.order = search_order::relevance;
  query.limit = events_looked_at_max;
  const row_filter filter{query, *from.columns, from.now_ms};
  std::vector<found_row> found;
  for (const auto& match : find_text(in, {words, true, false}, from.give_up_at).matches) {
    if (match.row < from.columns->size() && filter.passes(from.columns->row(match.row)))
      found.push_back({match.row, match.score});
  }
  found_events best;
  std::unordered_set<std::string> names;
  std::unordered_set<std::string> performers;
  for (const auto& [place, each] : page_of(found, *from.columns, query).items) {
    auto text = text_at(in, each.row);
    if (!text || text->event.value() != from.columns->row(each.row).event.get())
      continue;
    add_performers(*text, words, performers, best.performers);
    if (names.insert(folded_text(text->name)).second)
      best.events.emplace_back(each.row, *std::move(text));
  }
  return best;
}

auto suggest(const std::vector<text_word>& words, std::size_t limit, const search_view& from, text_session& in)
    -> search_body {
  search_body body;
  json_writer out{body.json};
  out.begin_object().key("items").begin_array();
  if (!words.empty()) {
    const auto& columns = *from.columns;
    auto venues = places_with(columns.venues, words, from.now_ms);
    auto cities = places_with(columns.cities, words, from.now_ms);
    auto [events, performers] = events_with(words, from, in);
    // A quarter of the list is for events at least.
    cities.resize(std::min(cities.size(), limit / 4));
    venues.resize(std::min(venues.size(), limit / 4));
    performers.resize(std::min({performers.size(), limit / 4, places_max}));
    events.resize(std::min(events.size(), limit - cities.size() - venues.size() - performers.size()));
    for (const auto& [row, text] : events) {
      std::string id;
      domain::public_ids::append(id, text.event);
      out.begin_object().member("kind", "event").member("text", std::string_view{text.name});
      out.member("event_id", std::string_view{id});
      if (!text.slug.empty())
        out.member("slug", std::string_view{text.slug});
      out.member("city", std::string_view{text.city}).key("starts_at").time(columns.row(row).starts_at.get());
      out.end_object();
    }
    for (const auto& name : performers)
      out.begin_object().member("kind", "performer").member("text", std::string_view{name}).end_object();
    write_places(out, "venue", "city", venues);
    write_places(out, "city", "country", cities);
  }
  out.end_array().end_object();
  return body;
}

} // namespace

auto answer_suggest(const std::string& text, std::size_t limit, const search_view& from) -> std::optional<search_body> {
  auto all = words_of(text, search_limits::words_max);
  const auto words = without_connectives(std::move(all), true);
  search_body body;
  if (!from.texts->read([&](text_session& in) { body = suggest(words, limit, from, in); }))
    return std::nullopt;
  return body;
}

} // namespace holdfast::projections
