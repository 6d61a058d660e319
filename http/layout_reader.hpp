#pragma once

#include "domain/layout.hpp"
#include "http/exchange.hpp"
#include "http/json_reader.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace holdfast::http {

/// A body with a layout that is larger takes its time, some 10 ms a MiB, and is read beside the I/O threads.
inline constexpr std::size_t layout_bytes_at_once_max = 64 * 1024;

/// Reads a layout in the API's own form:
///
/// ```
/// {"sections":[{"name":"A","tier":"stalls","rows":[{"name":"12","first":1,"count":30,"x":0,"y":120,"pitch":10,"angle":0,
///                                                   "attributes":{"3":["accessible","companion"]}}]}],
///  "areas":[{"name":"floor","tier":"standing","capacity":4000}],
///  "focal":{"x":150,"y":0}}
/// ```
///
/// `first` is 1, `x`, `y` and `angle` 0 and `pitch` 1 when absent; `sections` and `areas` may be left out when there are none.
/// Coordinates, pitch and angle are kept to hundredths. Faults of shape and range go to the document; what one place alone does not
/// show (names that come twice, totals) is found by `build_layout`.
[[nodiscard]] auto read_layout(const json_object& from) -> domain::layout_spec;

/// Checks and indexes a layout that was read without faults. Answers 422 with every fault, its pointer below `at` ("/layout", or nothing
/// when the layout is the body), and returns null when it is not sound.
[[nodiscard]] auto build_layout(exchange& of, domain::layout_spec spec, std::string_view at)
    -> std::shared_ptr<const domain::layout>;

} // namespace holdfast::http
