#include "projections/search/event_search.hpp"

#include "domain/public_id.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/json_writer.hpp"
#include "projections/search/facets.hpp"
#include "projections/search/highlight.hpp"
#include "projections/search/ranking.hpp"
#include "projections/search/text_search.hpp"
#include "projections/search/text_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

namespace holdfast::projections {

namespace {

/// The last word may go on, unless what was typed ends it.
auto goes_on(std::string_view text, const std::vector<text_word>& words) -> bool {
  return !words.empty() && words.back().end == text.size();
}

/// The query's words, corrected; folded, so that whatever bytes were asked for, this is text.
auto corrected_text(const std::vector<text_word>& words, const std::vector<text_correction>& corrections)
    -> std::string {
  std::string made;
  auto next = corrections.begin();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool corrected = next != corrections.end() && next->word == i;
    made.append(i == 0 ? "" : " ").append(corrected ? (next++)->spelling : words[i].folded);
  }
  return made;
}

auto currency_text(std::uint32_t packed) -> std::string {
  constexpr std::array<unsigned, 3> shifts{16, 8, 0};
  std::string text;
  for (const auto shift : shifts)
    text.push_back(static_cast<char>(packed >> shift));
  return text;
}

/// Some 50 µs.
constexpr std::uint32_t rows_between_looks = 4'096;

/// Answers one search from one session.
class searching {
 public:
  searching(const search_query& query, const search_view& from, text_session& in)
      : query_{query}, from_{from}, in_{in}, words_{words_of(query.text, search_limits::words_max)} {
    last_goes_on_ = goes_on(query.text, words_);
    words_ = without_connectives(std::move(words_), last_goes_on_);
  }

  auto run() -> search_body {
    find();
    const auto page = page_of(found_, *from_.columns, query_);
    search_body body;
    json_writer out{body.json};
    out.begin_object().key("items").begin_array();
    for (const auto& [place, found] : page.items)
      write_item(out, found);
    out.end_array().member("total", found_.size()).member("partial", partial_);
    body.partial = partial_;
    write_facets(out);
    out.key("did_you_mean");
    body.corrected = !text_.corrections.empty();
    if (body.corrected)
      out.value(std::string_view{corrected_text(words_, text_.corrections)});
    else
      out.null();
    out.key("next_cursor");
    if (page.more)
      out.value(std::string_view{cursor_text(query_.order_used(), page.items.back().first)});
    else
      out.null();
    out.end_object();
    return body;
  }

 private:
  void find() {
    const auto& columns = *from_.columns;
    const row_filter filter{query_, columns, from_.now_ms};
    if (filter.hopeless())
      return;
    // What is not in the session's texts yet cannot be shown: it is not counted either.
    const auto rows = std::min<std::uint32_t>(columns.size(), in_.database.get_lastdocid());
    if (query_.text.empty()) {
      for (std::uint32_t row = 0; row < rows && !partial_; ++row) {
        partial_ = row % rows_between_looks == 0 && std::chrono::steady_clock::now() >= from_.give_up_at;
        if (filter.passes(columns.row(row)))
          found_.push_back({row, 0});
      }
      return;
    }
    text_ = find_text(in_, {words_, last_goes_on_, true}, from_.give_up_at);
    partial_ = text_.partial;
    for (const auto& match : text_.matches) {
      if (match.row < rows && filter.passes(columns.row(match.row)))
        found_.push_back({match.row, match.score});
    }
  }

  void write_item(json_writer& out, const found_row& found) {
    const auto& row = from_.columns->row(found.row);
    const auto text = text_at(in_, found.row);
    if (!text || text->event.value() != row.event.get())
      return;
    std::string id;
    domain::public_ids::append(id, text->event);
    out.begin_object().member("event_id", std::string_view{id});
    if (!text->slug.empty())
      out.member("slug", std::string_view{text->slug});
    out.member("name", std::string_view{text->name}).key("starts_at").time(row.starts_at.get());
    out.member("status", to_text(row.status_at(from_.now_ms)));
    out.member("category", std::string_view{text->category});
    out.key("venue")
        .begin_object()
        .member("name", std::string_view{text->venue})
        .member("city", std::string_view{text->city})
        .member("country", std::string_view{text->country})
        .end_object();
    out.member("price_from", row.price_from.get()).member("price_to", row.price_to.get());
    out.member("currency", std::string_view{currency_text(row.currency.get())});
    out.member("availability", to_text(row.availability()));
    if (const auto distance = query_.near ? distance_of(row, *query_.near) : std::nullopt) {
      constexpr double steps_a_km = 10;
      out.member("distance_km", std::round(*distance * steps_a_km) / steps_a_km);
    }
    write_highlights(out, *text);
    out.end_object();
  }

  void write_highlights(json_writer& out, const event_text& text) {
    if (text_.groups.empty())
      return;
    out.key("highlights").begin_object();
    const auto write = [&out](std::string_view name, const std::string& marked) {
      if (!marked.empty())
        out.member(name, std::string_view{marked});
    };
    write("name", marked(text.name, text_.groups, in_.forms));
    write("performers", marked_names(text.performers, text_.groups, in_.forms));
    write("venue", marked(text.venue, text_.groups, in_.forms));
    write("city", marked(text.city, text_.groups, in_.forms));
    write("description", marked_part(text.description, text_.groups, in_.forms));
    out.end_object();
  }

  void write_facets(json_writer& out) {
    if (query_.facets.empty())
      return;
    const auto all = count_facets(found_, *from_.columns, query_, from_.now_ms);
    out.key("facets").begin_object();
    for (const auto& [facet, counts] : all.facets) {
      out.key(to_text(facet)).begin_array();
      for (const auto& [value, count] : counts.values)
        out.begin_object().member("value", std::string_view{value}).member("count", count).end_object();
      out.end_array();
    }
    out.end_object().member("facets_approximate", all.approximate);
  }

  const search_query& query_;
  const search_view& from_;
  text_session& in_;
  std::vector<text_word> words_;
  bool last_goes_on_ = false;
  text_result text_;
  std::vector<found_row> found_;
  bool partial_ = false; ///< the time was up before everything was looked at
};

} // namespace

auto answer_search(const search_query& query, const search_view& from) -> std::optional<search_body> {
  search_body body;
  if (!from.texts->read([&](text_session& in) { body = searching{query, from, in}.run(); }))
    return std::nullopt;
  return body;
}

} // namespace holdfast::projections
