#include "projections/search/text_projection.hpp"

#include "journal/codec.hpp"
#include "projections/search/text_inspection.hpp"
#include "projections/search/text_seal.hpp"
#include "projections/search/text_session.hpp"
#include "projections/unfoldable.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;

constexpr const char* current_file = "current";
constexpr std::string_view directory_prefix = "texts-";

auto directory_name(std::uint64_t number) -> std::string {
  return std::string{directory_prefix} + std::to_string(number);
}

/// 0 for what is no directory of ours.
auto number_of(std::string_view name) -> std::uint64_t {
  std::uint64_t number = 0;
  if (!name.starts_with(directory_prefix))
    return 0;
  const auto digits = name.substr(directory_prefix.size());
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failed == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

} // namespace

text_projection::text_projection(std::shared_ptr<search_slots> slots, const search_settings& settings,
                                 clock_function clock)
    : slots_{std::move(slots)},
      clock_{std::move(clock)},
      settings_{settings},
      committed_at_{std::chrono::steady_clock::now()} {}

auto text_projection::wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool {
  static const std::array types{journal::fact_type(domain::event_created{}),
                                journal::fact_type(domain::event_amended{}),
                                journal::fact_type(domain::event_published{})};
  return kind == journal::stream_kind::event && std::ranges::find(types, type) != types.end();
}

auto text_projection::current_in(const fs::path& directory) -> fs::path {
  std::ifstream in{directory / current_file};
  std::string name;
  in >> name;
  return directory / (number_of(name) > 0 ? name : directory_name(1));
}

void text_projection::make_current(const std::string& name) {
  const auto next = settings_.directory / "current.next";
  std::ofstream{next} << name << '\n';
  std::error_code failed;
  fs::rename(next, settings_.directory / current_file, failed);
  if (failed)
    spdlog::error("search: {} cannot be written: {}", (settings_.directory / current_file).string(), failed.message());
}

/// What a rebuild that did not come to its end left behind.
void text_projection::remove_others(const std::string& than) const {
  std::error_code ignored;
  for (const auto& each : fs::directory_iterator{settings_.directory, ignored}) {
    const auto name = each.path().filename().string();
    if (number_of(name) > 0 && name != than)
      fs::remove_all(each.path(), ignored);
  }
}

/// There is no index to write to, only a place to read. A seal is not enough here, for it stays: of bytes that had changed before it was written every start would die.
void text_projection::load_to_show() {
  const auto directory = current_in(settings_.directory);
  if (seal_of(directory) == text_seal::broken) {
    spdlog::error("search: no text can be found: the index in {} is not as it was left", directory.string());
    return;
  }
  if (const auto inspected = inspect_index(settings_.inspection, directory); !inspected) {
    spdlog::error("search: no text can be found: {}", inspected.error().detail);
    return;
  }
  auto place = std::make_shared<text_place>(directory);
  std::uint64_t documents = 0;
  if (place->read([&documents](text_session& session) { documents = session.database.get_doccount(); })) {
    place->committed(false, documents);
    slots_->texts.publish(std::move(place));
  }
}

void text_projection::load() {
  if (settings_.read_only) {
    load_to_show();
    return;
  }
  std::error_code failed;
  fs::create_directories(settings_.directory, failed);
  auto name = current_in(settings_.directory).filename().string();
  remove_others(name);
  const auto open = [this](const std::string& which) {
    return text_index::open(settings_.directory / which, settings_.journal_identity, settings_.sync_commits,
                            settings_.inspection);
  };
  auto opened = open(name);
  if (!opened && opened.error().kind != journal::failure_kind::locked) {
    // Somebody else's, perhaps, or not to be written to: another one may still be made beside it.
    spdlog::warn("search: {}; another index is begun beside it", opened.error().detail);
    name = directory_name(number_of(name) + 1);
    opened = open(name);
    if (opened)
      make_current(name);
  }
  if (!opened) {
    failure_ = std::move(opened.error().detail);
    spdlog::error("search: no text can be found: {}", failure_);
    return;
  }
  number_ = number_of(name);
  index_ = *std::move(opened);
  position_ = index_->position();
  slots_->texts.publish(index_->place());
}

