#include "tools/bench/programme.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr std::size_t artists = 60'000;
constexpr std::size_t questions_kept = 20'000;
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

struct town {
  std::string_view name, country;
  double latitude, longitude;
  std::uint32_t halls;
};

constexpr std::array towns{
    town{"London", "GB", 51.5074, -0.1278, 420},    town{"Paris", "FR", 48.8566, 2.3522, 380},
    town{"Berlin", "DE", 52.5200, 13.4050, 340},    town{"Vienna", "AT", 48.2082, 16.3738, 260},
    town{"Madrid", "ES", 40.4168, -3.7038, 240},    town{"Hamburg", "DE", 53.5511, 9.9937, 200},
    town{"München", "DE", 48.1351, 11.5820, 200},   town{"Milano", "IT", 45.4642, 9.1900, 190},
    town{"Barcelona", "ES", 41.3874, 2.1686, 190},  town{"Amsterdam", "NL", 52.3676, 4.9041, 180},
    town{"Köln", "DE", 50.9375, 6.9603, 170},       town{"Praha", "CZ", 50.0755, 14.4378, 160},
    town{"Budapest", "HU", 47.4979, 19.0402, 150},  town{"Zürich", "CH", 47.3769, 8.5417, 140},
    town{"Kraków", "PL", 50.0647, 19.9450, 120},    town{"Warszawa", "PL", 52.2297, 21.0122, 150},
    town{"København", "DK", 55.6761, 12.5683, 130}, town{"Stockholm", "SE", 59.3293, 18.0686, 130},
    town{"Lyon", "FR", 45.7640, 4.8357, 110},       town{"Manchester", "GB", 53.4808, -2.2426, 150},
    town{"Glasgow", "GB", 55.8642, -4.2518, 100},   town{"Dublin", "IE", 53.3498, -6.2603, 120},
    town{"Roma", "IT", 41.9028, 12.4964, 180},      town{"Lisboa", "PT", 38.7223, -9.1393, 110},
    town{"Frankfurt", "DE", 50.1109, 8.6821, 120},  town{"Stuttgart", "DE", 48.7758, 9.1829, 100},
    town{"Leipzig", "DE", 51.3397, 12.3731, 90},    town{"Graz", "AT", 47.0707, 15.4395, 70},
    town{"Salzburg", "AT", 47.8095, 13.0550, 60},   town{"Linz", "AT", 48.3069, 14.2858, 50},
    town{"Basel", "CH", 47.5596, 7.5886, 60},       town{"Gent", "BE", 51.0543, 3.7174, 50},
    town{"Antwerpen", "BE", 51.2194, 4.4025, 60},   town{"Göteborg", "SE", 57.7089, 11.9746, 60},
    town{"Oslo", "NO", 59.9139, 10.7522, 80},       town{"Helsinki", "FI", 60.1699, 24.9384, 80},
    town{"Tartu", "EE", 58.3780, 26.7290, 15},      town{"Bregenz", "AT", 47.5031, 9.7471, 12},
    town{"Győr", "HU", 47.6875, 17.6504, 10},       town{"Cork", "IE", 51.8985, -8.4756, 15}};

struct kind {
  std::string_view category;
  std::int64_t cheapest, dearest; ///< in cents
  std::array<std::string_view, 6> titles;
};

