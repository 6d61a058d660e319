#include "notifications/follower.hpp"

#include "journal/codec.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace holdfast::notifications {

namespace {

using people::append_number;
using people::number_at;

constexpr std::string_view cursor_key = "c";
constexpr std::string_view identity_key = "i";
constexpr char before_prefix = 'b'; ///< event → seq
constexpr char event_prefix = 'e';  ///< event → organisation
constexpr char tried_prefix = 't';  ///< event hold

auto key_of(char prefix, domain::event_id event) -> std::string {
  std::string key{prefix};
  append_number(key, event.value());
  return key;
}

auto tried_key(domain::event_id event, domain::hold_number hold) -> std::string {
  auto key = key_of(tried_prefix, event);
  append_number(key, hold.value());
  return key;
}

auto number_text(std::uint64_t value) -> std::string {
  std::string text;
  append_number(text, value);
  return text;
}

} // namespace

follower::follower(journal::journal& from, people::durable_map& store, std::string identity)
    : from_{from}, store_{store}, identity_{std::move(identity)} {}

auto follower::open() -> tl::expected<void, std::string> {
  const auto kept = store_.get(cursor_key);
  const auto whose = store_.get(identity_key);
  if (!kept || !whose) {
    return tl::unexpected{kept ? whose.error() : kept.error()};
  }
  if (!*kept) {
    return {};
  }
  if (*whose == identity_) {
    at_ = journal::cursor{**kept};
    rests_ = false;
    return load_rows();
  }
  spdlog::warn("notifications: the journal is another one than before; what it holds by now is not told of");
  return begin();
}

auto follower::load_rows() -> tl::expected<void, std::string> {
  const auto rows = [&](char prefix, const auto& each) {
    return store_.scan(std::string_view{&prefix, 1}, {}, [&](std::string_view key, std::string_view value) {
      each(key, value);
      return true;
    });
  };
  auto read = rows(before_prefix, [this](std::string_view key, std::string_view value) {
    told_before_[domain::event_id{number_at(key, 1)}] = number_at(value, 0);
  });
  if (read) {
    read = rows(event_prefix, [this](std::string_view key, std::string_view value) {
      events_[domain::event_id{number_at(key, 1)}] = {domain::organisation_id{number_at(value, 0)}};
    });
  }
  if (read) {
    read = rows(tried_prefix, [this](std::string_view key, std::string_view) {
      tried_.emplace(domain::event_id{number_at(key, 1)},
                     domain::hold_number{static_cast<std::uint32_t>(number_at(key, 1 + sizeof(std::uint64_t)))});
    });
  }
  return read ? waiting_.load(store_) : read;
}

auto follower::begin() -> tl::expected<void, std::string> {
  const auto heads = from_.heads(journal::stream_kind::event);
  if (!heads) {
    return tl::unexpected{heads.error().detail};
  }
  people::map_changes changes;
  for (const char prefix : {before_prefix, event_prefix, tried_prefix}) {
    const auto read = store_.scan(std::string_view{&prefix, 1}, {}, [&](std::string_view key, std::string_view) {
      changes.remove(std::string{key});
      return true;
    });
    if (!read) {
      return read;
    }
  }
  if (const auto read = waiting_.clear(store_, changes); !read) {
    return read;
  }
  told_before_.clear();
  events_.clear();
  tried_.clear();
  for (const auto& [stream, head] : *heads) {
    told_before_[domain::event_id{stream.id}] = head.seq;
    changes.put(key_of(before_prefix, domain::event_id{stream.id}), number_text(head.seq));
  }
  at_ = {};
  rests_ = false;
  changes.put(std::string{cursor_key}, at_.text());
  changes.put(std::string{identity_key}, identity_);
  return store_.write(changes);
}

auto follower::is_behind() const -> bool {
  return !rests_ && !(from_.end() == at_);
}

void follower::read(part_done done) {
  now_ = {};
  from_.tail(
      at_,
      [this](std::span<const journal::record_view> records) {
        return std::all_of(records.begin(), records.end(), [this](const auto& each) { return see(each); }) &&
               now_.told.notices.size() < notices_max && now_.records < records_max;
      },
      [this, done = std::move(done)](tl::expected<journal::cursor, journal::failure> how) {
        if (!how) {
          if (how.error().kind == journal::failure_kind::invalid) {
            spdlog::warn("notifications: the journal ends before what was told; what it holds by now is not told of");
            if (const auto begun = begin(); !begun) {
              spdlog::error("notifications: {}", begun.error());
            }
          }
          done(tl::unexpected{how.error()});
          return;
        }
        now_.told.more = !(*how == at_) && now_.records > 0;
        now_.end = std::move(*how);
        done(now_.told);
      });
}

