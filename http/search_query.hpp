#pragma once

#include "http/exchange.hpp"
#include "projections/search/query.hpp"

#include <tl/expected.hpp>

#include <string_view>

namespace holdfast::http {

/// What is wrong with a query, for people; static text.
using query_fault = std::string_view;

/// The query parameters of `GET /v1/search` as a search. Nothing is cut or guessed: what exceeds a limit or cannot be read is a fault.
[[nodiscard]] auto read_search(const exchange& of) -> tl::expected<projections::search_query, query_fault>;
/// A text that people typed: well-formed, without control characters, within the limits. Absent is empty.
[[nodiscard]] auto read_search_text(const exchange& of) -> tl::expected<std::string_view, query_fault>;
/// `limit`, from 1 to `most`; `usual` when absent.
[[nodiscard]] auto read_search_limit(const exchange& of, std::size_t usual, std::size_t most)
    -> tl::expected<std::size_t, query_fault>;

} // namespace holdfast::http
