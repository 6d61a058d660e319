#include "projections/report/report_projection.hpp"

#include "projections/inventory_bodies.hpp"
#include "projections/unfoldable.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::int64_t version_ms = 1'000;

auto view_of(report_form form) noexcept -> read_view {
  return form == report_form::prices ? read_view::prices : read_view::report;
}

} // namespace

report_projection::report_projection(std::shared_ptr<view_metrics> metrics, post_function post, clock_function clock)
    : report_projection{std::move(metrics), std::move(post), std::move(clock), bounds{}} {}

report_projection::report_projection(std::shared_ptr<view_metrics> metrics, post_function post, clock_function clock,
                                     bounds within)
    : metrics_{std::move(metrics)},
      post_{std::move(post)},
      clock_{std::move(clock)},
      within_{within},
      follows_{std::make_shared<follow_mark>()},
      waiting_{metrics_, within.readers_waiting_max} {
  if (!within_.follows)
    stopped();
}

void report_projection::stopped() {
  follows_->stop(clock_());
}

void report_projection::apply(const applied_group& group) {
  if (group.stream.kind != journal::stream_kind::event)
    return;
  const domain::event_id event{group.stream.id};
  const std::scoped_lock lock{mutex_};
  auto& its = events_.try_emplace(event, event).first->second;
  if (group.first_seq != its.seq() + 1)
    stop_folding("event " + std::to_string(event.value()) + " is at seq " + std::to_string(its.seq()) +
                 " and was given seq " + std::to_string(group.first_seq));
  between_positions_ = true;
  broken_ = event; // unless the fold comes to its end
  for (const auto& fact : *group.facts)
    its.fold(fact);
  broken_.reset();
  if (lane_)
    changed_.insert(event);
  else
    its.forget_changes();
  waiting_.touch(event);
}

void report_projection::publish(const journal::cursor& position) {
  position_ = position;
  between_positions_ = false;
  waiting_.serve([this](domain::event_id event, const reader& who) { return try_answer(event, who); });
}

void report_projection::reset() {
  position_ = {};
  between_positions_ = false;
  changed_.clear();
  if (lane_)
    lane_->wipe();
  const std::scoped_lock lock{mutex_};
  events_.clear();
  broken_.reset();
  if (within_.follows)
    follows_->follow();
}

void report_projection::load() {
  const std::scoped_lock lock{mutex_};
  const bool found = lane_->load([this](std::string_view key, std::string_view value) { return take_row(key, value); });
  if (!found)
    events_.clear();
  position_ = lane_->position();
}

auto report_projection::take_row(std::string_view key, std::string_view value) -> bool {
  event_sales::row_name name;
  if (!event_sales::read_row_name(key, name))
    return false;
  auto& its = events_.try_emplace(name.event, name.event).first->second;
  return name.grain == 0 ? its.take_event_row(value) : its.take_period_row(name.grain, name.from, value);
}

auto report_projection::take_changes() -> store_changes {
  store_changes changes;
  for (const auto event : std::exchange(changed_, {}))
    events_.at(event).take_changed_rows(changes);
  return changes;
}

void report_projection::checkpoint_if_due() {
  if (lane_ && lane_->failed())
    lane_.reset();
  const auto now = clock_();
  if (!lane_ || between_positions_ || changed_.empty() || now - checkpointed_at_ < within_.checkpoint_every ||
      !lane_->ready())
    return;
  checkpointed_at_ = now;
  lane_->commit(take_changes(), position_);
}

void report_projection::save() {
  if (lane_ && !between_positions_)
    lane_->commit_now(take_changes(), position_);
}

void report_projection::visit_rows(const row_visitor& visit) const {
  for (const auto& [event, its] : events_) {
    store_changes rows;
    its.put_all_rows(rows);
    for (const auto& row : rows.all())
      visit(row.key, *row.value);
  }
}

void report_projection::tick(domain::instant now) {
  checkpoint_if_due();
  waiting_.expire(now);
  std::erase_if(bodies_, [&](const auto& each) {
    return now - each.second.read_at > within_.bodies_kept && each.first != broken_;
  });
}

