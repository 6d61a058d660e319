#include "projections/layout_store.hpp"

#include "domain/fact.hpp"
#include "journal/codec.hpp"
#include "projections/layout_json.hpp"
#include "projections/wire/layout_wire.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

/// The layout a fact carries; null for others.
auto layout_in(const domain::fact_body& body) -> layout_store::seats_ptr {
  if (const auto* created = std::get_if<domain::event_created>(&body))
    return created->seats;
  if (const auto* replaced = std::get_if<domain::layout_replaced>(&body))
    return replaced->seats;
  if (const auto* venue = std::get_if<domain::venue_created>(&body))
    return venue->what.seats;
  if (const auto* venue = std::get_if<domain::venue_amended>(&body))
    return venue->what.seats;
  return nullptr;
}

auto carries_layout(std::uint16_t type) -> bool {
  static const std::array types{
      journal::fact_type(domain::event_created{}), journal::fact_type(domain::layout_replaced{}),
      journal::fact_type(domain::venue_created{}), journal::fact_type(domain::venue_amended{})};
  return std::ranges::find(types, type) != types.end();
}

} // namespace

layout_store::layout_store(journal::journal& from, clock_function clock)
    : layout_store{from, std::move(clock), bounds{}} {}

layout_store::layout_store(journal::journal& from, clock_function clock, bounds within,
                           std::shared_ptr<view_metrics> metrics)
    : from_{from}, clock_{std::move(clock)}, within_{within}, metrics_{std::move(metrics)} {}

auto layout_store::intern(const seats_ptr& seats, place where, bool keep) -> ref {
  auto hash = layout_hash(seats);
  garbage dropped;
  const std::scoped_lock lock{mutex_};
  auto which = entry_of(std::move(hash), where);
  if (which->seats.expired())
    which->seats = seats;
  if (keep)
    use(which, seats, dropped);
  return which;
}

auto layout_store::remember(const std::string& hash, place where) -> ref {
  const std::scoped_lock lock{mutex_};
  return entry_of(hash, where);
}

auto layout_store::entry_of(std::string hash, place where) -> ref {
  if (const auto found = entries_.find(hash); found != entries_.end())
    return found->second;
  auto added = std::make_shared<entry>();
  added->hash = std::move(hash);
  added->where = where;
  return entries_.emplace(added->hash, added).first->second;
}

auto layout_store::find(std::string_view hash) const -> ref {
  const std::scoped_lock lock{mutex_};
  const auto found = entries_.find(hash);
  return found == entries_.end() ? nullptr : found->second;
}

void layout_store::get(const ref& which, std::function<void(seats_ptr)> done) {
  garbage dropped;
  seats_ptr seats;
  bool refused = false;
  bool first = false;
  {
    const std::scoped_lock lock{mutex_};
    seats = which->seats.lock();
    if (ended_) {
      refused = true;
    } else if (seats) {
      use(which, seats, dropped);
    } else if (const auto waiting = loading_.find(which.get()); waiting != loading_.end()) {
      waiting->second.push_back(std::move(done));
      return;
    } else if (loading_.size() >= within_.loads_max) {
      refused = true;
    } else {
      loading_[which.get()].push_back(done);
      first = true;
    }
  }
  if (first)
    load(which);
  else if (seats || refused)
    done(seats);
}

auto layout_store::why_not(const ref& which) noexcept -> read_outcome {
  return which->why_not.load(std::memory_order_relaxed);
}

void layout_store::end() {
  decltype(loading_) dropped;
  const std::scoped_lock lock{mutex_};
  ended_ = true;
  dropped.swap(loading_);
}

void layout_store::load(const ref& which) {
  const auto found = std::make_shared<seats_ptr>();
  from_.read(
      which->where.stream, which->where.from_seq,
      [which, found](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          if (!carries_layout(record.header.type))
            continue;
          const auto fact = journal::decode_fact(record);
          if (!fact)
            return false;
          auto seats = layout_in(fact->body);
          if (journal::layout_hash(seats->spec()) == which->hash) {
            *found = std::move(seats);
            return false;
          }
        }
        return true;
      },
      [self = shared_from_this(), which, found](const tl::expected<journal::cursor, journal::failure>& end) {
        // A record that cannot be decoded ends the read like the layout itself does.
        const bool damaged = !*found && (end || end.error().kind == journal::failure_kind::corrupt);
        const auto lost = self->from_.is_absent() ? read_outcome::unavailable : read_outcome::unreadable;
        which->why_not.store(damaged ? lost : read_outcome::overloaded, std::memory_order_relaxed);
        if (!*found)
          spdlog::warn("layout {} was not read back: {}", which->hash,
                       end ? std::string{"its stream does not have it"} : end.error().detail);
        self->loaded(which, *found);
      });
}

