#include "projections/search/text_index.hpp"

#include "projections/search/event_text.hpp"
#include "projections/search/text_inspection.hpp"
#include "projections/search/text_seal.hpp"
#include "projections/search/text_sums.hpp"
#include "projections/store/row_codec.hpp"
#include "projections/unfoldable.hpp"

#include <spdlog/spdlog.h>
#include <xapian.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;

/// Raised with every change of what documents hold or of how words become terms.
constexpr std::string_view format = "5";
constexpr const char* format_key = "format";
constexpr const char* journal_key = "journal";
constexpr std::size_t spelling_bytes_min = 3;

/// Words that are worth proposing.
auto is_spelling(const std::string& word) -> bool {
  return word.size() >= spelling_bytes_min &&
         std::ranges::none_of(word, [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

/// Whether what is on the disk is what was written there. Nothing of it has been read when it is not, or when nobody knows.
auto is_sound(const fs::path& directory, const inspection_command& inspection) -> bool {
  switch (seal_of(directory)) {
  case text_seal::sound: return true;
  case text_seal::broken:
    spdlog::warn("search: the index in {} is not as it was left, and is built anew", directory.string());
    return false;
  case text_seal::absent: break;
  }
  const auto inspected = inspect_index(inspection, directory);
  if (!inspected)
    spdlog::warn("search: {}; it is built anew", inspected.error().detail);
  return inspected.has_value();
}

/// What the work gives, or what it threw, in words: damaged bytes make the library throw more than errors of its own.
template <class Work>
auto with_words(Work work) -> tl::expected<decltype(work()), std::string> {
  try {
    return work();
  } catch (const Xapian::Error& error) {
    return tl::unexpected{error.get_description()};
  } catch (const std::exception& error) {
    return tl::unexpected{std::string{error.what()}};
  }
}

/// Opens what is there; nothing when it is not, or not to be trusted. A failure when another process has it.
auto open_sound(const fs::path& directory, const std::string& journal_identity, int flags,
                const inspection_command& inspection)
    -> tl::expected<std::optional<Xapian::WritableDatabase>, journal::failure> {
  std::error_code hidden;
  const bool is_there = fs::exists(directory / "iamglass", hidden);
  if (hidden)
    spdlog::warn("search: the index in {} cannot be looked at and is built anew: {}", directory.string(),
                 hidden.message());
  if (hidden || !is_there || text_place::is_doubtful(directory))
    return std::nullopt;
  try {
    // Looked at before the library takes what it finds for sound. Nobody else writes here: a data directory is one process's.
    if (!is_sound(directory, inspection))
      return std::nullopt;
    // First: should this process die of what it reads, bytes that changed before the seal was written, the next start looks through them.
    if (auto broken = break_seal(directory); !broken)
      return tl::unexpected{std::move(broken.error())};
    Xapian::WritableDatabase database{directory.string(), Xapian::DB_OPEN | flags};
    if (database.get_metadata(format_key) != format || database.get_metadata(journal_key) != journal_identity) {
      spdlog::warn("search: the index in {} is of another format or journal and is built anew", directory.string());
      return std::nullopt;
    }
    if (const auto last = database.get_lastdocid(); last != 0 && !decode_text(database.get_document(last).get_data())) {
      spdlog::warn("search: the index in {} is damaged and is built anew", directory.string());
      return std::nullopt;
    }
    return database;
  } catch (const Xapian::DatabaseLockError& error) {
    return tl::unexpected{journal::failure{journal::failure_kind::locked, error.get_description()}};
  } catch (const Xapian::Error& error) {
    spdlog::warn("search: the index in {} cannot be opened and is built anew: {}", directory.string(),
                 error.get_description());
    return std::nullopt;
  } catch (const std::exception& error) {
    spdlog::warn("search: the index in {} cannot be read and is built anew: {}", directory.string(), error.what());
    return std::nullopt;
  }
}

} // namespace

auto event_term(domain::event_id event) -> std::string {
  // No word begins with a control character.
  return row_writer{}.byte(1).number(event.value()).take();
}

struct text_index::parts {
  parts(Xapian::WritableDatabase opened, std::shared_ptr<text_place> at)
      : place{std::move(at)}, database{std::move(opened)} {
    position = journal::cursor{database.get_metadata(text_index::position_key)};
    sums = text_sums::of_text(database.get_metadata(text_index::sums_key));
    place->committed(true, database.get_doccount());
  }

  [[nodiscard]] auto find(domain::event_id event) -> Xapian::docid {
    const auto term = event_term(event);
    const auto found = database.postlist_begin(term);
    return found == database.postlist_end(term) ? 0 : *found;
  }

  [[nodiscard]] auto text_of(Xapian::docid document) -> event_text {
    auto text = decode_text(database.get_document(document).get_data());
    if (!text)
      stop_folding("document " + std::to_string(document) + " of the search index cannot be read");
    return *std::move(text);
  }

  /// The document and what it says; stops for an event that was never created.
  [[nodiscard]] auto known(domain::event_id event) -> std::pair<Xapian::docid, event_text> {
    const auto document = find(event);
    if (document == 0)
      stop_folding("event " + std::to_string(event.value()) + " was never created");
    return {document, text_of(document)};
  }

  void put(Xapian::docid document, const event_text& text) {
    Xapian::Document made;
    made.set_data(encode_text(text));
    made.add_boolean_term(event_term(text.event));
    if (text.listed) {
      const auto terms = terms_of(text, forms);
      for (const auto& [term, weight] : terms.weights)
        made.add_term(term, weight);
      spell(terms, true);
    }
    database.replace_document(document, made);
    sums.add(document, made);
    ++uncommitted;
  }

  void replace(Xapian::docid document, const event_text& before, const event_text& after) {
    if (before.listed)
      spell(terms_of(before, forms), false);
    sums.remove(document, database.get_document(document));
    put(document, after);
  }

  void spell(const text_terms& terms, bool add) {
    for (const auto& [word, count] : terms.words) {
      if (!is_spelling(word))
        continue;
      if (add) {
        database.add_spelling(word, count);
        sums.add_spelling(word, count);
      } else {
        database.remove_spelling(word, count);
        sums.remove_spelling(word, count);
      }
    }
  }

  std::shared_ptr<text_place> place;
  Xapian::WritableDatabase database;
  word_forms forms;
  journal::cursor position;
  text_sums sums;
  std::size_t uncommitted = 0;
};

namespace {

/// Runs what writes. The library's errors end the fold; what it has written so far is not to be trusted.
template <class Run>
void write_through(text_place& place, Run&& run) {
  std::string why;
  try {
    run();
    return;
  } catch (const Xapian::Error& error) {
    why = error.get_description();
  }
  place.doubt();
  stop_folding("the search index cannot be written: " + why);
}

} // namespace

text_index::text_index(std::unique_ptr<parts> own) noexcept : parts_{std::move(own)} {}

// The library gives up the transaction that is open, so that what was not committed with its position is not committed at all.
text_index::~text_index() = default;

auto text_index::open(const fs::path& directory, const std::string& journal_identity, bool sync_commits,
                      const inspection_command& inspection)
    -> tl::expected<std::unique_ptr<text_index>, journal::failure> {
  const int flags = sync_commits ? 0 : Xapian::DB_NO_SYNC;
  const auto take = [&](Xapian::WritableDatabase database) {
    auto own = std::make_unique<parts>(std::move(database), std::make_shared<text_place>(directory));
    own->database.begin_transaction();
    return std::unique_ptr<text_index>{new text_index{std::move(own)}};
  };
  auto found = open_sound(directory, journal_identity, flags, inspection);
  if (!found)
    return tl::unexpected{std::move(found.error())};
  if (*found) {
    // What the check took for sound may still not be readable.
    auto kept = with_words([&] { return take(**std::move(found)); });
    if (kept)
      return *std::move(kept);
    spdlog::warn("search: the index in {} is damaged and is built anew: {}", directory.string(), kept.error());
    found->reset();
  }
  auto made = with_words([&] {
    fs::remove_all(directory);
    fs::create_directories(directory);
    Xapian::WritableDatabase database{directory.string(), Xapian::DB_CREATE_OR_OVERWRITE | flags};
    database.set_metadata(format_key, std::string{format});
    database.set_metadata(journal_key, journal_identity);
    database.commit();
    return take(std::move(database));
  });
  if (!made)
    return tl::unexpected{journal::failure{journal::failure_kind::io, directory.string() + ": " + made.error()}};
  return *std::move(made);
}

auto text_index::place() const noexcept -> const std::shared_ptr<text_place>& {
  return parts_->place;
}

auto text_index::position() const -> journal::cursor {
  return parts_->position;
}

auto text_index::uncommitted() const noexcept -> std::size_t {
  return parts_->uncommitted;
}

void text_index::created(domain::event_id event, std::uint64_t seq, const domain::event_config& config) {
  auto& my = *parts_;
  write_through(*my.place, [&] {
    if (my.find(event) == 0)
      my.put(my.database.get_lastdocid() + 1, projections::text_of(event, seq, false, config));
  });
}

void text_index::amended(domain::event_id event, std::uint64_t seq, const domain::event_config& config) {
  auto& my = *parts_;
  write_through(*my.place, [&] {
    const auto [document, before] = my.known(event);
    auto after = projections::text_of(event, seq, before.listed, config);
    auto same = before;
    same.seq = seq;
    // A price changes no text: what was found before is found as it was, and kept answers stay good.
    if (before.seq < seq && after != same)
      my.replace(document, before, after);
  });
}

void text_index::listed(domain::event_id event, std::uint64_t seq) {
  auto& my = *parts_;
  write_through(*my.place, [&] {
    const auto [document, before] = my.known(event);
    if (before.seq >= seq)
      return;
    auto after = before;
    after.seq = seq;
    after.listed = true;
    my.replace(document, before, after);
  });
}

void text_index::commit(const journal::cursor& position) {
  auto& my = *parts_;
  write_through(*my.place, [&] {
    my.database.set_metadata(position_key, position.text());
    my.database.set_metadata(position_sum_key, text_sums::of_position(position.text()));
    my.database.set_metadata(sums_key, my.sums.text());
    my.database.commit_transaction();
    my.database.begin_transaction();
    my.place->committed(std::exchange(my.uncommitted, 0) > 0, my.database.get_doccount());
    my.position = position;
  });
}

} // namespace holdfast::projections
