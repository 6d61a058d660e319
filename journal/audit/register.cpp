#include "journal/audit/register.hpp"

#include <utility>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t scope_sell = 2;
constexpr std::uint64_t scope_scan = 4;
constexpr std::uint64_t scope_admin = 32;
constexpr std::uint64_t scopes_all = 63;
/// The server's register of slugs is in the first organisation's stream.
constexpr std::uint64_t first_organisation = 1;
/// A request that was let in before its key was revoked may be decided after; none lives longer than this.
constexpr std::int64_t request_life_ms = 30'000;

} // namespace

void organisation_register::refuse(const record& at, findings& to, std::string why) const {
  to.add(violation_kind::illegal_organisation_fact, at.stream, at.seq, std::move(why));
}

void organisation_register::take(const record& at, const fact& what, findings& to) {
  if (const auto* created = std::get_if<organisation_created>(&what)) {
    if (at.seq != 1 || created->organisation != at.stream.id)
      refuse(at, to, "an organisation is created once, by the first fact of its own stream");
    organisations_.insert(at.stream.id);
    return;
  }
  if (!organisations_.contains(at.stream.id))
    refuse(at, to, "the organisation does not exist yet");
  if (const auto* venue = std::get_if<venue_changed>(&what))
    take_venue(at, *venue, to);
  else if (const auto* made = std::get_if<key_created>(&what))
    take_key(at, *made, to);
  else if (const auto* revoked = std::get_if<key_revoked>(&what))
    take_key(at, *revoked, to);
  else if (const auto* slug = std::get_if<slug_reserved>(&what))
    take_slug(at, *slug, to);
}

void organisation_register::take_venue(const record& at, const venue_changed& what, findings& to) {
  const auto found = venues_.find(what.venue);
  if (what.venue == 0 || what.created == (found != venues_.end()))
    refuse(at, to, what.created ? "the venue exists already" : "there is no such venue to amend");
  else if (found != venues_.end() && found->second != at.stream.id)
    refuse(at, to, "the venue is another organisation's");
  venues_.emplace(what.venue, at.stream.id);
}

void organisation_register::take_key(const record& at, const key_created& what, findings& to) {
  if (what.key == 0 || what.scopes == 0 || (what.scopes & ~scopes_all) != 0)
    refuse(at, to, "a key without a name, or with scopes that do not exist");
  if (!keys_.emplace(what.key, known_key{at.stream.id, what.scopes, std::nullopt}).second)
    refuse(at, to, "the key exists already");
}

void organisation_register::take_key(const record& at, const key_revoked& what, findings& to) {
  const auto found = keys_.find(what.key);
  if (found == keys_.end() || found->second.organisation != at.stream.id || found->second.revoked_at) {
    refuse(at, to, "there is no such live key to revoke");
    return;
  }
  found->second.revoked_at = at.time_ms;
}

void organisation_register::take_slug(const record& at, const slug_reserved& what, findings& to) {
  if (at.stream.id != first_organisation || what.slug.empty() || what.event == 0)
    refuse(at, to, "slugs are reserved in the first organisation's stream, for an event");
  if (const auto [known, added] = slugs_.emplace(what.slug, what.event); !added)
    to.add(violation_kind::slug_taken_twice, at.stream, at.seq,
           "'" + what.slug + "' is event " + std::to_string(known->second) + "'s already");
}

auto organisation_register::why_not(std::uint64_t key, std::uint64_t organisation, std::int64_t time_ms,
                                    std::uint64_t scope, const char* done) const -> std::string {
  const auto found = keys_.find(key);
  if (found == keys_.end() || found->second.organisation != organisation)
    return "the organisation has no key " + std::to_string(key);
  if ((found->second.scopes & (scope | scope_admin)) == 0)
    return "key " + std::to_string(key) + " has no scope to " + done;
  if (found->second.revoked_at && time_ms > *found->second.revoked_at + request_life_ms)
    return "key " + std::to_string(key) + " was revoked at " + std::to_string(*found->second.revoked_at) + " ms";
  return {};
}

auto organisation_register::why_not_sell(std::uint64_t key, std::uint64_t organisation, std::int64_t time_ms) const
    -> std::string {
  return why_not(key, organisation, time_ms, scope_sell, "sell");
}

auto organisation_register::why_not_scan(std::uint64_t key, std::uint64_t organisation, std::int64_t time_ms) const
    -> std::string {
  return why_not(key, organisation, time_ms, scope_scan, "scan");
}

} // namespace holdfast::journal::audit
