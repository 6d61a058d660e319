#include "projections/projection_runner.hpp"

#include "journal/codec.hpp"
#include "tracing/traced_commit.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace holdfast::projections {

auto to_text(runner_state state) noexcept -> std::string_view {
  switch (state) {
  case runner_state::resting: return "resting";
  case runner_state::catching_up: return "catching_up";
  case runner_state::live: return "live";
  case runner_state::stopped: return "stopped";
  }
  return "unknown";
}

void projection_runner::signal::raise(const std::shared_ptr<signal>& self) {
  if (self->posted.exchange(true))
    return;
  self->post([self] {
    self->posted.store(false);
    if (const auto runner = self->to.lock())
      runner->step();
  });
}

projection_runner::projection_runner(std::shared_ptr<projection> what, journal::journal& from,
                                     std::shared_ptr<feed> live, post_function post)
    : projection_runner{std::move(what), from, std::move(live), std::move(post), bounds{}} {}

projection_runner::projection_runner(std::shared_ptr<projection> what, journal::journal& from,
                                     std::shared_ptr<feed> live, post_function post, bounds within)
    : what_{std::move(what)}, from_{from}, live_{std::move(live)}, post_{std::move(post)}, within_{within} {}

projection_runner::~projection_runner() = default;

void projection_runner::start() {
  post_([weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->begin();
  });
}

void projection_runner::rebuild() {
  post_([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self)
      return;
    self->caught_up_.store(false, std::memory_order_release);
    self->what_->reset();
    self->begin();
  });
}

void projection_runner::begin() {
  consumer_.reset();
  signal_ = std::make_shared<signal>();
  signal_->post = post_;
  signal_->to = weak_from_this();
  consumer_ = live_->subscribe([to = signal_] { signal::raise(to); });
  position_ = what_->position();
  note({});
  catch_up_again();
  // A projection that is at the journal's end has nothing to read.
  try_ring_ = true;
  step();
}

void projection_runner::catch_up_again() {
  ++round_;
  work_.clear();
  traced_.clear();
  done_in_unit_ = 0;
  read_to_ = position_;
  reading_ = false;
  try_ring_ = false;
  pause_ = false;
  state_.store(runner_state::catching_up, std::memory_order_release);
}

void projection_runner::step() {
  if (!consumer_)
    return;
  try {
    if (!fold_slice())
      signal::raise(signal_);
  } catch (const std::exception& error) {
    stop(error.what());
  } catch (...) {
    stop("unknown exception");
  }
}

/// False when there is more than one turn's work.
auto projection_runner::fold_slice() -> bool {
  auto budget = within_.groups_per_step;
  while (budget > 0) {
    if (work_.empty() && !fetch())
      return true;
    if (!fold_unit(work_.front(), budget))
      return false;
    work_.pop_front();
    done_in_unit_ = 0;
    read_ahead();
  }
  return false;
}

/// Folds within the budget, and publishes at the end of the unit; false when the end was not reached.
auto projection_runner::fold_unit(unit& what, std::size_t& budget) -> bool {
  const auto size = what.batch ? what.batch->groups.size() : what.read.size();
  for (; done_in_unit_ < size; ++done_in_unit_) {
    if (budget == 0)
      return false;
    --budget;
    if (what.batch) {
      const auto& group = what.batch->groups[done_in_unit_];
      if (group.traced)
        note_traced(group);
      fold(group.stream, group.first_seq, group.facts, group.state_hash);
    } else {
      const auto& group = what.read[done_in_unit_];
      fold(group.stream, group.first_seq, group.facts, 0);
    }
  }
  what_->publish(what.after);
  position_ = what.after;
  if (!traced_.empty())
    record_folds(size);
  if (what.to_present)
    caught_up_.store(true, std::memory_order_release);
  return true;
}

void projection_runner::fold(const journal::stream_id& stream, std::uint64_t first_seq,
                             const std::shared_ptr<const domain::facts>& facts, std::uint64_t state_hash) {
  what_->apply({stream, first_seq, facts.get(), state_hash, facts});
  last_time_ = facts->back().time;
  folded_.fetch_add(1, std::memory_order_relaxed);
}

/// A fold of facts that mean nothing to this projection is not worth a span.
void projection_runner::note_traced(const journal::append_group& group) {
  const bool matters = std::ranges::any_of(*group.facts, [&](const domain::fact& each) {
    return what_->wants(group.stream.kind, static_cast<std::uint16_t>(journal::fact_type(each.body)));
  });
  if (matters)
    traced_.push_back({group.traced, std::chrono::steady_clock::now()});
}

