#pragma once

#include "journal/audit/auditor.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace holdfast::tools {

/// What was sold according to a journal that an audit found sound, with the hash of every event's last record, signed by the server's
/// receipt key (Ed25519, a PEM file that is made with mode 0600 when it is missing). A JSON document of three texts: `statement` (JSON
/// itself, the signed bytes), `public_key` (PEM) and `signature` (base64). docs/journal-format.md says how to check one with openssl alone.
[[nodiscard]] auto make_certificate(const journal::audit::report& report, std::int64_t now_ms,
                                    const std::filesystem::path& key_file) -> tl::expected<std::string, std::string>;

} // namespace holdfast::tools
