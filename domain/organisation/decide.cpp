#include "domain/organisation/decide.hpp"

#include "domain/check.hpp"
#include "domain/config_check.hpp"
#include "domain/remembered_keys.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace holdfast::domain {
namespace {

using organisation_decision = tl::expected<facts, rejection>;

auto rejected(reason why) -> tl::unexpected<rejection> {
  rejection no;
  no.why = why;
  return tl::unexpected{std::move(no)};
}

auto invalid(std::vector<config_fault> faults) -> tl::unexpected<rejection> {
  rejection no;
  no.why = reason::invalid;
  no.faults = std::move(faults);
  return tl::unexpected{std::move(no)};
}

auto is_name(const std::string& name) -> bool {
  return name.size() <= limits::name_bytes_max && is_clear_name(name);
}

constexpr const char* bad_name =
    "1 to 200 bytes of UTF-8 without control, invisible and direction characters, no blank at an end";

auto faults_of(const venue& what) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  append_venue_faults(what.summary, "", faults);
  if (what.summary.name.empty()) {
    faults.push_back({"/name", bad_name});
  }
  if (!what.seats) {
    faults.push_back({"/layout", "a layout is needed"});
  }
  return faults;
}

template <class Value>
void replace(Value& value, const std::optional<Value>& by) {
  if (by) {
    value = *by;
  }
}

auto amended(venue what, const venue_amendment& by) -> venue {
  replace(what.summary.name, by.name);
  replace(what.summary.city, by.city);
  replace(what.summary.country, by.country);
  replace(what.summary.timezone, by.timezone);
  replace(what.summary.latitude_e6, by.latitude_e6);
  replace(what.summary.longitude_e6, by.longitude_e6);
  if (by.seats) {
    what.seats = by.seats;
  }
  return what;
}

/// The one that the server begins with, whose admins make the others.
constexpr organisation_id first_organisation{1};

auto administers(const organisation_state::key_entry& key) -> bool {
  return !key.revoked_at && (key.what.scopes & key_scope::admin) != 0;
}

struct organisation_decider {
  const organisation_state& state;
  const organisation_command& command;
  instant now;

  template <class Body>
  auto decided(Body body) const -> organisation_decision {
    facts made;
    made.push_back({now, command.id, std::move(body)});
    return made;
  }

  auto operator()(const create_organisation& what) const -> organisation_decision {
    if (state.id) {
      return rejected(reason::already_exists);
    }
    std::vector<config_fault> faults;
    if (!is_name(what.name)) {
      faults.push_back({"/name", bad_name});
    }
    if (!what.organisation) {
      faults.push_back({"", "an organisation has an id"});
    }
    if (!faults.empty()) {
      return invalid(std::move(faults));
    }
    return decided(organisation_created{what.organisation, what.name});
  }

  auto operator()(const create_venue& what) const -> organisation_decision {
    if (state.venues.contains(what.what.summary.id)) {
      return rejected(reason::already_exists);
    }
    auto faults = faults_of(what.what);
    if (!what.what.summary.id) {
      faults.push_back({"", "a venue has an id"});
    }
    if (!faults.empty()) {
      return invalid(std::move(faults));
    }
    return decided(venue_created{what.what});
  }

  auto operator()(const amend_venue& what) const -> organisation_decision {
    const auto found = state.venues.find(what.venue);
    if (found == state.venues.end()) {
      return rejected(reason::not_found);
    }
    auto after = amended(found->second.what, what.changes);
    if (auto faults = faults_of(after); !faults.empty()) {
      return invalid(std::move(faults));
    }
    if (what.expected_version && *what.expected_version != found->second.version) {
      rejection no;
      no.why = reason::version_mismatch;
      no.current = found->second.version;
      return tl::unexpected{std::move(no)};
    }
    return decided(venue_amended{std::move(after)});
  }

  auto operator()(const create_key& what) const -> organisation_decision {
    if (state.keys.contains(what.key)) {
      return rejected(reason::already_exists);
    }
    std::vector<config_fault> faults;
    if (!is_name(what.name)) {
      faults.push_back({"/name", bad_name});
    }
    if (what.scopes == 0 || (what.scopes & ~key_scope::all) != 0) {
      faults.push_back({"/scopes", "at least one of organise, sell, scan, audit, identify and admin"});
    }
    if (!what.key) {
      faults.push_back({"", "a key has an id"});
    }
    if (!faults.empty()) {
      return invalid(std::move(faults));
    }
    return decided(key_created{what.key, what.name, what.scopes, what.secret_hash});
  }

  auto operator()(const revoke_key& what) const -> organisation_decision {
    const auto found = state.keys.find(what.key);
    if (found == state.keys.end()) {
      return rejected(reason::not_found);
    }
    if (found->second.revoked_at) {
      return facts{};
    }
    if (state.id == first_organisation && administers(found->second) &&
        std::ranges::count_if(
            state.keys, administers, [](const auto& key) -> auto& { return key.second; }) == 1) {
      return rejected(reason::last_admin_key);
    }
    return decided(key_revoked{what.key});
  }

  auto operator()(const reserve_slug& what) const -> organisation_decision {
    const auto found = state.slugs.find(what.slug);
    if (found != state.slugs.end() && found->second == what.event) {
      return facts{};
    }
    if (found != state.slugs.end()) {
      return rejected(reason::already_exists);
    }
    if (!is_slug(what.slug) || !what.event) {
      std::vector<config_fault> faults;
      faults.push_back({"/slug", "1 to 64 of a-z, 0-9 and single '-' between them"});
      return invalid(std::move(faults));
    }
    return decided(slug_reserved{what.slug, what.event});
  }
};

/// Venues and keys are their organisation's own; organisations are made and names registered for others too. What the box office's
/// keys may not do at the edge they may not do here: no key makes a mightier one.
auto may_ask(const organisation_state& state, const organisation_command& what) -> bool {
  const bool for_others =
      std::holds_alternative<create_organisation>(what.body) || std::holds_alternative<reserve_slug>(what.body);
  switch (what.by.as) {
  case caller::kind::system: return true;
  case caller::kind::buyer:
  case caller::kind::box_office: return false;
  case caller::kind::organiser: return for_others || what.by.organisation == state.id;
  }
  return false;
}

} // namespace

auto decide(const organisation_state& state, const organisation_command& what, instant now)
    -> tl::expected<facts, rejection> {
  const bool exists = state.id || std::holds_alternative<create_organisation>(what.body);
  if (!exists || !may_ask(state, what)) {
    return rejected(reason::not_found);
  }
  const auto known = state.keys_remembered.find(what.id.key);
  const bool remembered = what.id != command_id{} && known != state.keys_remembered.end();
  if (remembered && !is_forgotten(hour_of(known->second.at), now)) {
    const bool same = known->second.request == what.id.request;
    rejection no;
    no.why = same ? reason::already_remembered : reason::key_reused;
    no.remembered_seq = known->second.seq;
    return tl::unexpected{std::move(no)};
  }
  return std::visit(organisation_decider{state, what, now}, what.body);
}

} // namespace holdfast::domain
