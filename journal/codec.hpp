#pragma once

#include "domain/fact.hpp"
#include "journal/failure.hpp"
#include "journal/record.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::journal {

/// The number a fact is stored under (journal/facts.proto). Stable for ever.
[[nodiscard]] auto fact_type(const domain::fact_body& body) noexcept -> std::uint16_t;
/// The current version of that fact's message.
[[nodiscard]] auto fact_version(std::uint16_t type) noexcept -> std::uint16_t;
/// Name of a fact type for people ("hold_created"); empty for an unknown type.
[[nodiscard]] auto fact_name(std::uint16_t type) noexcept -> std::string_view;

/// Appends a fact's payload (facts.proto bytes). Thread-safe.
void encode_fact(const domain::fact_body& body, std::string& to);
/// The fact a record carries, older versions brought up to date. An unknown type or a payload that does not parse is a failure (corrupt), never skipped.
[[nodiscard]] auto decode_fact(const record_view& record) -> tl::expected<domain::fact, failure>;

/// Bytes of a fixed header.
inline constexpr std::size_t header_bytes = 128;
/// Appends header, payload and CRC-32C as stored (docs/journal-format.md). Returns the record's chain hash: SHA-256 of those bytes.
auto encode_record(const record_header& header, std::string_view payload, std::string& to) -> chain_hash;
/// Checks length, format, CRC; the view points into `bytes`.
[[nodiscard]] auto decode_record(std::string_view bytes) -> tl::expected<record_view, failure>;
/// SHA-256 of a record's stored bytes.
[[nodiscard]] auto hash_record(std::string_view bytes) noexcept -> chain_hash;

/// A layout as the journal keeps it, and its content hash (SHA-256 of those bytes, hex) that addresses it in the API.
[[nodiscard]] auto encode_layout(const domain::layout_spec& layout) -> std::string;
[[nodiscard]] auto decode_layout(std::string_view bytes) -> tl::expected<domain::layout_spec, failure>;
[[nodiscard]] auto layout_hash(const domain::layout_spec& layout) -> std::string;

} // namespace holdfast::journal
