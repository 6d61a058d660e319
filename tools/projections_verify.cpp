#include "tools/projections_verify.hpp"

#include "journal/snapshot_store.hpp"
#include "projections/store/offline_fold.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tools/commands.hpp"
#include "tools/console.hpp"
#include "tools/data_directory.hpp"
#include "tools/inspection.hpp"
#include "tools/offline_data.hpp"

#include <nlohmann/json.hpp>
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;
using nlohmann::ordered_json;
using projections::folded_projection;

/// Files that a server has replaced under the reader: each time that happens it looks again.
constexpr int attempts_max = 5;

/// A directory for indexes that are folded for the comparison, removed at the end.
class temporary_directory {
 public:
  explicit temporary_directory(const fs::path& in) {
    std::error_code trouble;
    auto name = ((in.empty() ? fs::temp_directory_path(trouble) : in) / "holdfast-verify-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) {
      path_ = name;
    }
  }

  ~temporary_directory() {
    std::error_code ignored;
    if (!path_.empty()) {
      fs::remove_all(path_, ignored);
    }
  }

  temporary_directory(const temporary_directory&) = delete;
  auto operator=(const temporary_directory&) -> temporary_directory& = delete;

  /// Empty when none could be made.
  [[nodiscard]] auto path() const noexcept -> const fs::path& { return path_; }

 private:
  fs::path path_;
};

/// What a projection kept, folded on to the journal's end, beside what the journal alone gives.
struct comparison {
  std::string projection;
  folded_projection kept;
  folded_projection rebuilt;
  std::string trouble = {}; ///< why it could not be compared

  [[nodiscard]] auto equal() const -> bool {
    return trouble.empty() && kept.checksum == rebuilt.checksum && kept.rows == rebuilt.rows;
  }
};

/// Everything that is compared, opened in this order: nothing that is kept is newer than the journal that is read.
struct verified_data {
  offline_data where;
  bool is_served = false; ///< a server writes it meanwhile
  std::unique_ptr<projections::projection_store> store;
  std::unique_ptr<temporary_directory> room;
  bool is_broken = false;          ///< what some projection kept cannot be read; that of the others is compared
  std::optional<failure> no_texts; ///< why the index of texts could not be copied
  std::unique_ptr<journal::rocksdb_journal> journal;
  std::unique_ptr<journal::snapshot_store> snapshots; ///< null for a backup

  [[nodiscard]] auto copied_texts() const -> fs::path { return room->path() / "kept"; }
};

auto wants(const projections_arguments& arguments, std::string_view name) -> bool {
  return arguments.only.empty() || std::ranges::find(arguments.only, name) != arguments.only.end();
}

/// The directory, whoever has it.
auto find_data(const projections_arguments& arguments, verified_data& to) -> tl::expected<void, failure> {
  auto found = open_offline(arguments.data, arguments.marks);
  if (found) {
    to.where = *std::move(found);
    return {};
  }
  if (found.error().kind != failure_kind::locked) {
    return tl::unexpected{std::move(found.error())};
  }
  // A server has it. Its mark runs ahead of what can be read beside it.
  const data_paths paths{arguments.data};
  to.is_served = true;
  to.where.root = paths.root;
  to.where.journal = paths.journal;
  to.where.snapshots = paths.snapshots;
  return {};
}

auto open_all(const projections_arguments& arguments, verified_data& data) -> tl::expected<void, failure> {
  if (auto found = find_data(arguments, data); !found) {
    return tl::unexpected{std::move(found.error())};
  }
  const auto kept = data_paths{arguments.data}.projections;
  if (auto store = projections::open_projection_store_read_only(kept / "store")) {
    data.store = std::move(store->store);
    data.is_broken = !store->repairs.empty();
  } else {
    return tl::unexpected{std::move(store.error())};
  }
  data.room = std::make_unique<temporary_directory>(arguments.temporary);
  if (data.room->path().empty()) {
    return tl::unexpected{
        failure{failure_kind::io, "no temporary directory can be made; name a place with --temporary"}};
  }
  if (wants(arguments, "search_text")) {
    if (auto copied = projections::copy_texts(kept / "search", data.copied_texts(), inspection_by_this_program());
        !copied) {
      data.no_texts = std::move(copied.error());
    }
  }
  auto journal = open_journal(data.where);
  if (!journal) {
    return tl::unexpected{std::move(journal.error())};
  }
  data.journal = *std::move(journal);
  if (!data.where.snapshots.empty()) {
    data.snapshots = std::make_unique<journal::snapshot_store>(data.where.snapshots);
  }
  return {};
}

