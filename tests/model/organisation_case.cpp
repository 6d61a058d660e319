#include "tests/model/organisation_case.hpp"

#include "tests/model/script.hpp"
#include "tests/model/script_bodies.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>

namespace holdfast::model {
namespace {

using namespace domain;

auto random_step(dice& random) -> organisation_step {
  organisation_step result;
  // Organisations are created once, the rest often.
  result.what = static_cast<std::uint8_t>(random.chance(5) ? 0 : random.between(1, 5));
  result.who = static_cast<std::uint8_t>(random.below(20));
  result.which = static_cast<std::uint8_t>(random.below(6));
  result.pause = static_cast<std::uint8_t>(random.below(20));
  result.before = random.chance(8) ? mishap::crash : mishap::none;
  const auto key = random.below(10);
  result.key = key < 3 ? key_use::none : key < 8 ? key_use::fresh : key < 9 ? key_use::repeat : key_use::misused;
  result.detail = static_cast<std::uint32_t>(random.next());
  return result;
}

auto simpler_cases(const organisation_case& from) -> std::vector<organisation_case> {
  std::vector<organisation_case> all;
  for (auto length = from.steps.size(); length > 0; length /= 2) {
    for (std::size_t begin = 0; begin + length <= from.steps.size(); begin += length) {
      auto less = from;
      const auto first = less.steps.begin() + static_cast<std::ptrdiff_t>(begin);
      less.steps.erase(first, first + static_cast<std::ptrdiff_t>(length));
      all.push_back(std::move(less));
    }
  }
  for (std::size_t i = 0; i < from.steps.size(); ++i) {
    auto simpler = from;
    simpler.steps[i] = {from.steps[i].what,  0, from.steps[i].which, 0, mishap::none, from.steps[i].key,
                        from.steps[i].detail};
    if (!(simpler.steps[i] == from.steps[i])) {
      all.push_back(std::move(simpler));
    }
  }
  return all;
}

auto some_name(dice& random, const char* good) -> std::string {
  return random.chance(90) ? good : random.chance(50) ? "" : std::string(limits::name_bytes_max + 1, 'n');
}

auto some_layout(dice& random) -> std::shared_ptr<const layout> {
  auto built = layout::build(random_layout(random));
  return built && !random.chance(5) ? *built : nullptr;
}

auto some_venue(const organisation_step& next, dice& random) -> venue {
  venue_summary summary{venue_id{next.which},
                        some_name(random, "Opera"),
                        "Graz",
                        random.chance(95) ? "AT" : "Austria",
                        "Europe/Vienna",
                        47'070'000,
                        15'440'000};
  return {summary, some_layout(random)};
}

auto some_change(dice& random) -> venue_amendment {
  venue_amendment changes;
  switch (random.below(6)) {
  case 0: changes.name = some_name(random, "Arena"); break;
  case 1: changes.city = "Wien"; break;
  case 2: changes.country = random.chance(80) ? "DE" : "D"; break;
  case 3: changes.timezone = "Europe/Berlin"; break;
  case 4:
    changes.latitude_e6 = std::optional<std::int32_t>{}, changes.longitude_e6 = std::optional<std::int32_t>{};
    break;
  default: changes.seats = some_layout(random); break;
  }
  return changes;
}

auto some_version(const naive_organisation& twin, std::uint64_t venue, dice& random) -> std::optional<std::uint64_t> {
  const auto found = twin.venues.find(venue);
  const auto version = found == twin.venues.end() ? 1 : found->second.version;
  return random.chance(60) ? std::nullopt : std::optional{random.chance(70) ? version : version + 1};
}

auto body_of(const organisation_step& next, const naive_organisation& twin, dice& random) -> organisation_command_body {
  static const std::array<std::string, 6> slugs = {"tosca", "aida-2027", "", "Tosca", "-", "fidelio"};
  switch (next.what) {
  case 0:
    return create_organisation{random.chance(95) ? own_organisation : organisation_id{}, some_name(random, "House")};
  case 1: return create_venue{some_venue(next, random)};
  case 2: return amend_venue{venue_id{next.which}, some_version(twin, next.which, random), some_change(random)};
  case 3: {
    create_key body{
        key_id{next.which}, some_name(random, "Till"), static_cast<std::uint32_t>(random.between(1, 63)), {}};
    body.scopes = random.chance(90) ? body.scopes : random.chance(50) ? 0 : 64;
    body.secret_hash.fill(static_cast<std::uint8_t>(next.detail));
    return body;
  }
  case 4: return revoke_key{key_id{next.which}};
  default: return reserve_slug{slugs[next.which], event_id{random.chance(95) ? random.between(1, 2) : 0}};
  }
}

auto who_asks(const organisation_step& next) -> caller {
  switch (next.who) {
  case 15: return callers::organiser(foreign_organisation);
  case 16: return caller{};
  case 17: return callers::box_office(own_organisation, 1);
  case 18: return callers::buyer(1);
  default: return callers::organiser(own_organisation);
  }
}

} // namespace

auto organisation_cases(unsigned steps_max) -> rc::Gen<organisation_case> {
  return [steps_max](const rc::Random& random, int size) {
    auto source = random;
    dice chance{source.next()};
    organisation_case result;
    organisation_step founding;
    founding.key = chance.chance(50) ? key_use::fresh : key_use::none;
    result.steps.push_back(founding);
    const auto most =
        steps_min + std::uint64_t{steps_max - steps_min} * static_cast<std::uint64_t>(std::clamp(size, 0, 100)) / 100;
    for (auto more = chance.between(steps_min, most); more > 1; --more) {
      result.steps.push_back(random_step(chance));
    }
    return rc::shrinkable::shrinkRecur(
        std::move(result), [](const organisation_case& from) { return rc::seq::fromContainer(simpler_cases(from)); });
  };
}

void showValue(const organisation_case& value, std::ostream& to) {
  to << value.steps.size() << " steps of an organisation";
}

auto organisation_script::moment(const organisation_step& next, instant now) -> instant {
  dice random{next.detail ^ 0x5eedU};
  if (next.pause < 17) {
    return now + millis{static_cast<std::int64_t>(random.below(5'000))};
  }
  return now + hours(next.pause == 17 ? 1 : 24) + millis{static_cast<std::int64_t>(random.below(3)) - 1};
}

auto organisation_script::command(const organisation_step& next, const naive_organisation& twin)
    -> organisation_command {
  dice random{next.detail};
  organisation_command fresh{who_asks(next), {}, body_of(next, twin, random)};
  if (next.key == key_use::none) {
    return fresh;
  }
  if (next.key == key_use::fresh || asked_.empty()) {
    fresh.id = {random.next() | 1U, random.next()};
    asked_.push_back(fresh);
    return fresh;
  }
  const auto& earlier = asked_[asked_.size() - 1 - random.index(std::min<std::size_t>(asked_.size(), 5))];
  if (next.key == key_use::repeat) {
    return earlier;
  }
  fresh.id = {earlier.id.key, earlier.id.request ^ (random.chance(50) ? 1U : std::uint64_t{1} << 40U)};
  return fresh;
}

auto describe(const organisation_command& what) -> std::string {
  static const std::array<const char*, 6> names = {
      "creates the organisation", "creates venue", "amends venue", "creates key", "revokes key", "reserves"};
  std::string text = "caller " + std::to_string(static_cast<int>(what.by.as)) + " of " +
                     std::to_string(what.by.organisation.value()) + " " + names[what.body.index()];
  if (const auto* venue = std::get_if<create_venue>(&what.body)) {
    text += " " + std::to_string(venue->what.summary.id.value()) + (venue->what.seats ? "" : " without seats") +
            " named '" + venue->what.summary.name.substr(0, 8) + "' in " + venue->what.summary.country;
  } else if (const auto* amend = std::get_if<amend_venue>(&what.body)) {
    text += " " + std::to_string(amend->venue.value()) +
            (amend->expected_version ? " if version " + std::to_string(*amend->expected_version) : "");
  } else if (const auto* key = std::get_if<create_key>(&what.body)) {
    text += " " + std::to_string(key->key.value()) + " named '" + key->name.substr(0, 8) + "' scopes " +
            std::to_string(key->scopes);
  } else if (const auto* revoke = std::get_if<revoke_key>(&what.body)) {
    text += " " + std::to_string(revoke->key.value());
  } else if (const auto* slug = std::get_if<reserve_slug>(&what.body)) {
    text += " '" + slug->slug + "' for event " + std::to_string(slug->event.value());
  }
  return text + (what.id.key == 0 ? "" : " (key " + std::to_string(what.id.key % 100'000) + ")");
}

} // namespace holdfast::model