void text_projection::apply(const applied_group& group) {
  auto* const index = building_ ? building_.get() : index_.get();
  if (group.stream.kind != journal::stream_kind::event)
    return;
  const domain::event_id event{group.stream.id};
  auto seq = group.first_seq;
  for (const auto& fact : *group.facts) {
    const auto* const created = std::get_if<domain::event_created>(&fact.body);
    const auto* const amended = std::get_if<domain::event_amended>(&fact.body);
    const bool published = std::holds_alternative<domain::event_published>(fact.body);
    if (index == nullptr && (created != nullptr || amended != nullptr || published))
      stop_folding("the search index cannot be opened: " + failure_);
    if (created != nullptr)
      index->created(event, seq, created->config);
    else if (amended != nullptr)
      index->amended(event, seq, amended->config);
    else if (published)
      index->listed(event, seq);
    ++seq;
  }
}

void text_projection::publish(const journal::cursor& position) {
  position_ = position;
  if (commit_is_due())
    commit();
}

auto text_projection::commit_is_due() const -> bool {
  const auto* const index = building_ ? building_.get() : index_.get();
  if (index == nullptr)
    return false;
  const auto since = std::chrono::steady_clock::now() - committed_at_;
  const auto changed = index->uncommitted();
  if (changed == 0)
    return since >= settings_.position_every && position_ != index->position();
  return changed >= settings_.documents_per_commit ||
         since >= (caught_up_ ? settings_.commit_every : settings_.bulk_commit_every);
}

void text_projection::commit() {
  (building_ ? building_ : index_)->commit(position_);
  committed_at_ = std::chrono::steady_clock::now();
}

void text_projection::reset() {
  building_.reset();
  caught_up_ = false;
  position_ = {};
  if (settings_.read_only)
    return; // what there is stays: there is nothing to make another one of
  const auto directory = settings_.directory / directory_name(number_ + 1);
  std::error_code ignored;
  fs::remove_all(directory, ignored);
  auto opened = text_index::open(directory, settings_.journal_identity, settings_.sync_commits, settings_.inspection);
  rebuild_runs_.store(opened.has_value(), std::memory_order_release);
  if (opened) {
    building_ = *std::move(opened);
    failure_.clear();
  } else // what there is passes over the facts that it has
    spdlog::error("search: a new index cannot be made, the old one stays: {}", opened.error().detail);
}

template <class Run>
void text_projection::guarded(Run&& run) {
  try {
    run();
  } catch (const std::exception& error) {
    failure_ = error.what();
    spdlog::error("search: {}", failure_);
    building_.reset();
    index_.reset();
    rebuild_runs_.store(false, std::memory_order_release);
  }
}

void text_projection::stopped() {
  slots_->texts_until_ms.store(clock_().unix_ms, std::memory_order_release);
  building_.reset();
  rebuild_runs_.store(false, std::memory_order_release);
}

auto text_projection::shown_in() const -> std::filesystem::path {
  return index_ ? index_->place()->directory() : std::filesystem::path{};
}

void text_projection::tick(bool caught_up) {
  caught_up_ = caught_up;
  guarded([this] {
    if (building_ && caught_up_)
      swap();
    else if (commit_is_due() || (caught_up_ && !has_shown_all() && index_ && index_->uncommitted() > 0))
      commit();
  });
  if (caught_up_)
    has_shown_all_.store(true, std::memory_order_release);
}

void text_projection::swap() {
  commit();
  ++number_;
  make_current(directory_name(number_));
  slots_->texts.publish(building_->place());
  slots_->texts_until_ms.store(search_slots::still, std::memory_order_release);
  if (index_)
    index_->place()->retire();
  index_ = std::move(building_);
  rebuild_runs_.store(false, std::memory_order_release);
}

void text_projection::close() {
  const auto directory = shown_in();
  building_.reset();
  index_.reset();
  if (!directory.empty() && !text_place::is_doubtful(directory))
    seal_texts(directory);
}

void text_projection::save() {
  guarded([this] {
    if (index_ && !building_ && (index_->uncommitted() > 0 || position_ != index_->position()))
      commit();
  });
}

} // namespace holdfast::projections
