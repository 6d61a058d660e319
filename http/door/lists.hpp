#pragma once

#include "http/failure.hpp"
#include "http/network.hpp"

#include <tl/expected.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

namespace holdfast::http::door {

/// Networks that something speaks against. Looking one up costs a step for each length of prefix that there is. Immutable once filled.
class network_list {
 public:
  void add(const network& what);
  [[nodiscard]] auto contains(const client_address& address) const -> bool;
  [[nodiscard]] auto size() const noexcept -> std::size_t;

 private:
  struct address_hash {
    [[nodiscard]] auto operator()(const client_address& of) const noexcept -> std::size_t;
  };

  std::map<unsigned, std::unordered_set<client_address, address_hash>> by_prefix_;
};

/// What speaks against somebody by itself. Immutable.
struct suspect_lists {
  network_list networks;
  std::vector<std::string> agents; ///< parts of user agents, in small letters

  /// Whether one of the parts stands anywhere in a user agent, in any case of letters.
  [[nodiscard]] auto names_agent(std::string_view user_agent) const -> bool;
};

namespace list_limits {
inline constexpr std::size_t file_bytes_max = 64U * 1024 * 1024;
inline constexpr std::size_t networks_max = 1'000'000;
inline constexpr std::size_t agents_max = 500;
inline constexpr std::size_t agent_bytes_min = 3;
inline constexpr std::size_t agent_bytes_max = 128;
/// More of a user agent is not looked at.
inline constexpr std::size_t user_agent_bytes_max = 512;
} // namespace list_limits

/// Lists in files that may change while the server runs: a line each, `#` begins a comment. Thread-safe.
class watched_lists {
 public:
  /// Reads the files; an empty name: no such list. With any, a thread looks every so often whether one has changed.
  /// Failure: the file, the line and what is wrong with it.
  [[nodiscard]] static auto open(std::filesystem::path networks, std::filesystem::path agents,
                                 std::chrono::milliseconds look_every)
      -> tl::expected<std::unique_ptr<watched_lists>, failure>;
  watched_lists(const watched_lists&) = delete;
  auto operator=(const watched_lists&) -> watched_lists& = delete;
  ~watched_lists();

  /// Never null.
  [[nodiscard]] auto current() const -> std::shared_ptr<const suspect_lists>;
  /// Reads them again if a file is another one than before, by its size, number or time; true if so. Failure: the lists stay as they were.
  auto refresh() -> tl::expected<bool, failure>;

 private:
  /// What tells one content of a file from another, without reading it.
  using mark = std::array<std::int64_t, 4>;

  watched_lists(std::filesystem::path networks, std::filesystem::path agents);
  [[nodiscard]] auto marks() const -> std::array<mark, 2>;
  void watch(std::chrono::milliseconds look_every);

  const std::filesystem::path networks_;
  const std::filesystem::path agents_;
  std::mutex refreshing_;         ///< one at a time
  std::array<mark, 2> read_ = {}; ///< of the files as they were read
  mutable std::mutex mutex_;      ///< of what follows
  std::condition_variable ending_;
  bool ended_ = false;
  std::shared_ptr<const suspect_lists> current_ = std::make_shared<const suspect_lists>();
  std::thread thread_;
};

} // namespace holdfast::http::door
