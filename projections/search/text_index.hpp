#pragma once

#include "domain/event_config.hpp"
#include "domain/strong_id.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/search/text_place.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace holdfast::projections {

/// The writer of an index of texts. Texts and the position in the journal that they are as of are committed together, so that a crash at any
/// point goes back to an earlier commit and never to half of one.
///
/// Every event that was created has a document, drafts too, numbered in the order of the journal from 1: the columns number their rows in the
/// same way. Drafts have no terms. A fact that a document has already is passed over. One thread at a time; calls block on I/O. What goes
/// wrong while writing ends the fold (`unfoldable`).
class text_index {
 public:
  /// Opens what is there, or begins anew in an empty directory: also when it is damaged, doubtful, of another format or of another journal, and
  /// when it was not closed in good order and nobody can look through it. `sync_commits`, `inspection`: see `search_settings`.
  [[nodiscard]] static auto open(const std::filesystem::path& directory, const std::string& journal_identity,
                                 bool sync_commits, const inspection_command& inspection)
      -> tl::expected<std::unique_ptr<text_index>, journal::failure>;

  ~text_index();
  text_index(const text_index&) = delete;
  auto operator=(const text_index&) -> text_index& = delete;

  [[nodiscard]] auto place() const noexcept -> const std::shared_ptr<text_place>&;
  /// Of the last commit; the default cursor when there was none.
  [[nodiscard]] auto position() const -> journal::cursor;
  /// Documents changed since the last commit.
  [[nodiscard]] auto uncommitted() const noexcept -> std::size_t;

  /// Under which the index keeps its position, a sum of that, and the sums of what is committed with it.
  static constexpr const char* position_key = "position";
  static constexpr const char* position_sum_key = "position_sum";
  static constexpr const char* sums_key = "sums";

  void created(domain::event_id event, std::uint64_t seq, const domain::event_config& config);
  void amended(domain::event_id event, std::uint64_t seq, const domain::event_config& config);
  /// Published: people may find it from the next commit on.
  void listed(domain::event_id event, std::uint64_t seq);
  void commit(const journal::cursor& position);

 private:
  struct parts;
  explicit text_index(std::unique_ptr<parts> own) noexcept;

  std::unique_ptr<parts> parts_;
};

/// The number that the term of an event's document is made of.
[[nodiscard]] auto event_term(domain::event_id event) -> std::string;

} // namespace holdfast::projections
