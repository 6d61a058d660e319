#include "projections/search/search_slots.hpp"
#include "projections/search/text_inspection.hpp"
#include "projections/search/text_projection.hpp"
#include "projections/search/text_rows.hpp"
#include "projections/store/offline_fold.hpp"
#include "projections/store/offline_parts.hpp"

#include <memory>
#include <utility>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

auto settings_for(const fs::path& directory, const std::string& journal_identity) -> search_settings {
  search_settings settings;
  settings.directory = directory;
  settings.journal_identity = journal_identity;
  settings.sync_commits = false;
  return settings;
}

/// Nobody reads how old it is.
auto unread_time() -> domain::instant {
  return {};
}

auto rows_in(const fs::path& directory) -> tl::expected<row_sum, failure> {
  row_sum sum;
  const auto visited =
      visit_text_rows(directory, [&](std::string_view key, std::string_view value) { sum.add(key, value); });
  if (!visited)
    return tl::unexpected{visited.error()};
  return sum;
}

auto result_of(const text_projection& what, std::uint64_t commands) -> tl::expected<folded_projection, failure> {
  const auto directory = what.shown_in();
  if (directory.empty())
    return tl::unexpected{failure{failure_kind::io, "the index of texts cannot be written"}};
  const auto sum = rows_in(directory);
  if (!sum)
    return tl::unexpected{sum.error()};
  folded_projection result;
  result.commands = commands;
  result.rows = sum->rows();
  result.checksum = sum->text();
  return result;
}

} // namespace

auto copy_texts(const fs::path& kept, const fs::path& to, const inspection_command& inspection)
    -> tl::expected<void, failure> {
  return copy_inspected(inspection, text_projection::current_in(kept), text_projection::current_in(to));
}

auto fold_texts_offline(journal::journal& from, const std::string& journal_identity, const fs::path& kept,
                        const fs::path& scratch, const inspection_command& inspection, const fold_progress& progress)
    -> tl::expected<folded_projection, failure> {
  std::uint64_t taken = 0;
  journal::cursor kept_position;
  if (!kept.empty()) {
    if (auto copied = copy_texts(kept, scratch, inspection); !copied)
      return tl::unexpected{std::move(copied.error())};
    const auto copy = text_projection::current_in(scratch);
    const auto rows = rows_in(copy);
    if (!rows)
      return tl::unexpected{rows.error()};
    taken = rows->rows();
    auto position = text_position_in(copy);
    if (!position)
      return tl::unexpected{std::move(position.error())};
    kept_position = *std::move(position);
  }
  const auto what = std::make_shared<text_projection>(std::make_shared<search_slots>(),
                                                      settings_for(scratch, journal_identity), unread_time);
  what->load();
  // A start would begin such an index anew; compared with the journal it must not pass for that.
  if (!kept.empty() && what->position() != kept_position)
    return tl::unexpected{
        failure{failure_kind::corrupt, kept.string() + ": the index is damaged, or of another format or journal"}};
  const auto commands = fold_to_end(*what, what, from, progress);
  if (!commands)
    return tl::unexpected{commands.error()};
  what->save();
  auto result = result_of(*what, *commands);
  if (result)
    result->from_store = taken;
  return result;
}

auto rebuild_texts_offline(journal::journal& from, const std::string& journal_identity, const fs::path& directory,
                           const fold_progress& progress) -> tl::expected<folded_projection, failure> {
  const auto what = std::make_shared<text_projection>(std::make_shared<search_slots>(),
                                                      settings_for(directory, journal_identity), unread_time);
  what->load();
  what->reset();
  if (!what->rebuild_runs())
    return tl::unexpected{failure{failure_kind::io, directory.string() + ": a new index cannot be made"}};
  const auto commands = fold_to_end(*what, what, from, progress);
  if (!commands)
    return tl::unexpected{commands.error()};
  what->tick(true);
  auto result = result_of(*what, *commands);
  what->close();
  return result;
}

} // namespace holdfast::projections
