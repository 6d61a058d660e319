#include "tools/bench/worker_parts.hpp"

#include "domain/check.hpp"

#include <chrono>
#include <utility>

namespace holdfast::tools::bench {

auto to_failure(const journal::failure& trouble) -> failure {
  return {trouble.detail};
}

auto open_journal(const std::filesystem::path& data, journal::journal_access access)
    -> tl::expected<std::unique_ptr<journal::rocksdb_journal>, failure> {
  journal::rocksdb_journal_options options;
  options.directory = data / "journal";
  options.marks_directory = data / "marks";
  options.lock_file = data / "LOCK";
  options.access = access;
  // Measured is the machine as it is, however full its disk.
  options.disk.no_new_holds_below = 0;
  options.disk.settle_only_below = 0;
  return journal::rocksdb_journal::open(std::move(options)).map_error(to_failure);
}

auto wall_clock() -> domain::instant {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

void append_credit::complete(journal::append_outcome outcome) noexcept {
  HF_CHECK(outcome == journal::append_outcome::durable, "a prefilled journal accepts what is appended");
  credits_.release();
}

void append_credit::drain() {
  for (std::ptrdiff_t i = 0; i < at_once_; ++i) {
    credits_.acquire();
  }
  credits_.release(at_once_);
}

} // namespace holdfast::tools::bench
