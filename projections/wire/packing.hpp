#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// How a body is compressed on its way (RFC 9110 §8.4.1).
enum class content_coding : std::uint8_t { identity = 0, gzip = 1, brotli = 2 };

/// As the API spells it: `gzip`, `br`; empty for identity.
[[nodiscard]] auto to_text(content_coding coding) noexcept -> std::string_view;

/// How much work compression is worth; docs/wire-formats.md has what was measured. `quick`: seat status and pages, made again with every
/// body: gzip 1 and brotli 3. `thorough`: layouts, made once and cached for a year: gzip 9, and brotli 11 up to 64 KiB, 9 above.
enum class packing : std::uint8_t { quick, thorough };

/// Bodies below this stay as they are: they fit one packet anyway.
inline constexpr std::size_t packed_bytes_min = 512;

/// `bytes` compressed; empty when the library ran out of memory. Thread-safe.
[[nodiscard]] auto compress(std::string_view bytes, content_coding coding, packing effort) -> std::string;

/// The compressed forms of one immutable body, each made once, when somebody first asks for it. Thread-safe.
class packed_forms {
 public:
  explicit packed_forms(packing effort) noexcept : effort_{effort} {}

  /// Null: not made yet, or not smaller than the body.
  [[nodiscard]] auto get(content_coding coding) const noexcept -> std::shared_ptr<const std::string>;

  /// Calls `done` once `get` says all that there is to say: at once, or on the thread that makes the form. The first who asks has
  /// it made by `run`, which returns false when it does not take the job; then, and when it drops the job, everybody goes without.
  /// `body` keeps this object alive too.
  void prepare(content_coding coding, std::shared_ptr<const std::string> body,
               const std::function<bool(std::function<void()>)>& run, std::function<void()> done);

 private:
  struct form {
    std::atomic<bool> settled{false};           ///< `bytes` stays as it is
    std::shared_ptr<const std::string> bytes;   ///< written before `settled`
    bool running = false;                       ///< guarded
    std::vector<std::function<void()>> waiting; ///< guarded
  };

  /// The work on one form; ends it without a result when it is dropped.
  struct job {
    job(packed_forms& of, content_coding form, std::shared_ptr<const std::string> bytes) noexcept;
    job(const job&) = delete;
    auto operator=(const job&) -> job& = delete;
    ~job();

    packed_forms& owner;
    const content_coding coding;
    const std::shared_ptr<const std::string> body;
    bool done = false;
  };

  [[nodiscard]] auto of(content_coding coding) noexcept -> form& {
    return forms_[static_cast<std::size_t>(coding) - 1];
  }
  void make(job& what);
  void finish(form& its, bool settled);

  const packing effort_;
  std::mutex mutex_;
  std::array<form, 2> forms_;
};

} // namespace holdfast::projections
