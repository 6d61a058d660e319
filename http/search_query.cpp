#include "http/search_query.hpp"

#include "domain/limits.hpp"
#include "domain/text.hpp"
#include "http/rfc3339.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/search/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::http {

namespace {

namespace limits = projections::search_limits;
using domain::sale_status;
using projections::search_facet;
using projections::search_order;
using projections::search_query;
using projections::to_text;

constexpr std::array orders{search_order::relevance, search_order::date, search_order::popularity,
                            search_order::distance, search_order::price};
constexpr std::array facets{search_facet::category, search_facet::city,         search_facet::month,
                            search_facet::price,    search_facet::availability, search_facet::status};
constexpr std::array statuses{sale_status::published, sale_status::on_sale, sale_status::paused, sale_status::closed,
                              sale_status::cancelled};
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

template <class Number>
auto search_number(std::string_view text) -> std::optional<Number> {
  Number value{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// A decimal between two bounds.
auto decimal_of(std::string_view text, double least, double most) -> std::optional<double> {
  const auto value = search_number<double>(text);
  return value && std::isfinite(*value) && *value >= least && *value <= most ? value : std::nullopt;
}

/// The parts of a list between commas; nothing for too many of them, or an empty one.
auto parts_of(std::string_view list) -> std::optional<std::vector<std::string_view>> {
  std::vector<std::string_view> parts;
  while (true) {
    const auto comma = list.find(',');
    const auto part = list.substr(0, comma);
    if (part.empty() || parts.size() == limits::names_max) {
      return std::nullopt;
    }
    parts.push_back(part);
    if (comma == std::string_view::npos) {
      return parts;
    }
    list.remove_prefix(comma + 1);
  }
}

/// The values that a list names, each by its text.
template <class Value, std::size_t Count>
auto those_named(std::string_view list, const std::array<Value, Count>& known) -> std::optional<std::vector<Value>> {
  const auto parts = parts_of(list);
  std::vector<Value> values;
  for (std::size_t i = 0; parts && i < parts->size(); ++i) {
    const auto found = std::ranges::find_if(known, [&](Value one) { return to_text(one) == (*parts)[i]; });
    if (found == known.end()) {
      return std::nullopt;
    }
    if (std::ranges::find(values, *found) == values.end()) {
      values.push_back(*found);
    }
  }
  return parts ? std::optional{std::move(values)} : std::nullopt;
}

auto is_search_name(std::string_view text) -> bool {
  return !text.empty() && text.size() <= limits::name_bytes_max && domain::is_printable_text(text);
}

auto is_day(std::string_view text) -> bool {
  constexpr std::size_t day_characters = 10;
  return text.size() == day_characters;
}

/// A moment; or a day, of which it is the first moment.
auto moment_of(std::string_view text) -> std::optional<std::int64_t> {
  if (!is_day(text)) {
    return parse_rfc3339(text);
  }
  std::string first{text}; // by appending: GCC 12 sees a false overflow in operator+
  first.append("T00:00:00Z");
  return parse_rfc3339(first);
}

/// Reads one parameter after the other; the first fault stays.
class reader {
 public:
  explicit reader(const exchange& of) : of_{of} {}

  auto read() -> tl::expected<search_query, query_fault> {
    const auto text = read_search_text(of_);
    if (!text) {
      return tl::unexpected{text.error()};
    }
    query_.text = *text;
    read_names();
    read_place();
    read_time();
    read_offer();
    read_page();
    if (!fault_.empty()) {
      return tl::unexpected{fault_};
    }
    return std::move(query_);
  }

 private:
  /// Has `take(text)` read a parameter that is there; `why` is the fault when it returns false.
  template <class Take>
  void parameter(std::string_view name, query_fault why, Take take) {
    const auto text = of_.query(name);
    if (fault_.empty() && text && !take(*text)) {
      fault_ = why;
    }
  }

  template <class Value>
  static auto keep(std::optional<Value> value, auto& to) -> bool {
    if (!value) {
      return false;
    }
    to = *std::move(value);
    return true;
  }

  void read_names() {
    parameter("city", "city is the name of a city", [this](std::string_view text) {
      query_.city = text;
      return is_search_name(text);
    });
    parameter("country", "country is two letters, as in AT", [this](std::string_view text) {
      constexpr std::size_t letters = 2;
      query_.country = text;
      return text.size() == letters && std::ranges::all_of(text, [](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
             });
    });
    parameter("category", "category is up to 16 names, with commas between them", [this](std::string_view text) {
      const auto names = parts_of(text);
      if (!names || !std::ranges::all_of(*names, is_search_name)) {
        return false;
      }
      query_.categories.assign(names->begin(), names->end());
      return true;
    });
  }

  void read_place() {
    parameter("near", "near is latitude,longitude in degrees, as in 47.07,15.44", [this](std::string_view text) {
      constexpr double latitude_most = 90;
      constexpr double longitude_most = 180;
      const auto comma = std::min(text.find(','), text.size());
      const auto latitude = decimal_of(text.substr(0, comma), -latitude_most, latitude_most);
      const auto longitude =
          comma < text.size() ? decimal_of(text.substr(comma + 1), -longitude_most, longitude_most) : std::nullopt;
      if (!latitude || !longitude) {
        return false;
      }
      query_.near = projections::geo_point{*latitude, *longitude};
      return true;
    });
    parameter("radius_km", "radius_km is a number above 0 and up to 20100, beside near", [this](std::string_view text) {
      return keep(decimal_of(text, 0, limits::radius_km_max), query_.radius_km) && *query_.radius_km > 0 &&
             query_.near.has_value();
    });
  }

  void read_time() {
    constexpr std::string_view form = "from and to are days (2027-03-01) or moments (2027-03-01T19:00:00Z)";
    parameter("from", form, [this](std::string_view text) {
      const auto at = moment_of(text);
      query_.from = domain::instant{at.value_or(0)};
      query_.from_local = is_day(text);
      return at.has_value();
    });
    parameter("to", form, [this](std::string_view text) {
      const auto at = moment_of(text);
      query_.to = domain::instant{at.value_or(0) + (is_day(text) ? day_ms : 0)};
      query_.to_local = is_day(text);
      return at.has_value();
    });
  }

  void read_offer() {
    parameter("status", "status is of published, on_sale, paused, closed and cancelled, with commas between them",
              [this](std::string_view text) { return keep(those_named(text, statuses), query_.statuses); });
    parameter("price_max", "price_max is a whole number of the currency's minor unit", [this](std::string_view text) {
      return keep(search_number<std::int64_t>(text), query_.price_max) && *query_.price_max >= 0 &&
             *query_.price_max <= domain::limits::price_max;
    });
    parameter("available", "available is true or false", [this](std::string_view text) {
      query_.available = text == "true";
      return text == "true" || text == "false";
    });
  }

  void read_page() {
    parameter("sort", "sort is relevance (beside q), date, popularity, distance (beside near) or price",
              [this](std::string_view text) {
                const auto found = std::ranges::find_if(orders, [&](search_order one) { return to_text(one) == text; });
                if (found == orders.end() || (*found == search_order::distance && !query_.near) ||
                    (*found == search_order::relevance && query_.text.empty())) {
                  return false;
                }
                query_.order = *found;
                return true;
              });
    const auto limit = read_search_limit(of_, limits::items_usual, limits::items_max);
    if (fault_.empty() && !limit) {
      fault_ = limit.error();
    }
    query_.limit = limit.value_or(limits::items_usual);
    parameter("facets", "facets is of category, city, month, price, availability and status, with commas between them",
              [this](std::string_view text) { return keep(those_named(text, facets), query_.facets); });
    parameter("cursor", "this cursor is not one of ours, or of another sort", [this](std::string_view text) {
      query_.after = projections::parse_cursor(text, query_.order_used());
      return query_.after.has_value();
    });
  }

  const exchange& of_;
  search_query query_;
  query_fault fault_;
};

} // namespace

auto read_search(const exchange& of) -> tl::expected<search_query, query_fault> {
  return reader{of}.read();
}

auto read_search_text(const exchange& of) -> tl::expected<std::string_view, query_fault> {
  const auto text = of.query("q").value_or(std::string_view{});
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; };
  const auto characters = text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
  if (characters > limits::text_characters_max) {
    return tl::unexpected{query_fault{"q has at most 200 characters"}};
  }
  if (!domain::is_printable_text(text)) {
    return tl::unexpected{query_fault{"q is text, without control characters"}};
  }
  if (projections::words_of(text, limits::words_max + 1).size() > limits::words_max) {
    return tl::unexpected{query_fault{"q has at most 16 words"}};
  }
  // Blanks alone ask for nothing.
  return text.find_first_not_of(' ') == std::string_view::npos ? std::string_view{} : text;
}

auto read_search_limit(const exchange& of, std::size_t usual, std::size_t most)
    -> tl::expected<std::size_t, query_fault> {
  const auto text = of.query("limit");
  if (!text) {
    return usual;
  }
  const auto value = search_number<std::size_t>(*text);
  if (!value || *value == 0 || *value > most) {
    return tl::unexpected{most == limits::items_max ? query_fault{"limit is a number from 1 to 200"}
                                                    : query_fault{"limit is a number from 1 to 20"}};
  }
  return *value;
}

} // namespace holdfast::http
