#include "tests/model/naive_organisation.hpp"

#include "tests/model/same_fact.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

auto refuse_as(reason why, std::uint64_t number = 0) -> organisation_expectation {
  return {why, number, {}};
}

auto must_be(fact_body body) -> organisation_expectation {
  return {{}, 0, std::move(body)};
}

auto named(const std::string& name) -> bool {
  return !name.empty() && name.size() <= limits::name_bytes_max;
}

auto sound_venue(const venue& what) -> bool {
  const auto& at = what.summary;
  return what.seats && at.id.value() != 0 && named(at.name) && at.country.size() == 2;
}

auto sound_slug(const std::string& slug) -> bool {
  return !slug.empty() && slug.size() <= limits::slug_bytes_max && slug.front() != '-' && slug.back() != '-' &&
         slug.find("--") == std::string::npos && std::all_of(slug.begin(), slug.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

template <class Value>
void set(Value& field, const std::optional<Value>& to) {
  if (to) {
    field = *to;
  }
}

auto changed(venue what, const venue_amendment& by) -> venue {
  set(what.summary.name, by.name);
  set(what.summary.city, by.city);
  set(what.summary.country, by.country);
  set(what.summary.timezone, by.timezone);
  set(what.summary.latitude_e6, by.latitude_e6);
  set(what.summary.longitude_e6, by.longitude_e6);
  what.seats = by.seats ? by.seats : what.seats;
  return what;
}

struct decisions {
  const naive_organisation& twin;

  auto operator()(const create_organisation& c) const -> organisation_expectation {
    if (twin.id) {
      return refuse_as(reason::already_exists);
    }
    return c.organisation && named(c.name) ? must_be(organisation_created{c.organisation, c.name})
                                           : refuse_as(reason::invalid);
  }
  auto operator()(const create_venue& c) const -> organisation_expectation {
    if (twin.venues.contains(c.what.summary.id.value())) {
      return refuse_as(reason::already_exists);
    }
    return sound_venue(c.what) ? must_be(venue_created{c.what}) : refuse_as(reason::invalid);
  }
  auto operator()(const amend_venue& c) const -> organisation_expectation {
    const auto found = twin.venues.find(c.venue.value());
    if (found == twin.venues.end()) {
      return refuse_as(reason::not_found);
    }
    const auto after = changed(found->second.what, c.changes);
    if (!sound_venue(after)) {
      return refuse_as(reason::invalid);
    }
    if (c.expected_version && *c.expected_version != found->second.version) {
      return refuse_as(reason::version_mismatch, found->second.version);
    }
    return must_be(venue_amended{after});
  }
  auto operator()(const create_key& c) const -> organisation_expectation {
    if (twin.keys.contains(c.key.value())) {
      return refuse_as(reason::already_exists);
    }
    const bool sound = c.key && named(c.name) && c.scopes != 0 && (c.scopes & ~key_scope::all) == 0;
    return sound ? must_be(key_created{c.key, c.name, c.scopes, c.secret_hash}) : refuse_as(reason::invalid);
  }
  auto operator()(const revoke_key& c) const -> organisation_expectation {
    const auto found = twin.keys.find(c.key.value());
    if (found == twin.keys.end()) {
      return refuse_as(reason::not_found);
    }
    if (found->second.revoked_at) {
      return {};
    }
    const bool another = std::any_of(twin.keys.begin(), twin.keys.end(), [&](const auto& key) {
      return key.first != c.key.value() && !key.second.revoked_at && (key.second.what.scopes & key_scope::admin) != 0;
    });
    const bool admin = (found->second.what.scopes & key_scope::admin) != 0;
    return admin && !another && twin.id.value() == 1 ? refuse_as(reason::last_admin_key) : must_be(key_revoked{c.key});
  }
  auto operator()(const reserve_slug& c) const -> organisation_expectation {
    const auto found = twin.slugs.find(c.slug);
    if (found != twin.slugs.end()) {
      return found->second == c.event ? organisation_expectation{} : refuse_as(reason::already_exists);
    }
    return sound_slug(c.slug) && c.event ? must_be(slug_reserved{c.slug, c.event}) : refuse_as(reason::invalid);
  }
};

/// Venues and keys are their organisation's own; organisations are made, and names registered, for others too.
auto permitted(const naive_organisation& twin, const organisation_command& what) -> bool {
  const bool organises = what.by.as == caller::kind::organiser || what.by.as == caller::kind::system;
  if (std::holds_alternative<create_organisation>(what.body)) {
    return organises;
  }
  if (!twin.id || !organises) {
    return false;
  }
  return std::holds_alternative<reserve_slug>(what.body) || what.by.as == caller::kind::system ||
         what.by.organisation == twin.id;
}

/// Folds one body. `twin.seq` and `twin.time` are the fact's already.
struct organisation_folder {
  naive_organisation& twin;

  auto operator()(const organisation_created& f) const -> complaint {
    if (twin.id) {
      return "it creates an organisation a second time";
    }
    twin.id = f.organisation;
    twin.name = f.name;
    return {};
  }
  auto operator()(const venue_created& f) const -> complaint {
    const bool fresh =
        twin.venues.emplace(f.what.summary.id.value(), domain::organisation_state::venue_entry{f.what, twin.seq})
            .second;
    return fresh ? complaint{} : "it creates a venue a second time";
  }
  auto operator()(const venue_amended& f) const -> complaint {
    const auto found = twin.venues.find(f.what.summary.id.value());
    if (found == twin.venues.end()) {
      return "it amends a venue that is not there";
    }
    found->second = {f.what, twin.seq};
    return {};
  }
  auto operator()(const key_created& f) const -> complaint {
    const bool fresh = twin.keys.emplace(f.key.value(), domain::organisation_state::key_entry{f, twin.time, {}}).second;
    return fresh ? complaint{} : "it creates a key a second time";
  }
  auto operator()(const key_revoked& f) const -> complaint {
    const auto found = twin.keys.find(f.key.value());
    if (found == twin.keys.end() || found->second.revoked_at) {
      return "it revokes what is no live key";
    }
    found->second.revoked_at = twin.time;
    return {};
  }
  auto operator()(const slug_reserved& f) const -> complaint {
    return twin.slugs.emplace(f.slug, f.event).second ? complaint{} : "it reserves a slug a second time";
  }
  template <class Other>
  auto operator()(const Other&) const -> complaint {
    return "a fact of another stream";
  }
};

auto same_venue(const venue& a, const venue& b) -> bool {
  return same(fact_body{venue_amended{a}}, fact_body{venue_amended{b}});
}

} // namespace

auto naive_organisation::remembered(std::uint64_t key, instant at) const -> const key_entry* {
  const auto hour = [](instant when) { return when.unix_ms / hours(1).count; };
  const auto found = used.find(key);
  return found != used.end() && hour(at) - hour(found->second.at) <= 24 ? &found->second : nullptr;
}

auto expect(const naive_organisation& twin, const organisation_command& what, instant now) -> organisation_expectation {
  if (!permitted(twin, what)) {
    return refuse_as(reason::not_found);
  }
  if (const auto* earlier = what.id.key == 0 ? nullptr : twin.remembered(what.id.key, now)) {
    return earlier->request == what.id.request ? refuse_as(reason::already_remembered, earlier->seq)
                                               : refuse_as(reason::key_reused);
  }
  return std::visit(decisions{twin}, what.body);
}

auto fold(naive_organisation& twin, const fact& what) -> complaint {
  if (what.time < twin.time) {
    return "time goes back";
  }
  ++twin.seq;
  twin.time = what.time;
  if (what.command.key != 0 && twin.remembered(what.command.key, what.time) == nullptr) {
    twin.used[what.command.key] = {what.command.request, twin.seq, what.time};
  }
  return std::visit(organisation_folder{twin}, what.body);
}

auto compare(const organisation_state& state, const naive_organisation& twin) -> complaint {
  if (state.seq != twin.seq || state.time != twin.time || state.id != twin.id || state.name != twin.name) {
    return "seq, time, id or name differ";
  }
  const auto same_venues = [](const auto& a, const auto& b) {
    return a.first.value() == b.first && same_venue(a.second.what, b.second.what) &&
           a.second.version == b.second.version;
  };
  const auto same_keys = [](const auto& a, const auto& b) {
    return a.first.value() == b.first && same(fact_body{a.second.what}, fact_body{b.second.what}) &&
           a.second.created_at == b.second.created_at && a.second.revoked_at == b.second.revoked_at;
  };
  if (!std::equal(state.venues.begin(), state.venues.end(), twin.venues.begin(), twin.venues.end(), same_venues) ||
      !std::equal(state.keys.begin(), state.keys.end(), twin.keys.begin(), twin.keys.end(), same_keys)) {
    return "venues or keys differ";
  }
  if (!std::equal(state.slugs.begin(), state.slugs.end(), twin.slugs.begin(), twin.slugs.end(),
                  [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; })) {
    return "slugs differ";
  }
  for (const auto& [key, entry] : twin.used) {
    const auto found = state.keys_remembered.find(key);
    const auto* expected = twin.remembered(key, twin.time);
    if ((found != state.keys_remembered.end()) != (expected != nullptr)) {
      return "an idempotency key is forgotten too early or too late";
    }
    if (expected != nullptr && (found->second.request != expected->request || found->second.seq != expected->seq)) {
      return "what an idempotency key stands for differs";
    }
  }
  return {};
}

} // namespace holdfast::model
