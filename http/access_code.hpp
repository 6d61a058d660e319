#pragma once

#include "domain/allocation.hpp"
#include "domain/limits.hpp"
#include "domain/strong_id.hpp"
#include "http/json_reader.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::http {

/// A code that somebody tries: any that could be one.
inline constexpr text_rule access_code_rule{.bytes_min = 1, .bytes_max = domain::limits::access_code_bytes_max};

/// Hashes the access codes of one event as the event keeps them: the same code of another event has another hash. HMAC-SHA256 under a key of this
/// server's, so that a copy of the journal tells nobody a code, however few codes there could be. `key` must outlive it.
struct access_code_hasher {
  const std::array<std::uint8_t, 32>& key;
  domain::event_id event;

  [[nodiscard]] auto operator()(std::string_view code) const -> domain::access_code_hash;
};

/// The hash of the member `access_code`, a new code; nothing when it is absent. One of fewer than `access_code_characters_min` characters is a fault.
[[nodiscard]] auto read_new_access_code(const json_object& from, const access_code_hasher& hash)
    -> std::optional<domain::access_code_hash>;

} // namespace holdfast::http
