#include "tests/search/naive_events.hpp"

#include "projections/search/column_fold.hpp"
#include "tests/search/naive_words.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

namespace holdfast::search_test {

namespace {

using domain::fact_body;
using projections::search_query;

const std::vector<std::string> vocabulary{"Tosca",    "Carmen", "Night",   "Nights",  "Running",  "Runs",     "Opera",
                                          "Operas",   "Jazz",   "Jazzy",   "Quartet", "Quartets", "Festival", "Konzert",
                                          "Konzerte", "Sommer", "Winter",  "Rock",    "Rocking",  "Liebe",    "Lieder",
                                          "Song",     "Songs",  "Singing", "Star",    "Stars",    "Starring", "Theatre",
                                          "Theatres", "Band",   "Bands",   "Classic", "Classical"};
struct town {
  const char* name;
  const char* country;
  std::int32_t latitude_e6, longitude_e6;
};
constexpr std::array towns{town{"Graz", "AT", 47'070'714, 15'439'500}, town{"Vienna", "AT", 48'208'200, 16'373'800},
                           town{"Berlin", "DE", 52'520'000, 13'405'000}, town{"Suva", "FJ", -18'124'800, 178'450'100},
                           town{"Apia", "WS", -13'850'000, -171'750'000}};
const std::vector<std::string> categories{"opera", "concert", "sport", "theatre"};
constexpr std::int64_t day = 24LL * 3600 * 1000;

auto words_in(const std::string& text) -> std::vector<std::string> {
  std::vector<std::string> words(1);
  for (const auto letter : text) {
    if (std::isalpha(static_cast<unsigned char>(letter)) != 0)
      words.back().push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty())
    words.pop_back();
  return words;
}

auto everything_said(const domain::event_config& config) -> std::string {
  return config.name + "\n" + config.description + "\n" + config.category + "\n" + config.venue.name + "\n" +
         config.venue.city + "\n" + (config.performers.empty() ? "" : config.performers.front().name);
}

/// By the length of the straight line through the earth.
auto km_between(const domain::venue_summary& venue, const projections::geo_point& from) -> double {
  const auto point = [](double latitude, double longitude) {
    const auto north = latitude * std::numbers::pi / 180;
    const auto east = longitude * std::numbers::pi / 180;
    return std::array{std::cos(north) * std::cos(east), std::cos(north) * std::sin(east), std::sin(north)};
  };
  const auto a = point(*venue.latitude_e6 / 1e6, *venue.longitude_e6 / 1e6);
  const auto b = point(from.latitude, from.longitude);
  const auto line = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return 2 * 6371.0088 * std::asin(std::min(1.0, line / 2));
}

auto cheapest(const domain::event_config& config) -> std::int64_t {
  return std::ranges::min_element(config.tiers, {}, &domain::price_tier::price)->price;
}

} // namespace

auto floor_of(std::uint32_t capacity) -> std::shared_ptr<const domain::layout> {
  domain::layout_spec spec;
  spec.areas.push_back({"floor", "a", capacity});
  return *domain::layout::build(std::move(spec));
}

auto concert(const std::string& name) -> domain::event_config {
  domain::event_config config;
  config.name = name;
  config.category = "concert";
  config.venue = {domain::venue_id{1}, "Great Hall", "Graz", "AT", "Europe/Vienna", 47'070'714, 15'439'500};
  config.starts_at = {1'795'000'000'000 + 365 * day};
  config.currency = {{'E', 'U', 'R'}};
  config.tiers = {{"a", "A", 1'000}, {"b", "B", 5'000}};
  return config;
}

auto naive_event::available() const -> std::uint32_t {
  auto left = capacity - sold;
  for (const auto& [hold, places] : live)
    left -= places;
  for (const auto& [number, pool] : pools)
    left -= pool.places - pool.used;
  return left;
}

auto naive_event::popularity() const -> double {
  if (holds.empty())
    return 0;
  const auto half_life = static_cast<double>(projections::popularity_half_life.count);
  const auto newest = *std::ranges::max_element(holds);
  double sum = 0;
  for (const auto at : holds)
    sum += std::exp2(-static_cast<double>((newest - at).count) / half_life);
  return static_cast<double>(newest.unix_ms) / half_life + std::log2(sum);
}

auto naive_events::find(domain::event_id event) const -> naive_event& {
  const auto found = std::ranges::find(events_, event, [](const auto& each) { return each->event; });
  REQUIRE(found != events_.end());
  return **found;
}

auto naive_events::random_words(std::size_t least, std::size_t most) -> std::string {
  std::string text;
  for (auto left = dice_.between(least, most); left > 0; --left)
    text.append(text.empty() ? "" : (dice_.chance(80) ? " " : ", ")).append(dice_.pick(vocabulary));
  return text;
}

auto naive_events::random_config() -> domain::event_config {
  auto config = concert(random_words(1, 3));
  config.description = random_words(0, 8);
  config.category = dice_.pick(categories);
  if (dice_.chance(40))
    config.performers = {{random_words(1, 2), ""}};
  if (dice_.chance(40))
    config.languages = {dice_.pick(every_language)};
  const auto& where = towns[dice_.index(towns.size())];
  config.venue.name = random_words(1, 2);
  config.venue.city = where.name;
  config.venue.country = where.country;
  config.venue.latitude_e6 = where.latitude_e6 + static_cast<std::int32_t>(dice_.below(400'000));
  config.venue.longitude_e6 = where.longitude_e6 + static_cast<std::int32_t>(dice_.below(400'000));
  if (dice_.chance(10))
    config.venue.latitude_e6 = config.venue.longitude_e6 = std::nullopt;
  config.starts_at = {now_.unix_ms + (static_cast<std::int64_t>(dice_.below(120)) - 20) * day};
  config.tiers = {{"a", "A", static_cast<std::int64_t>(dice_.below(12)) * 1'000}};
  if (dice_.chance(50))
    config.sale_opens_at = domain::instant{now_.unix_ms + (static_cast<std::int64_t>(dice_.below(20)) - 15) * day};
  if (dice_.chance(50))
    config.sale_closes_at = domain::instant{now_.unix_ms + static_cast<std::int64_t>(dice_.below(30)) * day};
  return config;
}

auto naive_events::with_facts(domain::event_id event, std::vector<fact_body> bodies) -> journal::append_group {
  journal::append_group group;
  group.stream = {journal::stream_kind::event, event.value()};
  auto& its = find(event);
  group.first_seq = its.seq + 1;
  auto facts = std::make_shared<domain::facts>();
  for (auto& body : bodies) {
    apply(its, body);
    facts->push_back({now_, {}, std::move(body)});
  }
  group.facts = std::move(facts);
  return group;
}

auto naive_events::publish_new(const domain::event_config& config, std::uint32_t capacity) -> journal::append_group {
  auto& made = *events_.emplace_back(std::make_unique<naive_event>());
  made.event = domain::event_id{next_id_++ * 7'919};
  return with_facts(made.event,
                    {domain::event_created{made.event, domain::organisation_id{1}, config, floor_of(capacity)},
                     domain::event_published{}});
}

auto naive_events::hold(domain::event_id event, std::uint32_t places) -> journal::append_group {
  auto& its = find(event);
  domain::hold_created held;
  held.hold = domain::hold_number{++its.last_hold};
  held.areas.push_back({0, places, 100});
  return with_facts(event, {held});
}

auto naive_events::step() -> journal::append_group {
  now_ = now_ + domain::seconds(static_cast<std::int64_t>(dice_.below(600)));
  if (events_.size() < 5 || dice_.chance(15)) {
    if (dice_.chance(70))
      return publish_new(random_config(), static_cast<std::uint32_t>(dice_.between(1, 60)));
    auto& made = *events_.emplace_back(std::make_unique<naive_event>());
    made.event = domain::event_id{next_id_++ * 7'919};
    return with_facts(made.event,
                      {domain::event_created{made.event, domain::organisation_id{1}, random_config(), floor_of(20)}});
  }
  auto& event = *events_[dice_.index(events_.size())];
  auto bodies = event.status == domain::event_status::published && dice_.chance(75) ? sell(event) : change(event);
  if (bodies.empty())
    bodies = change(event);
  return with_facts(event.event, std::move(bodies));
}

auto naive_events::random_query() -> search_query {
  search_query query;
  std::vector<std::string> known;
  for (const auto& each : events_) {
    if (each->listed)
      std::ranges::move(words_in(everything_said(each->config)), std::back_inserter(known));
  }
  if (!known.empty() && dice_.chance(60)) {
    for (auto left = dice_.between(1, 3); left > 0; --left)
      query.text.append(query.text.empty() ? "" : " ").append(dice_.pick(known));
    if (dice_.chance(40))
      query.text.resize(query.text.size() - std::min<std::size_t>(dice_.below(3), query.text.size() - 1));
    // What was cut off may leave a blank at the end, and must leave a word that somebody has.
    if (query.text.back() == ' ')
      query.text += known.front();
  }
  const auto& where = towns[dice_.index(towns.size())];
  if (dice_.chance(20))
    query.city = where.name;
  if (dice_.chance(20))
    query.country = where.country;
  if (dice_.chance(30))
    query.categories = {dice_.pick(categories), dice_.pick(categories)};
  if (dice_.chance(30)) {
    query.near = projections::geo_point{where.latitude_e6 / 1e6, where.longitude_e6 / 1e6};
    if (dice_.chance(70))
      query.radius_km = static_cast<double>(dice_.between(10, 1'500));
  }
  if (dice_.chance(30))
    query.from = domain::instant{now_.unix_ms + (static_cast<std::int64_t>(dice_.below(60)) - 30) * day};
  if (dice_.chance(30))
    query.to = domain::instant{now_.unix_ms + static_cast<std::int64_t>(dice_.below(90)) * day};
  if (dice_.chance(30))
    query.statuses = {static_cast<domain::sale_status>(dice_.between(1, 5)),
                      static_cast<domain::sale_status>(dice_.between(1, 5))};
  if (dice_.chance(20))
    query.price_max = static_cast<std::int64_t>(dice_.below(12)) * 1'000;
  query.available = dice_.chance(20);
  query.order = static_cast<projections::search_order>(dice_.below(query.near ? 5 : 3));
  if (query.order == projections::search_order::distance && !query.near)
    query.order = projections::search_order::price;
  return query;
}

auto naive_events::has_text(const naive_event& event, const std::string& text) const -> bool {
  const auto said = words_in(everything_said(event.config));
  const auto wanted = words_in(text);
  const auto languages = event.config.languages.empty() ? std::vector<std::string>{"en", "de"} : event.config.languages;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto forms = forms_of(wanted[i], every_language);
    const bool may_go_on = i + 1 == wanted.size();
    const bool found = std::ranges::any_of(said, [&](const std::string& word) {
      const auto its = forms_of(word, languages);
      return std::ranges::any_of(its, [&](const std::string& form) {
        return forms.contains(form) || (may_go_on && form.starts_with(wanted[i]));
      });
    });
    if (!found)
      return false;
  }
  return true;
}

auto naive_events::passes(const naive_event& event, const search_query& query) const -> bool {
  const auto& config = event.config;
  const auto status = domain::sale_status_at(event.status, config, now_);
  if (!event.listed || config.starts_at < query.from.value_or(now_) || (query.to && config.starts_at >= *query.to))
    return false;
  if (query.statuses.empty() ? status == domain::sale_status::cancelled
                             : std::ranges::find(query.statuses, status) == query.statuses.end())
    return false;
  if ((query.city && config.venue.city != *query.city) || (query.country && config.venue.country != *query.country))
    return false;
  if (!query.categories.empty() && std::ranges::find(query.categories, config.category) == query.categories.end())
    return false;
  if (query.price_max && cheapest(config) > *query.price_max)
    return false;
  if (query.available && (status != domain::sale_status::on_sale || event.available() == 0))
    return false;
  if (query.radius_km && (!config.venue.latitude_e6 || km_between(config.venue, *query.near) > *query.radius_km))
    return false;
  return query.text.empty() || has_text(event, query.text);
}

auto naive_events::matches(const search_query& query) const -> std::vector<const naive_event*> {
  std::vector<const naive_event*> found;
  for (const auto& each : events_) {
    if (passes(*each, query))
      found.push_back(each.get());
  }
  return found;
}

auto naive_events::ranked(const search_query& query) const -> std::vector<const naive_event*> {
  auto found = matches(query);
  const auto key = [&](const naive_event& event) -> double {
    switch (query.order_used()) {
    case projections::search_order::popularity: return -event.popularity();
    case projections::search_order::price: return static_cast<double>(cheapest(event.config));
    case projections::search_order::distance:
      return event.config.venue.latitude_e6 ? km_between(event.config.venue, *query.near) : 1e9;
    default: return 0;
    }
  };
  std::ranges::sort(found, [&](const naive_event* a, const naive_event* b) {
    const auto first = key(*a);
    const auto second = key(*b);
    // Two ways to compute a distance or a sum differ in the last digits.
    if (std::abs(first - second) > 1e-6)
      return first < second;
    return std::pair{a->config.starts_at, a->event} < std::pair{b->config.starts_at, b->event};
  });
  return found;
}

} // namespace holdfast::search_test
