#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace rocksdb {
class Env;
} // namespace rocksdb

namespace holdfast::testing {

/// A disk under RocksDB that fails on demand. Thread-safe.
class faulty_disk {
 public:
  enum class operation { append, sync };
  enum class error { input_output, no_space };

  struct plan {
    operation on = operation::sync;
    error with = error::input_output;
    std::string file_suffix = ".log"; ///< only files that end so
    std::uint64_t after = 0;          ///< this many succeed first
    bool once = true;                 ///< false: for ever
    bool tear = false;                ///< an append leaves half of its bytes behind
  };

  faulty_disk();
  ~faulty_disk();
  faulty_disk(const faulty_disk&) = delete;
  auto operator=(const faulty_disk&) -> faulty_disk& = delete;

  [[nodiscard]] auto env() const noexcept -> rocksdb::Env*;
  void arm(plan what);
  /// How often the armed fault struck.
  [[nodiscard]] auto strikes() const -> std::uint64_t;
  /// Operations of the armed kind that were asked for after the first strike.
  [[nodiscard]] auto attempts_after_strike() const -> std::uint64_t;

  struct state;

 private:
  std::shared_ptr<state> state_;
  std::unique_ptr<rocksdb::Env> env_;
};

} // namespace holdfast::testing
