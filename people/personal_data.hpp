#pragma once

#include "people/contact.hpp"
#include "people/durable_map.hpp"
#include "people/sealing.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::people {

/// Names and e-mail addresses: in no journal, no view and no remembered answer, only here, and here only as ciphertext. Every person has a
/// random key, which lies in a store of its own, wrapped by a secret of the server; who erases the key erases the person.
///
/// One thread does the work, in the order of the calls; what waits together is written with one sync. Thread-safe; nothing blocks the
/// caller. `done` runs on that thread, once, and must be short.
class personal_data {
 public:
  struct paths {
    std::filesystem::path rows; ///< ciphertext
    std::filesystem::path keys; ///< wrapped keys; in no ordinary backup
  };

  enum class outcome : std::uint8_t {
    ok = 1,
    overloaded, ///< too much waits already
    failed,     ///< the disk; the log says more
  };

  using done = std::function<void(outcome)>;
  using found = std::function<void(outcome, std::optional<contact>)>;

  /// The failure is for people.
  [[nodiscard]] static auto open(const paths& at, const sealing_key& server_secret)
      -> tl::expected<std::unique_ptr<personal_data>, std::string>;
  ~personal_data(); ///< `stop`s
  personal_data(const personal_data&) = delete;
  auto operator=(const personal_data&) -> personal_data& = delete;

  /// Keeps what a person tells about an order, as `attempt`: what another attempt told stays beside it until the order is decided. Durable
  /// when done says ok. `at_ms` orders attempts: the newest counts; one that is kept already stays as it is.
  void put(const person& whose, const order_ref& order, std::uint64_t attempt, std::int64_t at_ms, const contact& what,
           done then);
  /// Takes an attempt back that came to nothing.
  void drop(const person& whose, const order_ref& order, std::uint64_t attempt, done then);
  /// What the first of these people who told anything told last about an order; nothing when nobody did, or who did is erased.
  /// `attempt`: only what they told with this one.
  void find(const order_ref& order, std::vector<person> of, std::optional<std::uint64_t> attempt, found then);
  /// Forgets all that anybody told about an order: it is over without a sale, or its organiser wants so.
  void forget(const order_ref& order, done then);
  /// Forgets what one person told about it: of a waitlist, that they are off it.
  void forget(const order_ref& order, const person& whose, done then);
  /// Erases a person: their key first, and out of the files that held it, then all that it sealed. Safe to repeat.
  void erase(const person& who, done then);

  /// Whether anybody ever told anything.
  [[nodiscard]] auto is_used() const noexcept -> bool { return used_.load(std::memory_order_relaxed); }
  /// Does what waits, and ends the thread; every later call is answered `overloaded` at once. Not from `done`.
  void stop();
  /// Calls that wait.
  [[nodiscard]] auto waiting() const -> std::size_t;

  static constexpr std::size_t waiting_max = 4'096;
  static constexpr std::size_t attempts_max = 8; ///< of one person for one order; the oldest goes

 private:
  struct changes {
    map_changes keys;
    map_changes rows;
  };

  struct job {
    std::function<outcome(changes&)> run; ///< adds what is to be written before `then` is told
    std::function<void(outcome)> then;
    bool alone = false; ///< needs everything before it on disk
  };

  personal_data(std::unique_ptr<durable_map> rows, std::unique_ptr<durable_map> keys, const sealing_key& secret);
  void submit(job what);
  void forget_rows(std::string prefix, done then);
  void work();
  void run_all(std::deque<job>& jobs);
  auto commit(changes& what) -> bool;
  [[nodiscard]] auto key_of(const person& whose) const -> tl::expected<std::optional<sealing_key>, std::string>;
  [[nodiscard]] auto key_to_seal(const person& whose, changes& to) -> std::optional<sealing_key>;
  [[nodiscard]] auto latest(const order_ref& order, const person& whose, std::optional<std::uint64_t> attempt) const
      -> tl::expected<std::optional<contact>, std::string>;
  void add(const person& whose, const order_ref& order, std::uint64_t attempt, std::string sealed, changes& to);
  [[nodiscard]] auto erase_now(const person& who) -> outcome;

  std::unique_ptr<durable_map> rows_;
  std::unique_ptr<durable_map> keys_;
  sealing_key secret_;
  /// Keys made since the last commit, so that one person's two calls in one batch get one key. That thread only.
  std::vector<std::pair<std::string, sealing_key>> fresh_keys_;

  std::atomic<bool> used_ = false;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<job> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace holdfast::people
