#pragma once

#include "domain/public_id.hpp"
#include "http/token.hpp"
#include "tickets/ticket_code.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools {

/// Where a server's data is, below one directory.
struct data_paths {
  explicit data_paths(std::filesystem::path root);

  std::filesystem::path root;
  std::filesystem::path lock;        ///< flock: shared for offline readers, exclusive for whoever writes
  std::filesystem::path journal;     ///< RocksDB: the truth
  std::filesystem::path snapshots;   ///< disposable
  std::filesystem::path projections; ///< what views keep; disposable
  std::filesystem::path
      marks; ///< high-water mark and ballast, unless `marks_note` names another place; never in a backup
  std::filesystem::path marks_note;
  std::filesystem::path secrets; ///< 0700
  std::filesystem::path people;  ///< names and addresses as ciphertext, and their keys; in no backup
  std::filesystem::path outbox;  ///< what has to be told to the outside, and endpoints of webhooks; in no backup
  std::filesystem::path backups;
  std::filesystem::path admin_key; ///< 0600; the first API key, in clear for its operator
};

/// What a server needs to recognise its own tokens and ids. Losing it invalidates every session and every id that people hold.
struct server_secrets {
  http::key_ring tokens;
  std::array<std::uint8_t, 32> subject_key{};
  std::array<std::uint8_t, 32> request_key{};
  std::array<std::uint8_t, 32> people_key{}; ///< wraps the keys of people
  std::array<std::uint8_t, 32> draws_key{};  ///< what seeds of waiting rooms' draws are made from
  domain::public_ids ids;
  std::vector<tickets::ticket_key> ticket_keys; ///< as `load_ticket_keys` has them; a tickets::ticket_signer's
  std::vector<std::string> made;                ///< file names of those that did not exist
};

/// Reads the secrets, making those that do not exist. The failure says what to do.
[[nodiscard]] auto load_secrets(const std::filesystem::path& folder) -> tl::expected<server_secrets, std::string>;
/// What it means for people that a secret of this file name was lost and made anew; empty for what is no secret of a server.
[[nodiscard]] auto loss_of_secret(std::string_view file_name) -> std::string_view;
/// The secrets that a server would miss in `folder`, by file name.
[[nodiscard]] auto missing_secrets(const std::filesystem::path& folder) -> std::vector<std::string>;

/// The text of the first API key: read from the file, or made and written durably with mode 0600.
[[nodiscard]] auto ensure_admin_key(const std::filesystem::path& file) -> tl::expected<std::string, std::string>;

/// Writes and syncs under another name, then renames and syncs the folder: the file, of mode 0600, is whole or as it was. On failure
/// `errno` says why.
[[nodiscard]] auto write_durably(const std::filesystem::path& file, std::string_view text) -> bool;

} // namespace holdfast::tools
