#pragma once

#include "domain/instant.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace holdfast::projections {

/// The words that start a program, the first its path, which with the words that follow them does what `run_inspection` does: this program itself, in its server.
/// Empty: nobody looks through an index, and one that was not closed in good order is begun anew.
using inspection_command = std::vector<std::string>;

/// Where the search keeps its index, and its bounds.
struct search_settings {
  /// Of the index of texts, made when missing; empty: there is no search.
  std::filesystem::path directory;
  /// Names the journal: an index that was folded from another one is built anew.
  std::string journal_identity;
  /// The index is shown as it is, whatever journal it is of, and nothing is written.
  bool read_only = false;
  inspection_command inspection;

  /// Whether commits wait for the disk, on the search's own thread. Without, a machine that dies may leave an index that is not what it seems;
  /// a process that dies may not.
  bool sync_commits = true;
  /// Texts are found this long after their fact, at most, once the past is folded.
  std::chrono::milliseconds commit_every{500};
  /// While the past is folded texts are committed in batches of so many.
  std::size_t documents_per_commit = 20'000;
  std::chrono::milliseconds bulk_commit_every{10'000};
  /// Positions without texts are committed this often, so that a start reads no more than that again.
  std::chrono::milliseconds position_every{30'000};
  /// The columns' checkpoints.
  std::chrono::milliseconds checkpoint_every{5'000};

  /// A question that takes longer is answered with what was found until then, and the answer says so. At a million events some ten times what a
  /// question takes that finds half of them.
  std::chrono::milliseconds question_time_max{500};

  /// Answers kept, encoded.
  std::size_t cache_bytes_max = std::size_t{16} * 1024 * 1024;
  /// An answer is given again this long even though counts have changed since.
  std::chrono::milliseconds answers_kept{1'000};
  /// And this long when nothing has changed: time itself opens and closes sales.
  std::chrono::milliseconds unchanged_answers_kept{2'000};
};

} // namespace holdfast::projections
