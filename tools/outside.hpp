#pragma once

#include "actors/engine.hpp"
#include "http/authenticator.hpp"
#include "journal/journal.hpp"
#include "notifications/outbox.hpp"
#include "people/personal_data.hpp"
#include "tools/data_directory.hpp"
#include "tools/server_config.hpp"

#include <prometheus/collectable.h>

#include <memory>
#include <string>
#include <vector>

namespace holdfast::tools {

/// What a server knows of people and says to the world outside, beside its journal: none of it is needed to sell, and nothing of it stops
/// sales. Not thread-safe itself.
class outside {
 public:
  /// What it works with; everything outlives it.
  struct parts {
    const server_config& config;
    const data_paths& paths;
    const server_secrets& secrets;
    const http::authenticator& credentials;
    actors::engine& engine;
    journal::journal& journal;
    std::string journal_identity; ///< empty: there is no journal to tell of
  };

  /// Opens what the data directory has, and begins. What cannot be opened is left out, and `warnings` says so.
  outside(const parts& with, std::vector<std::string>& warnings);
  ~outside();
  outside(const outside&) = delete;
  auto operator=(const outside&) -> outside& = delete;

  /// Null: nobody's name or address is taken.
  [[nodiscard]] auto people() const noexcept -> people::personal_data* { return people_.get(); }
  /// Null: nobody is notified.
  [[nodiscard]] auto desk() const noexcept -> notifications::desk* { return outbox_.get(); }
  /// holdfast_mails_…, holdfast_webhooks_…, holdfast_notifications_…; null: nobody is notified. Does not outlive this object.
  [[nodiscard]] auto metrics() const noexcept -> const std::shared_ptr<prometheus::Collectable>& { return metrics_; }

  /// Ends every thread; to be called when nothing new comes, and before the engine ends. What was handed out stays usable and refuses.
  void stop();

 private:
  void start_outbox(const parts& with, std::vector<std::string>& warnings);

  std::unique_ptr<people::personal_data> people_;
  std::unique_ptr<notifications::outbox> outbox_;
  std::shared_ptr<prometheus::Collectable> metrics_;
};

} // namespace holdfast::tools
