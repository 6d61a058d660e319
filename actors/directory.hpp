#pragma once

#include "actors/engine_port.hpp"
#include "domain/fact.hpp"
#include "domain/organisation/state.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::actors {

/// Everything durable of all organisations, kept for requests: keys and venues as an immutable view that is replaced on change,
/// slugs (as many as there are events) in a map beside it. Thread-safe.
class organisation_directory {
 public:
  organisation_directory();

  /// Takes over a loaded organisation; at start.
  void load(const domain::organisation_state& state);
  /// Takes over keys from elsewhere: those that are not there, and what of them was revoked. After what is loaded.
  void know(const std::vector<key_record>& keys);
  /// Takes over slugs from elsewhere.
  void know(const std::vector<std::pair<std::string, domain::event_id>>& slugs);
  /// Folds facts that became durable, then tells the handler. `first_seq` is the seq of the first of them.
  void apply(domain::organisation_id organisation, std::uint64_t first_seq, const domain::facts& made);

  [[nodiscard]] auto view() const -> std::shared_ptr<const directory_view>;
  void on_change(std::function<void()> handler);

 private:
  struct slug_table;
  class snapshot;
  void publish();

  mutable std::mutex mutex_; ///< writers
  std::vector<key_record> keys_;
  std::map<std::pair<domain::organisation_id, domain::venue_id>, std::shared_ptr<const venue_record>> venues_;
  std::map<domain::organisation_id, std::string> organisations_;
  std::set<domain::organisation_id> lost_; ///< only their keys are known
  std::uint64_t version_ = 0;
  std::shared_ptr<slug_table> slugs_;
  std::atomic<std::shared_ptr<const snapshot>> published_;
  std::function<void()> handler_;
};

} // namespace holdfast::actors
