#pragma once

#include "http/reply_lane.hpp"
#include "http/task_stack.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>

namespace holdfast::http {

/// The lane of one I/O thread. Shared by the thread's connections and by everybody who still owes one of them an answer, so
/// it outlives the server if it must; it keeps the thread's context alive for that long.
/// Made by `std::make_shared`.
class io_lane final : public reply_lane, public std::enable_shared_from_this<io_lane> {
 public:
  explicit io_lane(std::shared_ptr<boost::asio::io_context> context) noexcept : context_{std::move(context)} {}
  ~io_lane() override;

  void post(lane_task& task) noexcept override;
  [[nodiscard]] auto is_own_thread() const noexcept -> bool override;

  /// The calling thread becomes the lane's, until `leave`.
  void enter() noexcept;
  void leave() noexcept;

  /// From now on tasks are discarded. After the I/O thread has ended.
  void close() noexcept;

 private:
  void run_all() noexcept;
  void discard_all() noexcept;

  std::shared_ptr<boost::asio::io_context> context_;
  task_stack tasks_;
  std::atomic<bool> closed_ = false;
  /// Threads inside `post`: what they post may free the last owner of this lane before they are out again.
  std::atomic<unsigned> posting_ = 0;
};

} // namespace holdfast::http
