#pragma once

/// How a thread that knows nothing of sockets hands work to the I/O thread that owns a connection. Free of Boost, so that
/// reply ports of the engine can hold one.
namespace holdfast::http {

/// One piece of work for an I/O thread. Owned by whoever posts it until `post` is called, by the lane from then on, until
/// the lane calls exactly one of the two functions. A task may be posted again from inside `run`.
class lane_task {
 public:
  lane_task() = default;
  lane_task(const lane_task&) = delete;
  auto operator=(const lane_task&) -> lane_task& = delete;

  /// Called once on the lane's I/O thread. A heap-allocated task frees itself here.
  virtual void run() noexcept = 0;
  /// Called instead of `run`, on any thread, when the lane has closed. Frees what `run` would have freed.
  virtual void discard() noexcept = 0;

  /// The lane's; nobody else touches it.
  lane_task* next_in_lane = nullptr;

 protected:
  ~lane_task() = default;
};

/// The way into one I/O thread.
class reply_lane {
 public:
  reply_lane() = default;
  reply_lane(const reply_lane&) = delete;
  auto operator=(const reply_lane&) -> reply_lane& = delete;
  virtual ~reply_lane() = default;

  /// Queues `task`; callable from any thread, never blocks, allocates only when the I/O thread has to be woken. Tasks of one
  /// posting thread run in the order in which they were posted. The thread is woken once for any number of tasks that queue
  /// up before it runs.
  virtual void post(lane_task& task) noexcept = 0;

  /// Whether the caller runs on this lane's I/O thread.
  [[nodiscard]] virtual auto is_own_thread() const noexcept -> bool = 0;
};

} // namespace holdfast::http
