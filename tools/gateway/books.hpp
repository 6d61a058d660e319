#pragma once

#include "tools/gateway/desk.hpp"
#include "tools/gateway/errors.hpp"
#include "tools/gateway/form.hpp"
#include "tools/gateway/ledger.hpp"
#include "tools/gateway/store.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace holdfast::gateway {

/// A request as the interface sees it: what came over HTTP, taken apart.
struct request {
  std::string method; ///< "GET" or "POST"
  std::string path;   ///< without the query
  form with;          ///< of the query or the body
  std::string key;    ///< of idempotency; may be empty
};

/// What kind of call it is: "create", "confirm", "capture", "cancel", "refund", "retrieve", "list"; empty for what is none.
[[nodiscard]] auto kind_of(const request& what) -> std::string;

/// The gateway's interface over its ledger: every change is on disk before its answer is given back, together with the answer for the request's key and the events that
/// tell of it. Kept keys answer for ever, as long as the ledger is kept. One thread at a time.
class books {
 public:
  /// How a request's answer is to be kept.
  struct faults {
    effect_faults effect;
    unsigned kept_failure = 0; ///< the key keeps this status instead of the answer; 0: the answer
  };

  /// `folder` exists.
  [[nodiscard]] static auto open(const std::filesystem::path& folder)
      -> tl::expected<std::unique_ptr<books>, std::string>;

  /// A failure of the ledger; the process must end.
  [[nodiscard]] auto answer(const request& what, const faults& with, std::int64_t now_ms)
      -> tl::expected<reply, std::string>;
  /// What becomes true by itself: pending refunds.
  [[nodiscard]] auto settle(std::int64_t now_ms) -> tl::expected<void, std::string>;

  /// Values of the metadata of what a request is about.
  [[nodiscard]] auto labels_of(const request& what) const -> std::vector<std::string>;

  /// Events that nobody has been told of in this run, oldest first: those of earlier runs that nobody took, and the new ones.
  [[nodiscard]] auto take_new_events() -> std::vector<nlohmann::json>;
  [[nodiscard]] auto delivered(const std::string& event_id, std::int64_t now_ms) -> tl::expected<void, std::string>;

  [[nodiscard]] auto cut_bytes() const noexcept -> std::uint64_t { return cut_bytes_; }

 private:
  struct kept_answer {
    std::string request;
    unsigned status = 0;
    nlohmann::json body;
  };

  books() = default;
  void replay(const nlohmann::json& record);
  [[nodiscard]] auto start(const std::filesystem::path& folder) -> tl::expected<void, std::string>;
  [[nodiscard]] auto next_id(const std::string& prefix) -> std::string;
  [[nodiscard]] auto perform(const request& what, const effect_faults& with, std::int64_t now_s, change& to) -> reply;
  [[nodiscard]] auto commit(nlohmann::json record, const change& to) -> tl::expected<void, std::string>;
  [[nodiscard]] auto look_up(const request& what) const -> reply;
  [[nodiscard]] auto list(const std::string& kind, const request& what) const -> reply;
  [[nodiscard]] auto expanded(reply of, const form& with, const change& fresh) const -> reply;

  store store_;
  std::optional<ledger> ledger_;
  std::map<std::string, kept_answer> keys_;
  std::set<std::string> undelivered_;   ///< ids
  std::vector<std::string> new_events_; ///< ids, oldest first
  std::uint64_t records_ = 0;
  std::uint64_t ids_ = 0;
  std::uint64_t cut_bytes_ = 0;
  std::string salt_; ///< of ids: two ledgers never use the same
};

} // namespace holdfast::gateway
