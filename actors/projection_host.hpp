#pragma once

#include <functional>
#include <memory>

namespace caf {
class actor_system;
} // namespace caf

namespace holdfast::actors {

/// The generic projection actor: runs what is posted to it, one after the other, on CAF's workers. Each projection has one, so that
/// a slow one delays no other. Thread-safe.
class projection_host {
 public:
  explicit projection_host(caf::actor_system& system);
  ~projection_host();
  projection_host(const projection_host&) = delete;
  auto operator=(const projection_host&) -> projection_host& = delete;

  void post(std::function<void()> job) noexcept;
  void stop() noexcept;

 private:
  struct handle;
  std::unique_ptr<handle> handle_;
};

} // namespace holdfast::actors