constexpr std::array kinds{
    kind{"concert",
         2'500,
         12'000,
         {"Live", "World Tour", "Unplugged", "The Anniversary Tour", "Open Air", "Acoustic Evenings"}},
    kind{"classical",
         1'500,
         15'000,
         {"Symphoniekonzert", "Klavierabend", "Requiem", "Chamber Music", "Matinée", "Philharmonic Gala"}},
    kind{"opera", 1'200, 25'000, {"Tosca", "Die Zauberflöte", "Carmen", "La Bohème", "Rusalka", "Fidelio"}},
    kind{"theatre",
         900,
         6'000,
         {"Hamlet", "Warten auf Godot", "Der zerbrochne Krug", "A Doll's House", "Nathan der Weise",
          "The Cherry Orchard"}},
    kind{"comedy", 1'000, 4'500, {"Solo", "Stand-up Night", "Kabarett", "Best of", "Work in Progress", "Late Show"}},
    kind{"festival",
         4'000,
         30'000,
         {"Festival", "Sommerfest", "Jazz Days", "Weekender", "Film Music Festival", "Folk Gathering"}},
    kind{"sport", 800, 20'000, {"Cup Final", "Derby", "Grand Prix", "Championship", "Play-off", "Charity Match"}},
    kind{"family",
         600,
         3'500,
         {"Zirkus", "Puppet Theatre", "Musical", "On Ice", "Mitmachkonzert", "The Great Adventure"}}};

constexpr std::array<std::string_view, 40> openings{"Ba",  "Be", "Bo",   "Bra", "Ca", "Cho", "Da", "De",  "Do", "Fa",
                                                    "Fre", "Ga", "Gri",  "Ha",  "He", "Jo",  "Ka", "Kle", "La", "Le",
                                                    "Lo",  "Ma", "Me",   "Mo",  "Na", "Ne",  "No", "Pe",  "Pi", "Ra",
                                                    "Ro",  "Sa", "Schu", "Sto", "Ta", "To",  "Va", "Vi",  "Wa", "Ze"};
constexpr std::array<std::string_view, 40> middles{"ba", "ber", "da", "der", "di", "fi", "ga", "ge", "go", "ki",
                                                   "la", "le",  "li", "lo",  "ma", "me", "mi", "na", "ne", "ni",
                                                   "no", "pa",  "ra", "re",  "ri", "ro", "sa", "se", "si", "ta",
                                                   "te", "ti",  "to", "va",  "ve", "vi", "xa", "ya", "za", "zo"};
constexpr std::array<std::string_view, 32> endings{"n",    "s",   "r",   "l",   "ck",  "nd",   "rt",    "ll",
                                                   "mann", "son", "sen", "ski", "ova", "ini",  "etti",  "ez",
                                                   "eau",  "ier", "ner", "ler", "ter", "berg", "stein", "feld",
                                                   "wood", "ley", "ton", "ham", "ard", "ric",  "us",    "is"};
constexpr std::array<std::string_view, 12> halls{"Stadthalle",    "Opera House", "Arena",   "Konzerthaus",
                                                 "Theatre Royal", "Club",        "Palais",  "Philharmonie",
                                                 "Kulturhof",     "Grand Hall",  "Stadium", "Volkstheater"};
constexpr std::array<std::string_view, 24> phrases{"An evening that nobody who was there will forget.",
                                                   "Mit Gästen und einem neuen Programm.",
                                                   "Doors open an hour before the show.",
                                                   "Einlass ab 18 Uhr, freie Platzwahl im Parkett.",
                                                   "The new album, and everything before it.",
                                                   "Directed by an award-winning team.",
                                                   "In deutscher Sprache mit englischen Übertiteln.",
                                                   "One night only.",
                                                   "Zwei Stunden mit Pause.",
                                                   "Suitable for children from six.",
                                                   "With the city's own orchestra and choir.",
                                                   "Presented together with local partners.",
                                                   "Ein Klassiker, neu erzählt.",
                                                   "Three acts, two intervals.",
                                                   "Support to be announced.",
                                                   "Jugendliche unter 16 nur in Begleitung.",
                                                   "A journey through five decades of music.",
                                                   "Standing and seated tickets.",
                                                   "Barrierefreier Zugang, bitte anmelden.",
                                                   "Strings, brass and a great deal of light.",
                                                   "The return of a legend.",
                                                   "Für Kenner und Neugierige.",
                                                   "Part of the winter season.",
                                                   "Im Rahmen der Festwochen."};

template <class Value, std::size_t Count>
auto pick(const std::array<Value, Count>& from, random_stream& random) -> const Value& {
  return from[random.below(static_cast<std::uint32_t>(Count))];
}

/// A town by the number of its halls.
auto pick_town(random_stream& random) -> const town& {
  std::uint32_t all = 0;
  for (const auto& each : towns) {
    all += each.halls;
  }
  auto left = random.below(all);
  for (const auto& each : towns) {
    if (left < each.halls) {
      return each;
    }
    left -= each.halls;
  }
  return towns.front();
}

/// The last word of a text.
auto last_word(std::string_view text) -> std::string {
  return std::string{text.substr(text.rfind(' ') + 1)};
}

} // namespace

programme::programme(std::uint64_t seed, domain::instant now) : random_{seed}, now_{now} {
  artists_.reserve(artists);
  for (std::size_t i = 0; i < artists; ++i) {
    artists_.push_back({invented_name() + " " + invented_name(), random_.below(kinds.size())});
  }
}

