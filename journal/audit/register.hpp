#pragma once

#include "journal/audit/facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace holdfast::journal::audit {

/// What events need to know of organisations: their keys with scopes, and the slugs. Filled from the organisations' streams first.
class organisation_register {
 public:
  struct known_key {
    std::uint64_t organisation = 0;
    std::uint64_t scopes = 0;
    std::optional<std::int64_t> revoked_at;
  };

  /// Folds one fact of an organisation's stream.
  void take(const record& at, const fact& what, findings& to);
  /// Whether the key could sell for the organisation at that time. An empty answer is a yes; otherwise it says why not.
  [[nodiscard]] auto why_not_sell(std::uint64_t key, std::uint64_t organisation, std::int64_t time_ms) const
      -> std::string;
  /// The same for scanning at its doors.
  [[nodiscard]] auto why_not_scan(std::uint64_t key, std::uint64_t organisation, std::int64_t time_ms) const
      -> std::string;

 private:
  [[nodiscard]] auto why_not(std::uint64_t key, std::uint64_t organisation, std::int64_t time_ms, std::uint64_t scope,
                             const char* done) const -> std::string;
  void refuse(const record& at, findings& to, std::string why) const;
  void take_key(const record& at, const key_created& what, findings& to);
  void take_key(const record& at, const key_revoked& what, findings& to);
  void take_slug(const record& at, const slug_reserved& what, findings& to);
  void take_venue(const record& at, const venue_changed& what, findings& to);

  std::set<std::uint64_t> organisations_;
  std::map<std::uint64_t, known_key> keys_;
  std::map<std::string, std::uint64_t> slugs_;
  std::map<std::uint64_t, std::uint64_t> venues_; ///< to their organisation
};

} // namespace holdfast::journal::audit
