#pragma once

#include "http/exchange.hpp"
#include "projections/wire/packing.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

/// Which form of an answer a client would rather have (RFC 9110 §12). Weights and the more exact of several ranges count as the
/// standard says; of forms that are liked alike, the one that is offered first is taken.
namespace holdfast::http {

/// The media type of `offered` (bare types such as `application/json`) that `Accept` likes best, by its place; nothing when it takes
/// none of them. Without the header: the first.
[[nodiscard]] auto best_media(const exchange& of, std::span<const std::string_view> offered)
    -> std::optional<std::size_t>;

/// The coding that `Accept-Encoding` likes best, of those liked alike brotli before gzip before identity. Without the header, and when
/// it takes none of them: identity.
[[nodiscard]] auto best_coding(const exchange& of) -> projections::content_coding;

} // namespace holdfast::http
