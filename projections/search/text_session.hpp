#pragma once

#include "projections/search/word_forms.hpp"

#include <xapian.h>

#include <cstdint>

namespace holdfast::projections {

/// What one reader of an index works with, one thread at a time.
struct text_session {
  Xapian::Database database;
  word_forms forms;
  std::uint64_t revision = 0; ///< of the place, when the database was opened
};

} // namespace holdfast::projections
