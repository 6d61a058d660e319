#pragma once

#include "http/routes/context.hpp"
#include "people/contact.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace holdfast::http::routes {

/// A confirmation that names everybody in a large order.
inline constexpr std::size_t confirmation_bytes_max = 64 * 1024;

/// Whether the token of a mail's link is there and opens this order now; false when there is none. Answers 401 and returns nothing when it opens
/// something else, or nothing.
[[nodiscard]] auto opened_by_link(exchange& of, const context& in,
                                  const std::optional<domain::public_ids::hold_ref>& order) -> std::optional<bool>;
/// Answers with an order and with whom it names, and completes. The caller may see it.
void show_order_with_people(deferred&& to, const context& in,
                            const std::shared_ptr<const projections::booking_line>& line);

} // namespace holdfast::http::routes
