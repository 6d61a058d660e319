#pragma once

#include "projections/json_writer.hpp"

namespace holdfast::http {

/// One writer serves views and answers, so that the same document has the same bytes wherever it comes from.
using projections::append_json_escaped;
using projections::append_rfc3339;
using projections::json_writer;

} // namespace holdfast::http
