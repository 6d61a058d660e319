#include "projections/search/text_place.hpp"

#include "projections/search/text_session.hpp"

#include <spdlog/spdlog.h>
#include <xapian.h>

#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;

constexpr const char* doubt_mark = "doubtful";
/// Sessions kept for the next readers: as many as the read pool has threads, in practice.
constexpr std::size_t idle_max = 8;
/// Each time the writer committed twice while one search read.
constexpr int attempts_max = 5;

} // namespace

text_place::text_place(fs::path directory) : directory_{std::move(directory)} {}

text_place::~text_place() {
  idle_.clear();
  if (retired_.load()) {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
}

void text_place::committed(bool texts_changed, std::uint64_t documents) noexcept {
  documents_.store(documents, std::memory_order_relaxed);
  revision_.fetch_add(1, std::memory_order_release);
  if (texts_changed)
    generation_.fetch_add(1, std::memory_order_release);
}

void text_place::doubt() noexcept {
  try {
    std::ofstream{directory_ / doubt_mark} << "an error was met here: the index is begun anew at the next start\n";
  } catch (const std::exception& failed) {
    spdlog::error("search: cannot mark {} as doubtful: {}", directory_.string(), failed.what());
  }
}

auto text_place::is_doubtful(const fs::path& directory) -> bool {
  std::error_code ignored;
  return fs::exists(directory / doubt_mark, ignored);
}

auto text_place::take_session() -> std::unique_ptr<text_session> {
  const auto now = revision_.load(std::memory_order_acquire);
  std::unique_ptr<text_session> session;
  {
    const std::scoped_lock lock{mutex_};
    if (!idle_.empty()) {
      session = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!session) {
    session = std::make_unique<text_session>();
    session->database = Xapian::Database{directory_.string()};
  } else if (session->revision != now) {
    session->database.reopen();
  }
  session->revision = now;
  return session;
}

auto text_place::read(const std::function<void(text_session&)>& what) -> bool {
  try {
    for (int attempt = 1;; ++attempt) {
      auto session = take_session();
      try {
        what(*session);
      } catch (const Xapian::DatabaseModifiedError&) {
        if (attempt == attempts_max)
          return false;
        continue; // with a session that is opened again
      }
      const std::scoped_lock lock{mutex_};
      if (idle_.size() < idle_max)
        idle_.push_back(std::move(session));
      return true;
    }
  } catch (const Xapian::DatabaseCorruptError& error) {
    spdlog::error("search: the index in {} is damaged: {}", directory_.string(), error.get_description());
    doubt();
  } catch (const Xapian::Error& error) {
    spdlog::error("search: the index in {} cannot be read: {}", directory_.string(), error.get_description());
  } catch (const std::length_error& error) {
    // A length that cannot be, read from damaged bytes.
    spdlog::error("search: the index in {} is damaged: {}", directory_.string(), error.what());
    doubt();
  }
  return false;
}

} // namespace holdfast::projections
