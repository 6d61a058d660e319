#include "notifications/webhooks.hpp"

#include "notifications/webhook_body.hpp"
#include "notifications/webhook_signature.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace holdfast::notifications {

namespace {

using state = desk::delivery::state;

constexpr std::int64_t soon_ms = 1'000;
constexpr long gone = 410;

/// The same for every attempt, so that a receiver knows what it has had.
auto message_id(std::uint64_t endpoint, domain::event_id event, std::uint64_t counter) -> std::string {
  return "msg_" + webhook_text(endpoint).substr(4) + "_" + std::to_string(event.value()) + "_" +
         std::to_string(counter);
}

} // namespace

webhooks::webhooks(const webhook_settings& how, channel_parts& with, outbox_metrics& counts,
                   const people::sealing_key& secret)
    : how_{how}, with_{with}, counts_{counts}, seal_{secret} {}

auto webhooks::open_secret(const rows::endpoint_row& of) const -> std::string {
  return people::unseal(seal_, rows::key_of_endpoint(of.what.id), of.sealed_secret).value_or(std::string{});
}

auto webhooks::load() -> tl::expected<void, std::string> {
  auto read = with_.store.scan(rows::endpoints, {}, [&](std::string_view, std::string_view value) {
    if (auto row = rows::decode_endpoint(value)) {
      auto& into = endpoints_[row->what.id];
      into.row = std::move(*row);
      into.secret = open_secret(into.row);
    }
    return true;
  });
  for (auto& [id, each] : endpoints_) {
    load_lanes(each);
    if (each.secret.empty() && !each.row.what.disabled_at) {
      disable(each, "its secret cannot be read any more");
    } else if (each.row.what.disabled_at) {
      ++counts_.webhooks_disabled;
    }
  }
  return read;
}

void webhooks::load_lanes(endpoint& into) {
  static_cast<void>(
      with_.store.scan(rows::places_of(into.row.what.id), {}, [&](std::string_view key, std::string_view value) {
        auto& its = into.lanes[domain::event_id{people::number_at(key, 1 + sizeof(std::uint64_t))}];
        its.place = rows::decode_place(value);
        counts_.webhooks_pending += its.place.last + 1 - its.place.next;
        return true;
      }));
}

void webhooks::queue(const notice& about, people::map_changes& to) {
  for (auto& [id, each] : endpoints_) {
    const auto& kinds = each.row.what.kinds;
    const bool wanted = each.row.what.organisation == about.organisation && !each.row.what.disabled_at &&
                        std::find(kinds.begin(), kinds.end(), about.kind) != kinds.end();
    if (!wanted) {
      continue;
    }
    auto& its = each.lanes[about.event];
    rows::delivery_row row;
    row.about = about;
    row.what.counter = ++its.place.last;
    row.what.created_at = {with_.now_ms()};
    to.put(rows::key_of_delivery(id, about.event, its.place.last), rows::encode(row));
    to.put(rows::key_of_place(id, about.event), rows::encode(its.place));
    if (its.place.last > how_.deliveries_kept && its.place.last - how_.deliveries_kept < its.place.next) {
      to.remove(rows::key_of_delivery(id, about.event, its.place.last - how_.deliveries_kept));
    }
    ++counts_.webhooks_pending;
  }
}

auto webhooks::may_start(const endpoint& at, const lane& of, std::int64_t now) const -> bool {
  return !of.busy && of.place.next <= of.place.last && of.due_ms <= now && !at.row.what.disabled_at &&
         at.under_way < how_.under_way_per_endpoint_max && under_way_ < how_.under_way_max;
}

void webhooks::start_due() {
  const auto now = with_.now_ms();
  for (auto& [id, each] : endpoints_) {
    for (auto& [event, its] : each.lanes) {
      if (may_start(each, its, now)) {
        its.busy = true;
        ++each.under_way;
        ++under_way_;
        begin(id, event);
      }
    }
  }
}

auto webhooks::next_due_ms() const -> std::optional<std::int64_t> {
  std::optional<std::int64_t> first;
  for (const auto& [id, each] : endpoints_) {
    for (const auto& [event, its] : each.lanes) {
      if (may_start(each, its, INT64_MAX)) {
        first = std::min(first.value_or(INT64_MAX), its.due_ms);
      }
    }
  }
  return first;
}

auto webhooks::lane_of(const attempt& of) -> lane* {
  const auto at = endpoints_.find(of.endpoint);
  if (at == endpoints_.end()) {
    return nullptr;
  }
  const auto its = at->second.lanes.find(of.event);
  return its == at->second.lanes.end() || its->second.turn != of.turn ? nullptr : &its->second;
}

void webhooks::begin(std::uint64_t id, domain::event_id event) {
  const auto& its = endpoints_.at(id).lanes.at(event);
  attempt what{id, event, its.turn, {}};
  const auto bytes = with_.store.get(rows::key_of_delivery(id, event, its.place.next));
  auto row = bytes && *bytes ? rows::decode_delivery(**bytes) : std::nullopt;
  if (!row) {
    // Not there any more: it is skipped, and the receiver sees that by the counter.
    what.row.what.counter = its.place.next;
    spdlog::error("notifications: a delivery of {} cannot be read", webhook_text(id));
    step(what, {});
    return;
  }
  what.row = std::move(*row);
  if (what.row.body.empty()) {
    compose(what);
  } else {
    post(std::move(what));
  }
}

