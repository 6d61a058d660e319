#pragma once

#include "people/personal_data.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::people::test {

/// A store of personal data in a directory that goes away.
class people_room {
 public:
  people_room();
  ~people_room();
  people_room(const people_room&) = delete;
  auto operator=(const people_room&) -> people_room& = delete;

  /// Opens it, again or for the first time; with another secret when one is given.
  void open(std::optional<sealing_key> secret = {});
  void close() { store_.reset(); }
  [[nodiscard]] auto store() -> personal_data& { return *store_; }
  [[nodiscard]] auto folder() const -> const std::filesystem::path& { return folder_; }

  // Each waits for its end.
  auto put(const person& whose, const order_ref& order, const contact& what, std::uint64_t attempt = 1,
           std::int64_t at_ms = 1'000) -> personal_data::outcome;
  auto find(const order_ref& order, std::vector<person> of, std::optional<std::uint64_t> attempt = {})
      -> std::optional<contact>;
  auto erase(const person& who) -> personal_data::outcome;
  void drop(const person& whose, const order_ref& order, std::uint64_t attempt);
  void forget(const order_ref& order);
  void forget(const order_ref& order, const person& whose);

  /// Whether any file below has these bytes.
  [[nodiscard]] auto has_bytes(std::string_view what, const std::filesystem::path& below) const -> bool;
  [[nodiscard]] auto has_bytes(std::string_view what) const -> bool { return has_bytes(what, folder_); }

 private:
  std::filesystem::path folder_;
  sealing_key secret_{};
  std::unique_ptr<personal_data> store_;
};

} // namespace holdfast::people::test
