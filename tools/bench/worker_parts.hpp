#pragma once

#include "domain/instant.hpp"
#include "journal/journal.hpp"
#include "journal/rocksdb_journal.hpp"
#include "tools/bench/failure.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <semaphore>

/// What workers share that read or write the journal of a stopped server.
namespace holdfast::tools::bench {

[[nodiscard]] auto to_failure(const journal::failure& trouble) -> failure;
[[nodiscard]] auto open_journal(const std::filesystem::path& data, journal::journal_access access)
    -> tl::expected<std::unique_ptr<journal::rocksdb_journal>, failure>;
[[nodiscard]] auto wall_clock() -> domain::instant;

/// Appends that may be on their way: enough to keep every sync full, few enough to keep memory small.
class append_credit : public journal::append_done {
 public:
  static constexpr std::ptrdiff_t under_way_max = 4'096;

  /// `at_once`: how many may be on their way.
  explicit append_credit(std::ptrdiff_t at_once = under_way_max) : at_once_{at_once}, credits_{at_once} {}

  /// An append that is not durable is a bug: the process stops.
  void complete(journal::append_outcome outcome) noexcept override;
  void take() { credits_.acquire(); }
  /// Waits until nothing is under way.
  void drain();

 private:
  std::ptrdiff_t at_once_;
  std::counting_semaphore<under_way_max> credits_;
};

} // namespace holdfast::tools::bench
