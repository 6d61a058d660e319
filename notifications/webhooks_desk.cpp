#include "notifications/encoding.hpp"
#include "notifications/webhook_signature.hpp"
#include "notifications/webhooks.hpp"

#include <algorithm>
#include <utility>

/// What organisers ask of their endpoints.
namespace holdfast::notifications {

auto webhooks::owned(domain::organisation_id whose, std::uint64_t id) -> endpoint* {
  const auto found = endpoints_.find(id);
  return found == endpoints_.end() || found->second.row.what.organisation != whose ? nullptr : &found->second;
}

auto webhooks::owned(domain::organisation_id whose, std::uint64_t id) const -> const endpoint* {
  const auto found = endpoints_.find(id);
  return found == endpoints_.end() || found->second.row.what.organisation != whose ? nullptr : &found->second;
}

void webhooks::create(desk::new_webhook what, const desk::created& done) {
  if (const auto known = endpoints_.find(what.what.id); known != endpoints_.end()) {
    return done(known->second.row.request == what.request ? desk::creation::already : desk::creation::reused, {});
  }
  if (list(what.what.organisation).size() >= how_.endpoints_per_organisation_max) {
    return done(desk::creation::too_many, {});
  }
  endpoint made;
  made.secret = random_bytes(secret_bytes);
  made.row.what = std::move(what.what);
  made.row.what.created_at = {with_.now_ms()};
  made.row.request = what.request;
  const auto key = rows::key_of_endpoint(made.row.what.id);
  made.row.sealed_secret = people::seal(seal_, key, made.secret);
  people::map_changes changes;
  changes.put(key, rows::encode(made.row));
  if (!write(changes)) {
    return done(desk::creation::failed, {});
  }
  auto told = secret_text(made.secret);
  endpoints_.emplace(made.row.what.id, std::move(made));
  done(desk::creation::made, std::move(told));
}

auto webhooks::list(domain::organisation_id whose) const -> std::vector<desk::webhook> {
  std::vector<desk::webhook> all;
  for (const auto& [id, each] : endpoints_) {
    if (each.row.what.organisation == whose) {
      all.push_back(each.row.what);
    }
  }
  return all;
}

auto webhooks::remove(domain::organisation_id whose, std::uint64_t id) -> desk::outcome {
  auto* const its = owned(whose, id);
  if (its == nullptr) {
    return desk::outcome::not_found;
  }
  people::map_changes changes;
  const auto drop = [&](const std::string& prefix) {
    return with_.store
        .scan(prefix, {},
              [&](std::string_view key, std::string_view) {
                changes.remove(std::string{key});
                return true;
              })
        .has_value();
  };
  changes.remove(rows::key_of_endpoint(id));
  if (!drop(rows::places_of(id)) || !drop(rows::deliveries_of(id)) || !write(changes)) {
    return desk::outcome::failed;
  }
  for (const auto& [event, each] : its->lanes) {
    counts_.webhooks_pending -= each.place.last + 1 - each.place.next;
  }
  if (its->row.what.disabled_at) {
    --counts_.webhooks_disabled;
  }
  endpoints_.erase(id);
  return desk::outcome::ok;
}

auto webhooks::read(domain::organisation_id whose, std::uint64_t id, const std::string& after, std::size_t limit) const
    -> std::pair<desk::outcome, desk::delivery_page> {
  desk::delivery_page page;
  if (owned(whose, id) == nullptr) {
    return {desk::outcome::not_found, page};
  }
  std::string last;
  const auto prefix = rows::deliveries_of(id);
  const auto how = with_.store.scan(prefix, after.empty() ? prefix : prefix + after,
                                    [&](std::string_view key, std::string_view value) {
                                      const auto place = key.substr(prefix.size());
                                      if (place == after) {
                                        return true;
                                      }
                                      if (page.items.size() == limit) {
                                        page.next = last;
                                        return false;
                                      }
                                      last = place;
                                      if (auto row = rows::decode_delivery(value)) {
                                        page.items.push_back(std::move(row->what));
                                      }
                                      return true;
                                    });
  return {how ? desk::outcome::ok : desk::outcome::failed, std::move(page)};
}

auto webhooks::rewind(endpoint& of, domain::event_id event, std::uint64_t from_seq, people::map_changes& to)
    -> std::uint64_t {
  auto& its = of.lanes.at(event);
  const auto id = of.row.what.id;
  std::uint64_t first = its.place.last + 1;
  static_cast<void>(
      with_.store.scan(rows::deliveries_of(id, event), {}, [&](std::string_view key, std::string_view value) {
        auto row = rows::decode_delivery(value);
        if (!row || row->what.seq < from_seq) {
          return true;
        }
        first = std::min(first, row->what.counter);
        // Those that were made or given up wait again, from now on; those that wait keep what they have seen.
        if (row->what.is != desk::delivery::state::pending) {
          row->what.is = desk::delivery::state::pending;
          row->what.attempts = 0;
          row->what.created_at = {with_.now_ms()};
          row->what.ended_at.reset();
          to.put(std::string{key}, rows::encode(*row));
        }
        return true;
      }));
  const auto count = its.place.last + 1 - first;
  if (first < its.place.next) {
    counts_.webhooks_pending += its.place.next - first;
    its.place.next = first;
    to.put(rows::key_of_place(id, event), rows::encode(its.place));
  }
  ++its.turn;
  its.due_ms = 0;
  return count;
}

auto webhooks::redeliver(domain::organisation_id whose, std::uint64_t id, std::uint64_t from_seq,
                         std::optional<domain::event_id> event) -> std::pair<desk::outcome, std::uint64_t> {
  auto* const its = owned(whose, id);
  if (its == nullptr) {
    return {desk::outcome::not_found, 0};
  }
  people::map_changes changes;
  std::uint64_t count = 0;
  for (const auto& [each, ignored] : its->lanes) {
    if (!event || *event == each) {
      count += rewind(*its, each, from_seq, changes);
    }
  }
  if (std::exchange(its->row.what.disabled_at, {})) {
    its->row.what.disabled_because.clear();
    --counts_.webhooks_disabled;
    changes.put(rows::key_of_endpoint(id), rows::encode(its->row));
  }
  return {write(changes) ? desk::outcome::ok : desk::outcome::failed, count};
}

} // namespace holdfast::notifications
