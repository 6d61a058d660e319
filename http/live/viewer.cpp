#include "http/live/viewer.hpp"

#include "http/live/live_lane.hpp"
#include "http/unique_bits.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::http {

namespace {

/// Answers to pings that may wait. Who asks faster than it reads has no use for answers.
constexpr std::size_t control_bytes_max = 512;
/// When an `EventSource` comes back by itself. Some later than others, so that not all come back at once.
constexpr std::uint64_t retry_ms_min = 1'000;
constexpr std::uint64_t retry_ms_spread = 4'000;
/// What somebody who may only listen can say before it is taken for a mistake.
constexpr std::size_t said_bytes_max = 4 * 1024;

auto retry_line() -> std::string {
  return "retry: " + std::to_string(retry_ms_min + unique_bits() % retry_ms_spread) + "\n\n";
}

} // namespace

viewer::viewer(viewer_kind kind, domain::event_id event, std::shared_ptr<live_lane> lane, projections::live_start start,
               viewer_ticket ticket)
    : kind_{kind},
      event_{event},
      lane_{std::move(lane)},
      ticket_{std::move(ticket)},
      place_{std::move(start.place)},
      backlog_{std::move(start.frames)} {
  std::ranges::reverse(backlog_);
  if (kind_ == viewer_kind::server_sent) {
    control_ = retry_line();
  }
}

viewer::~viewer() {
  if (listed_) {
    lane_->remove(*this);
    lane_->metrics().of(kind_).connections.fetch_sub(1, std::memory_order_relaxed);
  }
}

void viewer::open() {
  lane_->add(*this);
  listed_ = true;
  lane_->metrics().of(kind_).connections.fetch_add(1, std::memory_order_relaxed);
}

void viewer::attach(line& to) {
  line_ = &to;
}

void viewer::flush() noexcept {
  if (line_ != nullptr) {
    line_->kick();
  }
}

void viewer::drop_waiting() noexcept {
  backlog_.clear();
  backlog_.shrink_to_fit();
  for (auto& each : queue_) {
    each.reset();
  }
  queue_size_ = 0;
}

void viewer::news(const projections::live_frame_ptr& frame) {
  if (ending_) {
    return;
  }
  if (queue_size_ == queue_frames_max) {
    lane_->metrics().slow_resets.fetch_add(1, std::memory_order_relaxed);
    reset(frame->seq());
    return;
  }
  queue_[(queue_first_ + queue_size_) % queue_frames_max] = frame;
  ++queue_size_;
}

void viewer::reset(std::uint64_t seq) {
  if (ending_) {
    return;
  }
  drop_waiting();
  queue_first_ = 0;
  queue_[0] = projections::reset_frame(seq);
  queue_size_ = 1;
}

void viewer::end() {
  finish(close_code::try_again_later, viewer_end::ended);
}

void viewer::drain() {
  finish(close_code::going_away, viewer_end::draining);
}

/// What waits is dropped: who comes back says what it has.
void viewer::finish(close_code why, viewer_end counted) {
  if (std::exchange(ending_, true)) {
    return;
  }
  lane_->metrics().closed(counted);
  drop_waiting();
  if (kind_ == viewer_kind::websocket) {
    append_close(control_, why);
  } else {
    control_ += retry_line();
  }
}

auto viewer::output() -> std::string_view {
  if (unsent_.empty()) {
    choose_next();
  }
  return unsent_;
}

void viewer::choose_next() {
  current_.reset();
  sending_control_.clear();
  if (!control_.empty()) {
    sending_control_.swap(control_);
    unsent_ = sending_control_;
    return;
  }
  if (!backlog_.empty()) {
    current_ = std::move(backlog_.back());
    backlog_.pop_back();
    if (backlog_.empty()) {
      backlog_.shrink_to_fit();
    }
  } else if (queue_size_ > 0) {
    current_ = std::move(queue_[queue_first_]);
    queue_first_ = (queue_first_ + 1) % queue_frames_max;
    --queue_size_;
  } else {
    return;
  }
  unsent_ = kind_ == viewer_kind::websocket ? current_->websocket() : current_->server_sent();
  lane_->metrics().of(kind_).frames.fetch_add(1, std::memory_order_relaxed);
}

void viewer::sent(std::size_t bytes) {
  unsent_.remove_prefix(bytes);
  moved_ = moved_ || bytes > 0;
  lane_->metrics().of(kind_).bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void viewer::received(std::string_view bytes) {
  if (kind_ == viewer_kind::server_sent) {
    if (bytes.size() > said_bytes_max) {
      finish(close_code::policy_violation, viewer_end::refused);
    }
    return;
  }
  heard_ = true;
  while (!bytes.empty()) {
    switch (reader_.next(bytes)) {
    case websocket_reader::found::nothing:
    case websocket_reader::found::pong: break;
    case websocket_reader::found::ping:
      if (ending_) {
        break;
      }
      if (control_.size() > control_bytes_max) {
        finish(close_code::policy_violation, viewer_end::refused);
      } else {
        append_pong(control_, reader_.payload());
      }
      break;
    case websocket_reader::found::close:
      if (!std::exchange(ending_, true)) {
        drop_waiting();
        append_close(control_, close_code::normal);
      }
      break;
    case websocket_reader::found::refused: finish(reader_.why(), viewer_end::refused); break;
    }
  }
}

auto viewer::is_alive() -> bool {
  const bool stuck = !(unsent_.empty() && control_.empty()) && !moved_;
  const bool silent = kind_ == viewer_kind::websocket && !heard_;
  if (stuck || silent || ending_) {
    lane_->metrics().closed(viewer_end::silent);
    return false;
  }
  heard_ = false;
  moved_ = false;
  if (kind_ == viewer_kind::websocket) {
    append_ping(control_);
  } else {
    control_ += ":\n\n";
  }
  return true;
}

} // namespace holdfast::http
