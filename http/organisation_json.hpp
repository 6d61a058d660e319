#pragma once

#include "actors/engine_port.hpp"
#include "domain/organisation/fact.hpp"
#include "http/json_writer.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::http {

/// A venue as POST, GET and PATCH answer it; the layout itself is behind `layout_hash`.
void write_venue(json_writer& out, const domain::venue& what, std::uint64_t version);
/// A key without its secret.
void write_key(json_writer& out, const actors::key_record& key);
/// "organise", "sell" …: the names of a key's scopes, in the order of their bits.
[[nodiscard]] auto scope_names(std::uint32_t bits) -> std::vector<std::string_view>;
/// The bit of a scope's name; 0 for an unknown one.
[[nodiscard]] auto scope_bit(std::string_view name) noexcept -> std::uint32_t;

/// The venue's members that an event shows too: name, place, time zone.
void write_place(json_writer& out, const domain::venue_summary& place);

} // namespace holdfast::http