/// The facts that are looked into; of all others the header says enough.
auto follower::is_of_interest(const journal::record_header& record) const -> bool {
  static const std::array<std::uint16_t, 12> types{
      journal::fact_type(domain::event_created{}),   journal::fact_type(domain::event_cancelled{}),
      journal::fact_type(domain::event_closed{}),    journal::fact_type(domain::order_confirmed{}),
      journal::fact_type(domain::order_returned{}),  journal::fact_type(domain::hold_thawed{}),
      journal::fact_type(domain::hold_released{}),   journal::fact_type(domain::hold_expired{}),
      journal::fact_type(domain::ticket_resold{}),   journal::fact_type(domain::ticket_transferred{}),
      journal::fact_type(domain::waitlist_joined{}), journal::fact_type(domain::waitlist_left{})};
  static const auto held = journal::fact_type(domain::hold_created{});
  // Most facts make holds, and hardly any is an offer.
  return std::find(types.begin(), types.end(), record.type) != types.end() ||
         (record.type == held && waiting_.watches(domain::event_id{record.stream.id}));
}

auto follower::see(const journal::record_view& record) -> bool {
  ++now_.records;
  if (record.header.stream.kind != journal::stream_kind::event || !is_of_interest(record.header)) {
    return true;
  }
  const auto fact = journal::decode_fact(record);
  if (!fact) {
    // The engine refuses such a journal; whoever only reads along goes on behind it.
    spdlog::error("notifications: a fact cannot be read: {}", fact.error().detail);
    return true;
  }
  note(record, fact->body);
  return true;
}

void follower::note(const journal::record_view& record, const domain::fact_body& what) {
  const domain::event_id event{record.header.stream.id};
  if (const auto* made = std::get_if<domain::event_created>(&what)) {
    events_[event] = {made->organisation};
    now_.changes.put(key_of(event_prefix, event), number_text(made->organisation.value()));
    return;
  }
  waiting_.see(event, record.header.command, what, now_.changes, now_.told.served);
  if (std::holds_alternative<domain::event_closed>(what) || std::holds_alternative<domain::event_cancelled>(what)) {
    now_.told.over.push_back(people::order_ref::waitlist_of(event));
  }
  const auto before = told_before_.find(event);
  if (before != told_before_.end() && record.header.seq <= before->second) {
    return;
  }
  if (const auto* thawed = std::get_if<domain::hold_thawed>(&what)) {
    if (tried_.emplace(event, thawed->hold).second) {
      now_.changes.put(tried_key(event, thawed->hold), {});
    }
  } else if (const auto* released = std::get_if<domain::hold_released>(&what)) {
    ended(event, released->hold);
  } else if (const auto* expired = std::get_if<domain::hold_expired>(&what)) {
    ended(event, expired->hold);
  } else if (auto told = notice_of(what)) {
    if (told->kind == notice_kind::order_confirmed && tried_.erase({event, told->order}) > 0) {
      now_.changes.remove(tried_key(event, told->order));
    }
    told->event = event;
    told->seq = record.header.seq;
    told->at = record.header.time;
    told->organisation = events_[event].organisation;
    if (told->offer) {
      told->offer->told = waiting_.told_with(event, told->offer->to);
    }
    now_.told.notices.push_back(*told);
  }
}

void follower::ended(domain::event_id event, domain::hold_number hold) {
  if (tried_.erase({event, hold}) == 0) {
    return;
  }
  now_.changes.remove(tried_key(event, hold));
  now_.told.over.push_back({event, hold});
}

void follower::take(people::map_changes& to) {
  for (const auto& [key, value] : now_.changes.rows()) {
    if (value) {
      to.put(key, *value);
    } else {
      to.remove(key);
    }
  }
  at_ = now_.end;
  to.put(std::string{cursor_key}, at_.text());
  now_ = {};
}

} // namespace holdfast::notifications
