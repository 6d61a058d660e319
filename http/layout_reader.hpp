#pragma once

#include "domain/layout.hpp"
#include "http/exchange.hpp"
#include "http/json_reader.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

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
/// A document with `zones` is a seating plan of pretix instead: see http/layout_import/seating_plan.hpp.
///
/// Coordinates, pitch and angle are kept to hundredths. Faults of shape and range go to the document; what one place alone does not
/// show (names that come twice, totals) is found by `build_layout`.
struct layout_reading {
  domain::layout_spec spec;
  bool translated = false; ///< from a seating plan: all its faults are the document's, at their places in the plan
};
[[nodiscard]] auto read_layout(const json_object& from) -> layout_reading;

/// What is wrong with a layout beside the faults `known` of its document, in which its place is `at` ("/layout", or nothing when it is the
/// whole): no fault of what could not be read, and none that may come from it. Of a seating plan: nothing.
[[nodiscard]] auto further_faults(const layout_reading& of, std::string_view at, const std::vector<json_error>& known)
    -> std::vector<json_error>;

/// To be called when every field of the body has been asked for, in place of `body_is_sound`: checks and indexes the layout. When it or
/// anything else in the body is not sound, answers 422 `validation_failed` with every fault, the layout's own below `at`, and returns
/// null.
[[nodiscard]] auto build_layout(exchange& of, json_document& document, layout_reading read, std::string_view at)
    -> std::shared_ptr<const domain::layout>;

} // namespace holdfast::http