void report_projection::read(domain::event_id event, std::uint64_t min_seq, report_form form, bool complete,
                             view_done done) {
  reader who{min_seq, form, complete, clock_() + within_.wait_max, std::move(done)};
  if (!waiting_.enter(who))
    return;
  post_([weak = weak_from_this(), event, who = std::move(who)]() mutable {
    if (const auto self = weak.lock())
      self->admit(event, std::move(who));
  });
}

void report_projection::admit(domain::event_id event, reader who) {
  waiting_.admit(event, std::move(who), [this](domain::event_id of, const reader& one) { return try_answer(of, one); });
}

auto report_projection::try_answer(domain::event_id event, const reader& who) -> bool {
  std::shared_ptr<const view_body> body;
  {
    const std::scoped_lock lock{mutex_};
    const auto found = events_.find(event);
    const auto seq = found == events_.end() ? 0 : found->second.seq();
    if (who.min_seq > seq || (seq == 0 && !who.complete))
      return false;
    if (broken_ == event) {
      body = last_of(event, who);
      if (!body)
        return false;
    } else if (seq != 0) {
      body = body_of(found->second, event, who);
    }
  }
  who.done(body ? read_outcome::ok : read_outcome::not_found, body);
  return true;
}

/// The last body of an event that is broken, whatever its age; null if there is none that will do.
auto report_projection::last_of(domain::event_id event, const reader& who) -> std::shared_ptr<const view_body> {
  const auto known = bodies_.find(event);
  if (known == bodies_.end())
    return nullptr;
  const auto& last = known->second.all[static_cast<std::size_t>(who.form)];
  if (!last || last->seq < who.min_seq)
    return nullptr;
  metrics_->count_read(view_of(who.form), true);
  return last;
}

/// Without its end. Where the event's sale stands changes with time alone.
auto report_projection::tag_of(const event_sales& from, report_form form, domain::instant now) -> std::string {
  std::string tag{"W/\""};
  if (form == report_form::prices)
    return tag.append(std::to_string(from.prices().seq())).append("-prices");
  tag.append(std::to_string(from.seq())).append(form == report_form::csv ? "-report-csv-" : "-report-");
  return tag.append(to_text(from.sale_at(now)));
}

/// The bytes, and the tag without its end.
auto report_projection::encode(const event_sales& from, report_form form, domain::instant now)
    -> std::shared_ptr<view_body> {
  auto made = std::make_shared<view_body>();
  made->etag = tag_of(from, form, now);
  switch (form) {
  case report_form::json: made->bytes = report_json(from.figures(now)); break;
  case report_form::csv: made->bytes = report_csv(from.figures(now)); break;
  case report_form::prices: made->bytes = prices_json(from.event(), from.currency(), from.prices()); break;
  }
  return made;
}

/// The last body while it is the newest or, if the reader takes it, at most a second old.
auto report_projection::body_of(const event_sales& from, domain::event_id event, const reader& who)
    -> std::shared_ptr<const view_body> {
  auto& known = bodies_[event];
  known.read_at = clock_();
  const auto now = follows_->until().value_or(known.read_at);
  auto& last = known.all[static_cast<std::size_t>(who.form)];
  const bool moves = who.form != report_form::prices && from.is_moving(now);
  if (last && last->seq >= who.min_seq) {
    const bool newest = last->seq == from.seq() && !moves && last->etag == tag_of(from, who.form, now) + '"';
    if (newest || now - last->made_at < domain::seconds(1)) {
      metrics_->count_read(view_of(who.form), true);
      return last;
    }
  }
  metrics_->count_read(view_of(who.form), false);
  const auto made = encode(from, who.form, now);
  // The rates change from second to second while something has happened within the last minute.
  if (moves)
    made->etag.append(".").append(std::to_string(now.unix_ms / version_ms));
  made->etag.append("\"");
  made->seq = from.seq();
  made->draft = from.is_draft();
  made->made_at = now;
  made->follows = follows_;
  made->organisation = from.organisation();
  made->packed = std::make_shared<packed_forms>(packing::quick);
  last = made;
  return made;
}

} // namespace holdfast::projections
