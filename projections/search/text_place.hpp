#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace holdfast::projections {

struct text_session;

/// A directory with an index of texts: one writer (a `text_index`) and any number of readers share it. A reader sees everything that was
/// committed before it began. Thread-safe.
class text_place {
 public:
  explicit text_place(std::filesystem::path directory);
  /// Removes the directory of a place that was retired.
  ~text_place();
  text_place(const text_place&) = delete;
  auto operator=(const text_place&) -> text_place& = delete;

  [[nodiscard]] auto directory() const noexcept -> const std::filesystem::path& { return directory_; }

  /// Grows with every commit that changed a text.
  [[nodiscard]] auto generation() const noexcept -> std::uint64_t {
    return generation_.load(std::memory_order_acquire);
  }

  /// Events in it, drafts included, as of the last commit.
  [[nodiscard]] auto documents() const noexcept -> std::uint64_t { return documents_.load(std::memory_order_relaxed); }

  /// The writer has committed.
  void committed(bool texts_changed, std::uint64_t documents) noexcept;
  /// Another place has taken over: the directory goes with its last user.
  void retire() noexcept { retired_.store(true); }
  /// The directory cannot be trusted any more: it is begun anew at the next start.
  void doubt() noexcept;

  /// Runs `what` over the index as it is now, again when the writer overtook it; blocks on I/O. False when it cannot be read.
  [[nodiscard]] auto read(const std::function<void(text_session&)>& what) -> bool;

  /// The mark that `doubt` leaves.
  [[nodiscard]] static auto is_doubtful(const std::filesystem::path& directory) -> bool;

 private:
  [[nodiscard]] auto take_session() -> std::unique_ptr<text_session>;

  const std::filesystem::path directory_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::uint64_t> revision_{1}; ///< of every commit
  std::atomic<std::uint64_t> documents_{0};
  std::atomic<bool> retired_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<text_session>> idle_;
};

} // namespace holdfast::projections
