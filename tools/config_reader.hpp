#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools {

/// Reads one object of a configuration file: each key is asked for once, with its range; whatever nobody asked for is an error, so that a
/// misspelt key never goes unnoticed. Faults are collected in the list given, each with its place.
class config_reader {
 public:
  /// `from` must outlive the reader; anything but an object is a fault.
  config_reader(const nlohmann::json& from, std::string place, std::vector<std::string>& faults);
  config_reader(const config_reader&) = delete;
  auto operator=(const config_reader&) -> config_reader& = delete;
  /// Reports unknown keys.
  ~config_reader();

  // Each leaves `to` as it is when the key is absent.
  void integer(std::string_view key, std::int64_t min, std::int64_t max, std::int64_t& to);
  template <class Integer>
  void number_of(std::string_view key, std::int64_t min, std::int64_t max, Integer& to) {
    auto value = static_cast<std::int64_t>(to);
    integer(key, min, max, value);
    to = static_cast<Integer>(value);
  }
  void real(std::string_view key, double min, double max, double& to);
  void flag(std::string_view key, bool& to);
  void text(std::string_view key, std::string& to);
  void texts(std::string_view key, std::vector<std::string>& to);
  /// A nested object; an empty one when the key is absent.
  [[nodiscard]] auto object(std::string_view key) -> const nlohmann::json&;
  [[nodiscard]] auto place_of(std::string_view key) const -> std::string;
  [[nodiscard]] auto faults() noexcept -> std::vector<std::string>& { return faults_; }

 private:
  [[nodiscard]] auto find(std::string_view key) -> const nlohmann::json*;
  void fault(std::string_view key, std::string_view message);

  const nlohmann::json& from_;
  std::string place_;
  std::vector<std::string>& faults_;
  std::set<std::string, std::less<>> known_;
};

} // namespace holdfast::tools
