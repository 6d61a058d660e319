#pragma once

#include "actors/engine_port.hpp"
#include "http/exchange.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// Scans of a device that was offline. They reach their events in the order in which they are given here, a few at a time, and are answered
/// together, in the order in which the device sent them. Thread-safe.
class scan_batch : public std::enable_shared_from_this<scan_batch> {
 public:
  /// Scans on their way at a time: other requests of the event have its credits as well.
  static constexpr std::size_t underway_max = 64;

  struct scan {
    std::size_t place = 0; ///< in the device's list
    std::string nonce;
    std::string result; ///< JSON, when nobody needs to be asked; empty: `what` is
    domain::event_id event;
    domain::command what;
  };

  scan_batch(actors::engine_port& engine, actors::request_meta meta, deferred&& to)
      : engine_{engine}, meta_{std::move(meta)}, to_{std::move(to)} {}

  /// Once.
  void run(std::vector<scan> all);

 private:
  class sink;

  void answered(std::size_t which, actors::answer&& what) noexcept;
  /// Sends what may be sent; one thread at a time does.
  void pump();
  void finish();

  actors::engine_port& engine_;
  const actors::request_meta meta_;
  deferred to_;
  std::mutex mutex_; ///< over what follows
  std::vector<scan> all_;
  std::size_t next_ = 0;
  std::size_t underway_ = 0;
  bool pumping_ = false;
  bool finished_ = false;
};

} // namespace holdfast::http