void projection_runner::record_folds(std::size_t groups) {
  for (const auto& [what, began] : traced_)
    what->folded(name(), groups, began);
  traced_.clear();
}

auto projection_runner::fetch() -> bool {
  if (state() == runner_state::live)
    return fetch_live();
  if (reading_)
    return false;
  if (try_ring_ && consumer_->seek(position_)) {
    try_ring_ = false;
    state_.store(runner_state::live, std::memory_order_release);
    return fetch_live();
  }
  // A reader of the journal can be ahead of the ring for a moment: the commit that brings it level wakes, and the ring is
  // tried once more before anything is read again.
  if (std::exchange(pause_, false))
    return false;
  try_ring_ = false;
  read_ahead();
  return false;
}

auto projection_runner::fetch_live() -> bool {
  taken_.clear();
  switch (consumer_->take(taken_, within_.groups_per_step)) {
  case feed::outcome::taken:
    for (auto& batch : taken_) {
      auto after = batch->after;
      work_.push_back({{}, std::move(batch), std::move(after), false});
    }
    return true;
  case feed::outcome::drained: caught_up_.store(true, std::memory_order_release); return false;
  case feed::outcome::lost: break;
  }
  laps_.fetch_add(1, std::memory_order_relaxed);
  catch_up_again();
  read_ahead();
  return false;
}

void projection_runner::read_ahead() {
  if (state() != runner_state::catching_up || reading_ || try_ring_ || pause_ || work_.size() >= within_.chunks_ahead)
    return;
  reading_ = true;
  read_chunk(from_, read_to_, what_, within_.chunk,
             [weak = weak_from_this(), post = post_, round = round_](tl::expected<fact_chunk, journal::failure> chunk) {
               // Shared because closures must be copyable.
               auto kept = std::make_shared<tl::expected<fact_chunk, journal::failure>>(std::move(chunk));
               post([weak, round, kept] {
                 if (const auto self = weak.lock())
                   self->take_chunk(round, std::move(*kept));
               });
             });
}

void projection_runner::take_chunk(std::uint64_t round, tl::expected<fact_chunk, journal::failure> chunk) {
  if (round != round_ || !consumer_)
    return;
  reading_ = false;
  if (!chunk) {
    if (chunk.error().kind == journal::failure_kind::corrupt) {
      stop(std::move(chunk.error().detail));
      return;
    }
    if (chunk.error().kind == journal::failure_kind::invalid) {
      // It was folded from a journal that went on from here otherwise: a restored one has lost its end.
      spdlog::warn("projection {} begins anew: {}", name(), chunk.error().detail);
      what_->reset();
      position_ = what_->position();
      catch_up_again();
      read_ahead();
      return;
    }
    note(std::move(chunk.error().detail));
    pause_ = true;
    return;
  }
  note({});
  pause_ = chunk->to_present && chunk->after == read_to_;
  read_to_ = chunk->after;
  try_ring_ = chunk->to_present;
  work_.push_back({std::move(chunk->groups), nullptr, std::move(chunk->after), chunk->to_present});
  read_ahead();
  step();
}

void projection_runner::stop(std::string why) {
  spdlog::error("projection {} stopped: {}; its last views stay", name(), why);
  note(std::move(why));
  work_.clear();
  traced_.clear();
  consumer_.reset();
  ++round_;
  state_.store(runner_state::stopped, std::memory_order_release);
  what_->stopped();
}

void projection_runner::give_up(std::string why) {
  if (consumer_)
    stop(std::move(why));
}

void projection_runner::tick(domain::instant now) {
  if (!consumer_ && state() != runner_state::stopped)
    return;
  auto oldest = now;
  if (state() == runner_state::live) {
    const auto batch = !work_.empty() ? work_.front().batch : consumer_->next();
    if (batch && !batch->groups.empty())
      oldest = batch->groups.front().facts->front().time;
  } else if (last_time_ > domain::instant{}) {
    oldest = last_time_;
  }
  lag_ms_.store(std::max<std::int64_t>(0, (now - oldest).count), std::memory_order_relaxed);
  if (state() == runner_state::catching_up && !reading_ && work_.empty()) {
    // What was missed may be in the ring by now.
    try_ring_ = true;
    pause_ = false;
    step();
  }
}

auto projection_runner::reason() const -> std::string {
  const std::scoped_lock lock{reason_mutex_};
  return reason_;
}

void projection_runner::note(std::string why) {
  const std::scoped_lock lock{reason_mutex_};
  reason_ = std::move(why);
}

} // namespace holdfast::projections