auto open_patiently(const projections_arguments& arguments) -> tl::expected<verified_data, failure> {
  for (int attempt = 1;; ++attempt) {
    verified_data data;
    auto opened = open_all(arguments, data);
    const auto may_pass = [](const std::optional<failure>& trouble) {
      return trouble && trouble->kind != failure_kind::not_found;
    };
    const bool troubled =
        may_pass(opened ? std::nullopt : std::optional{opened.error()}) || data.is_broken || may_pass(data.no_texts);
    if (!troubled || !data.is_served || attempt == attempts_max) {
      return opened ? tl::expected<verified_data, failure>{std::move(data)} : tl::unexpected{std::move(opened.error())};
    }
  }
}

auto fold(const std::string& name, bool from_kept, verified_data& data) -> tl::expected<folded_projection, failure> {
  progress_line progress{(from_kept ? "reading " : "folding ") + name, "commands"};
  const auto show = [&](std::uint64_t commands) { progress.show(commands); };
  auto& journal = *data.journal;
  if (name == "inventory") {
    return projections::fold_inventory_offline(journal, from_kept ? data.snapshots.get() : nullptr, show);
  }
  if (name == "search_text" && from_kept && data.no_texts) {
    return tl::unexpected{*data.no_texts};
  }
  if (name == "search_text") {
    return projections::fold_texts_offline(journal, journal.identity(), from_kept ? data.copied_texts() : fs::path{},
                                           data.room->path() / (from_kept ? "continued" : "alone"),
                                           inspection_by_this_program(), show);
  }
  return projections::fold_offline(name, journal, from_kept ? data.store.get() : nullptr, nullptr, show);
}

auto compare(const std::string& name, verified_data& data) -> comparison {
  auto kept = fold(name, true, data);
  if (!kept) {
    return {name, {}, {}, std::move(kept.error().detail)};
  }
  auto rebuilt = fold(name, false, data);
  if (!rebuilt) {
    return {name, {}, {}, std::move(rebuilt.error().detail)};
  }
  return {name, *std::move(kept), *std::move(rebuilt)};
}

void print_text(const std::vector<comparison>& all) {
  for (const auto& each : all) {
    if (!each.trouble.empty()) {
      std::printf("%s: NOT COMPARED: %s\n", each.projection.c_str(), each.trouble.c_str());
      continue;
    }
    std::printf("%s: %s, %s rows (%s kept, %s commands folded since), checksum %s\n", each.projection.c_str(),
                each.equal() ? "equal to the journal's fold" : "DIFFERS from the journal's fold",
                grouped(each.kept.rows).c_str(), grouped(each.kept.from_store).c_str(),
                grouped(each.kept.commands).c_str(), each.kept.checksum.substr(0, 16).c_str());
  }
}

void print_json(const std::vector<comparison>& all, bool is_served) {
  ordered_json list = ordered_json::array();
  for (const auto& each : all) {
    if (!each.trouble.empty()) {
      list.push_back({{"projection", each.projection}, {"equal", false}, {"trouble", each.trouble}});
      continue;
    }
    list.push_back({{"projection", each.projection},
                    {"equal", each.equal()},
                    {"rows", each.kept.rows},
                    {"rows_kept", each.kept.from_store},
                    {"commands_since", each.kept.commands},
                    {"checksum", each.kept.checksum},
                    {"rebuilt_rows", each.rebuilt.rows},
                    {"rebuilt_checksum", each.rebuilt.checksum}});
  }
  std::printf("%s\n", ordered_json{{"while_serving", is_served}, {"projections", list}}.dump(2).c_str());
}

} // namespace

auto chosen_projections(const projections_arguments& arguments, const std::vector<std::string_view>& all)
    -> std::vector<std::string> {
  return arguments.only.empty() ? std::vector<std::string>{all.begin(), all.end()} : arguments.only;
}

auto verify_projections(const projections_arguments& arguments) -> int {
  auto data = open_patiently(arguments);
  if (!data) {
    return complain(verify_name, data.error().detail, exit_does_not_hold);
  }
  std::vector<comparison> all;
  for (const auto& name : chosen_projections(arguments, projections::all_projections())) {
    // A backup has no snapshots: its views would start from the journal alone.
    if (name == "inventory" && !data->snapshots) {
      continue;
    }
    all.push_back(compare(name, *data));
  }
  arguments.as_json ? print_json(all, data->is_served) : print_text(all);
  return std::ranges::all_of(all, &comparison::equal) ? exit_ok : exit_does_not_hold;
}

} // namespace holdfast::tools
