#pragma once

#include "domain/fact.hpp"
#include "journal/audit/source.hpp"
#include "journal/record.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::testing {

/// A journal on paper: facts that tests write down, change and seal. Sealing makes records, chains, heads and commits that fit, so that
/// what is planted before it is wrong in its meaning only; what is planted after it is wrong in its bytes.
class paper_journal final : public journal::audit::source {
 public:
  struct line {
    domain::fact_body body;
    domain::instant time;
    domain::command_id command;
    bool continues = false;
    std::uint64_t epoch = 1;
    std::optional<std::string> payload; ///< instead of the body's
    std::optional<std::uint16_t> type;
    std::optional<std::uint16_t> version;
    std::optional<journal::stream_id> stream; ///< what the header says instead
    std::optional<std::uint64_t> seq;
  };

  using stream = journal::audit::stream_name;

  static auto event_stream(domain::event_id event) -> stream { return {1, event.value()}; }

  static auto payment_stream(domain::event_id event) -> stream { return {3, event.value()}; }

  static auto organisation_stream(domain::organisation_id organisation) -> stream { return {4, organisation.value()}; }

  /// Adds a fact; returns its seq.
  auto add(stream to, domain::fact_body body, domain::instant time, domain::command_id command = {},
           bool continues = false) -> std::uint64_t;
  [[nodiscard]] auto at(stream of, std::uint64_t seq) -> line&;
  [[nodiscard]] auto size(stream of) const -> std::uint64_t;
  void erase(stream of, std::uint64_t seq);

  template <class Fact>
  [[nodiscard]] auto fact(stream of, std::uint64_t seq) -> Fact& {
    return std::get<Fact>(at(of, seq).body);
  }

  /// Turns all lines into what a store would have, committed in the order of their times.
  void seal();

  // What a store would have, to be changed after sealing.
  std::map<stream, std::map<std::uint64_t, std::string>> records;
  std::map<stream, journal::audit::stored_head> stored_heads;
  std::vector<journal::audit::commit_entry> stored_commits;
  std::map<stream, std::vector<journal::audit::snapshot_claim>> claims;
  std::optional<std::string> mark_trouble;
  std::optional<std::string> scan_trouble;

  auto streams() -> tl::expected<std::vector<stream>, std::string> override;
  auto scan(stream of, const visitor& visit) -> tl::expected<void, std::string> override;
  auto head(stream of) -> tl::expected<std::optional<journal::audit::stored_head>, std::string> override;
  auto has_commits() const -> bool override { return true; }
  auto commits(const std::function<bool(const journal::audit::commit_entry&)>& visit)
      -> tl::expected<void, std::string> override;
  auto record(stream of, std::uint64_t seq) -> tl::expected<std::optional<std::string>, std::string> override;
  auto snapshots(stream of) -> std::vector<journal::audit::snapshot_claim> override { return claims[of]; }
  auto behind_mark() -> std::optional<std::string> override { return mark_trouble; }

 private:
  struct sealed {
    stream of;
    std::uint64_t seq = 0;
    journal::audit::hash_bytes hash{};
    domain::instant at; ///< the newest time of the stream so far
  };

  void seal_stream(stream of, std::vector<sealed>& all);
  void commit(const sealed& what);

  std::map<stream, std::vector<line>> lines_;
};

} // namespace holdfast::testing