void webhooks::compose(const attempt& what) {
  with_.stories.tell(what.row.about, [this, what](story_source::outcome how, const std::shared_ptr<const story>& told) {
    with_.later([this, what, how, told] {
      if (how == story_source::outcome::later) {
        finish(what, soon_ms);
        return;
      }
      auto ready = what;
      ready.row.body = webhook_body(ready.row.about, ready.row.what.counter, told.get());
      post(std::move(ready));
    });
  });
}

void webhooks::post(attempt what) {
  const auto at = endpoints_.find(what.endpoint);
  if (at == endpoints_.end()) {
    finish(what, 0);
    return;
  }
  const auto id = message_id(what.endpoint, what.event, what.row.what.counter);
  constexpr std::int64_t ms_per_s = 1'000;
  const auto headers = webhook_headers(at->second.secret, id, with_.now_ms() / ms_per_s, what.row.body);
  auto body = what.row.body;
  with_.wire.post(at->second.row.what.url, headers, std::move(body), how_.anywhere, how_.within,
                  [this, what = std::move(what)](const transfer_end& how) { answered(what, how); });
}

void webhooks::answered(attempt what, const transfer_end& how) {
  constexpr long success = 200;
  constexpr long success_end = 300;
  ++what.row.what.attempts;
  what.row.what.status = how.answered ? how.status : 0;
  if (lane_of(what) == nullptr) {
    finish(what, 0);
  } else if (how.answered && how.status >= success && how.status < success_end) {
    delivered(std::move(what));
  } else if (how.answered && how.status == gone) {
    ++counts_.webhooks_failed;
    auto& its = endpoints_.at(what.endpoint);
    disable(its, "it answered 410");
    failed(std::move(what), "410: the endpoint is gone");
  } else {
    ++counts_.webhooks_failed;
    failed(std::move(what), how.answered ? "it answered " + std::to_string(how.status) : how.trouble);
  }
}

void webhooks::delivered(attempt what) {
  ++counts_.webhooks_delivered;
  what.row.what.is = state::delivered;
  what.row.what.trouble.clear();
  what.row.what.ended_at = domain::instant{with_.now_ms()};
  people::map_changes changes;
  changes.put(rows::key_of_delivery(what.endpoint, what.event, what.row.what.counter), rows::encode(what.row));
  step(what, std::move(changes));
}

void webhooks::failed(attempt what, std::string trouble) {
  what.row.what.trouble = std::move(trouble);
  const bool final = with_.now_ms() - what.row.what.created_at.unix_ms >= how_.retry.give_up.count();
  if (final) {
    ++counts_.webhooks_given_up;
    what.row.what.is = state::failed;
    what.row.what.ended_at = domain::instant{with_.now_ms()};
  }
  people::map_changes changes;
  changes.put(rows::key_of_delivery(what.endpoint, what.event, what.row.what.counter), rows::encode(what.row));
  if (final) {
    step(what, std::move(changes));
    return;
  }
  static_cast<void>(write(changes));
  finish(what, pause_after(what.row.what.attempts, how_.retry, with_.share()).count());
}

/// On to the next delivery.
void webhooks::step(const attempt& what, people::map_changes changes) {
  if (auto* its = lane_of(what)) {
    its->place.next = what.row.what.counter + 1;
    --counts_.webhooks_pending;
    changes.put(rows::key_of_place(what.endpoint, what.event), rows::encode(its->place));
    static_cast<void>(write(changes));
  }
  finish(what, 0);
}

void webhooks::finish(const attempt& what, std::int64_t due_in_ms) {
  --under_way_;
  const auto at = endpoints_.find(what.endpoint);
  if (at == endpoints_.end()) {
    return;
  }
  --at->second.under_way;
  auto& its = at->second.lanes[what.event];
  its.busy = false;
  its.due_ms = its.turn == what.turn ? with_.now_ms() + due_in_ms : 0;
}

void webhooks::disable(endpoint& of, std::string because) {
  of.row.what.disabled_at = domain::instant{with_.now_ms()};
  of.row.what.disabled_because = std::move(because);
  ++counts_.webhooks_disabled;
  spdlog::warn("notifications: {} is disabled: {}", webhook_text(of.row.what.id), of.row.what.disabled_because);
  people::map_changes changes;
  changes.put(rows::key_of_endpoint(of.row.what.id), rows::encode(of.row));
  static_cast<void>(write(changes));
}

auto webhooks::write(const people::map_changes& what) -> bool {
  const auto written = with_.store.write(what);
  if (!written) {
    spdlog::error("notifications: {}", written.error());
    counts_.broken = 1;
  }
  return written.has_value();
}

} // namespace holdfast::notifications
