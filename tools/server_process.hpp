#pragma once

#include "tools/data_directory.hpp"
#include "tools/server_config.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace holdfast::tools {

/// The whole server in one object: journal, engine, routes, sockets. Also what tests start in their own process.
class server_process {
 public:
  /// Opens the data directory, recovers, listens. The failure is for people and says what to do.
  [[nodiscard]] static auto start(server_config config) -> tl::expected<std::unique_ptr<server_process>, std::string>;
  ~server_process(); ///< `stop`s
  server_process(const server_process&) = delete;
  auto operator=(const server_process&) -> server_process& = delete;

  /// Stops accepting, finishes what is in flight, syncs, ends everything. Blocking.
  void stop();
  [[nodiscard]] auto port() const noexcept -> std::uint16_t;
  [[nodiscard]] auto engine() noexcept -> actors::engine&;
  /// What an operator should know about this start, a sentence each; also in the log.
  [[nodiscard]] auto warnings() const noexcept -> std::span<const std::string>;
  /// The file of the first API key, if this start made it; otherwise empty.
  [[nodiscard]] auto first_key_file() const noexcept -> const std::filesystem::path&;

 private:
  struct parts;
  explicit server_process(std::unique_ptr<parts> own) noexcept;
  std::unique_ptr<parts> parts_;
};

} // namespace holdfast::tools