void layout_store::loaded(const ref& which, const seats_ptr& seats) {
  garbage dropped;
  std::vector<std::function<void(seats_ptr)>> waiting;
  {
    const std::scoped_lock lock{mutex_};
    if (const auto found = loading_.find(which.get()); found != loading_.end()) {
      waiting = std::move(found->second);
      loading_.erase(found);
    }
    if (seats) {
      if (which->seats.expired())
        which->seats = seats;
      use(which, seats, dropped);
    }
  }
  for (const auto& done : waiting)
    done(seats);
}

void layout_store::encoded(const ref& which, form as, view_done done, bool counted) {
  std::shared_ptr<const view_body> body;
  {
    garbage dropped;
    const std::scoped_lock lock{mutex_};
    body = which->bodies[static_cast<std::size_t>(as)];
    if (body && which->kept)
      use(which, which->kept, dropped);
  }
  if (metrics_ && counted)
    metrics_->count_read(as == form::json ? read_view::layout : read_view::layout_binary, body != nullptr);
  if (body) {
    done(read_outcome::ok, std::move(body));
    return;
  }
  get(which, [self = shared_from_this(), which, as, done = std::move(done)](const seats_ptr& seats) {
    if (!seats)
      done(why_not(which), nullptr);
    else if (!self->from_.run_on_read_pool([self, which, as, seats, done] { self->encode(which, as, seats, done); }))
      done(read_outcome::overloaded, nullptr);
  });
}

void layout_store::encode(const ref& which, form as, const seats_ptr& seats, const view_done& done) {
  auto body = std::make_shared<view_body>();
  body->etag = "W/\"layout-" + which->hash.substr(0, 16);
  if (as == form::json) {
    append_layout_json(seats->spec(), body->bytes);
  } else {
    wire::append_layout(*seats, which->hash, body->bytes);
    body->etag += "-binary";
  }
  body->bytes.shrink_to_fit();
  body->etag += '"';
  body->made_at = clock_();
  body->layout_hash = which->hash;
  body->packed = std::make_shared<packed_forms>(packing::thorough);
  std::shared_ptr<const view_body> shown = body;
  {
    garbage dropped;
    const std::scoped_lock lock{mutex_};
    auto& kept = which->bodies[static_cast<std::size_t>(as)];
    if (which->kept && !kept) {
      bytes_ += body->bytes.size();
      which->bytes += body->bytes.size();
      kept = shown;
      shrink(dropped);
    } else if (kept) {
      shown = kept; // somebody was faster: one body, one set of compressed forms
    }
  }
  if (metrics_)
    metrics_->layouts_encoded.fetch_add(1, std::memory_order_relaxed);
  done(read_outcome::ok, std::move(shown));
}

/// Puts a layout in front of the recently used ones. Under the lock.
void layout_store::use(const ref& which, const seats_ptr& seats, garbage& dropped) {
  if (which->kept) {
    recent_.splice(recent_.begin(), recent_, which->recent);
    return;
  }
  recent_.push_front(which);
  which->recent = recent_.begin();
  which->kept = seats;
  which->bytes = seats->bytes();
  bytes_ += which->bytes;
  shrink(dropped);
}

void layout_store::shrink(garbage& dropped) {
  while (bytes_ > within_.bytes_max && recent_.size() > 1) {
    const auto oldest = recent_.back();
    recent_.pop_back();
    bytes_ -= std::exchange(oldest->bytes, 0);
    dropped.emplace_back(std::exchange(oldest->kept, nullptr), std::exchange(oldest->bodies, {}));
  }
}

void hash_layouts(const domain::facts& facts) {
  for (const auto& fact : facts) {
    if (const auto seats = layout_in(fact.body))
      static_cast<void>(layout_hash(seats));
  }
}

} // namespace holdfast::projections
