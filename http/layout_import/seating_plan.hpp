#pragma once

#include "domain/layout.hpp"
#include "http/json_reader.hpp"

namespace holdfast::http {

/// Whether a layout is a seating plan of pretix rather than one of our own form: it has `zones`.
[[nodiscard]] auto is_seating_plan(const json_object& from) -> bool;

/// Reads a seating plan as pretix and its plan editor write it (schema "Seating Plan", version 0.0.1, in pretix at
/// `src/pretix/static/seating/seating-plan.schema.json`), and translates it to our own form; docs/layout-import.md says how.
///
/// Every fault goes to the document, at the place in the plan that it is about; the layout is sound when there is none.
[[nodiscard]] auto read_seating_plan(const json_object& from) -> domain::layout_spec;

} // namespace holdfast::http
