#pragma once

#include "projections/search/search_metrics.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/views.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// Encoded answers of searches that are asked again and again. One is given until a text has changed, for a second while counts change, and
/// for some seconds while nothing does; whoever asks for what is being worked out waits for it. Thread-safe.
class result_cache {
 public:
  using clock = std::chrono::steady_clock;

  /// What an answer was worked out from.
  struct stamp {
    std::uint64_t texts = 0; ///< which index, and its generation
    std::uint64_t texts_serial = 0;
    std::uint64_t columns = 0;
    std::uint64_t columns_serial = 0;
    friend auto operator==(const stamp&, const stamp&) -> bool = default;
  };

  enum class claim : std::uint8_t {
    answered = 1, ///< `done` was called, or will be by whoever works it out
    yours         ///< to be worked out by the caller, who then calls `complete` or `give_up`
  };

  result_cache(const search_settings& settings, std::shared_ptr<search_metrics> metrics);

  [[nodiscard]] auto ask(const std::string& key, const stamp& now, clock::time_point at, view_done& done) -> claim;
  /// Answers everybody who waits, and keeps the answer.
  void complete(const std::string& key, const stamp& of, clock::time_point at, std::shared_ptr<const view_body> body);
  /// Answers everybody who waits that there is no answer.
  void give_up(const std::string& key, read_outcome why);

 private:
  struct entry {
    std::string key;
    stamp of;
    clock::time_point at;
    std::shared_ptr<const view_body> body; ///< null: never worked out
    bool running = false;
    std::vector<view_done> waiting;
  };
  using entries = std::list<entry>;

  [[nodiscard]] auto is_fresh(const entry& its, const stamp& now, clock::time_point at) const -> bool;
  [[nodiscard]] static auto bytes_of(const entry& its) -> std::size_t;
  void shrink(entries& dropped);

  const search_settings settings_;
  const std::shared_ptr<search_metrics> metrics_;
  std::mutex mutex_;
  entries recent_; ///< the last asked for first
  std::unordered_map<std::string, entries::iterator> by_key_;
  std::size_t bytes_ = 0;
};

} // namespace holdfast::projections
