#pragma once

#include "domain/strong_id.hpp"
#include "http/connection_stream.hpp"
#include "http/deadline_list.hpp"
#include "http/live/live_metrics.hpp"
#include "http/live/websocket.hpp"
#include "projections/live/live_ports.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

class live_lane;

/// Counts as a viewer from the moment it asks; gives itself back when it dies.
using viewer_ticket = std::shared_ptr<void>;

/// Somebody who watches an event: what is said over a WebSocket, or as server-sent events, to one connection. Frames are shared with
/// everybody else who watches; its own are the places of a short queue. When the queue is full the viewer is told to fetch the
/// status anew, and whatever waited is dropped: nobody ever waits for a viewer.
///
/// As a `deadline_node` it stands in its lane's list of those who have something to send.
class viewer final : public connection_stream, public deadline_node {
 public:
  /// Frames that wait beside the one that is being sent: 1.6 s of the shortest ticks.
  static constexpr std::size_t queue_frames_max = 16;

  viewer(viewer_kind kind, domain::event_id event, std::shared_ptr<live_lane> lane, projections::live_start start,
         viewer_ticket ticket);
  ~viewer() override;

  // The connection's.
  void attach(line& to) override;
  [[nodiscard]] auto output() -> std::string_view override;
  void sent(std::size_t bytes) override;
  void received(std::string_view bytes) override;
  [[nodiscard]] auto ended() const noexcept -> bool override { return ending_ && unsent_.empty() && control_.empty(); }
  [[nodiscard]] auto is_alive() -> bool override;
  void drain() override;

  // The lane's.
  /// Its start is the newest there is: news from now on are its own. On the lane's thread, in the order of the news.
  void open();
  [[nodiscard]] auto event() const noexcept -> domain::event_id { return event_; }
  void news(const projections::live_frame_ptr& frame);
  /// Some news were lost: the status at `seq` or later has them.
  void reset(std::uint64_t seq);
  /// The event is not watched any more.
  void end();
  /// Sends what there is.
  void flush() noexcept;
  std::size_t place_in_lane = 0; ///< among the viewers of its event

 private:
  void finish(close_code why, viewer_end counted);
  void choose_next();
  void drop_waiting() noexcept;

  const viewer_kind kind_;
  const domain::event_id event_;
  const std::shared_ptr<live_lane> lane_;
  const viewer_ticket ticket_;
  std::shared_ptr<projections::live_place> place_;
  line* line_ = nullptr;
  bool listed_ = false;
  bool ending_ = false;                              ///< no frame follows
  bool heard_ = true;                                ///< the client said something since the last look
  bool moved_ = true;                                ///< bytes have left since the last look
  std::vector<projections::live_frame_ptr> backlog_; ///< what it missed, newest first
  std::array<projections::live_frame_ptr, queue_frames_max> queue_;
  std::size_t queue_first_ = 0;
  std::size_t queue_size_ = 0;
  projections::live_frame_ptr current_;
  std::string control_;         ///< of its own, to be sent between frames
  std::string sending_control_; ///< being sent
  std::string_view unsent_;     ///< of `current_` or `sending_control_`
  websocket_reader reader_;
};

} // namespace holdfast::http