auto programme::invented_name() -> std::string {
  std::string name{pick(openings, random_)};
  for (auto left = random_.below(3); left > 0; --left) {
    name.append(pick(middles, random_));
  }
  return name.append(pick(endings, random_));
}

/// Rank r with a chance of about 1 / r.
auto programme::by_rank(std::size_t size) -> std::size_t {
  const auto uniform = static_cast<double>(random_.next() >> 11) * 0x1.0p-53;
  const auto rank = std::exp(uniform * std::log(static_cast<double>(size)));
  return std::min(size - 1, static_cast<std::size_t>(rank) - 1);
}

auto programme::title_of(const artist& who) -> std::string {
  const auto& title = pick(kinds[who.kind].titles, random_);
  std::string name{who.name};
  return name.append(": ").append(title);
}

auto programme::description_of(const artist& who) -> std::string {
  std::string text{who.name};
  text.append(". ");
  for (auto left = 2 + random_.below(4); left > 0; --left) {
    text.append(pick(phrases, random_)).append(" ");
  }
  return text;
}

void programme::place(domain::event_config& event) {
  const auto& where = pick_town(random_);
  const auto hall = random_.below(where.halls);
  auto& venue = event.venue;
  venue.id = domain::venue_id{domain::mix64(static_cast<std::uint64_t>(&where - towns.data()) * 1'000 + hall) | 1U};
  venue.name.assign(halls[hall % halls.size()]);
  if (hall >= halls.size()) {
    // Halls after the first dozen are called after somebody.
    venue.name.append(" ").append(last_word(artists_[hall * 37 % artists_.size()].name));
  }
  venue.city = where.name;
  venue.country = where.country;
  venue.timezone = "Europe/Vienna";
  constexpr double e6 = 1e6;
  constexpr double spread = 0.08;
  const auto within = [&] { return (random_.below(2'001) / 1'000.0 - 1) * spread; };
  venue.latitude_e6 = static_cast<std::int32_t>((where.latitude + within()) * e6);
  venue.longitude_e6 = static_cast<std::int32_t>((where.longitude + within()) * e6);
}

void programme::price(domain::event_config& event, std::size_t which) {
  const auto& its = kinds[which];
  constexpr std::int64_t step = 50;
  const auto range = static_cast<std::uint32_t>((its.dearest - its.cheapest) / step);
  auto price = its.cheapest + random_.below(range / 3) * step;
  for (const auto* name : {"standing", "balcony", "stalls"}) {
    event.tiers.push_back({name, name, price});
    price += random_.below(range / 3) * step;
  }
}

auto programme::next() -> domain::event_config {
  const auto& who = artists_[by_rank(artists_.size())];
  domain::event_config event;
  event.name = title_of(who);
  event.description = description_of(who);
  event.category = kinds[who.kind].category;
  place(event);
  constexpr double mean_days = 120;
  constexpr double days_max = 540;
  const auto days = static_cast<std::int64_t>(std::min(random_.exponential(mean_days), days_max));
  constexpr std::int64_t evening_ms = 19LL * 3600 * 1000;
  event.starts_at = {(now_.unix_ms / day_ms + 1 + days) * day_ms + evening_ms};
  event.currency = {{'E', 'U', 'R'}};
  price(event, who.kind);
  std::pair<std::string, std::string> question{last_word(who.name),
                                               random_.below(2) == 0 ? event.venue.city : last_word(event.name)};
  if (asked_.size() < questions_kept) {
    asked_.push_back(std::move(question));
  } else {
    asked_[random_.below(questions_kept)] = std::move(question);
  }
  return event;
}

auto programme::question() -> std::string {
  const auto& [first, second] = asked_[random_.below(static_cast<std::uint32_t>(asked_.size()))];
  std::string text{first};
  text.append(" ").append(second);
  constexpr std::size_t letters_min = 3;
  // One in four is still typing. Cut between letters: bytes of ASCII only.
  if (random_.below(4) == 0 && second.size() > letters_min + 1 &&
      std::all_of(text.begin(), text.end(), [](unsigned char letter) { return letter < 0x80; })) {
    text.resize(text.size() - 1 - random_.below(static_cast<std::uint32_t>(second.size() - letters_min)));
  }
  return text;
}

} // namespace holdfast::tools::bench
