#pragma once

#include "tickets/receipt.hpp"

#include <tl/expected.hpp>

#include <string>

namespace holdfast::tickets {

/// A receipt as PDF on A4, on as many pages as it takes, the table's head on each. Letters come from the font family "DejaVu Sans" (Debian's
/// `fonts-dejavu-core`: Latin, Greek, Cyrillic and more), and what it lacks from whatever else is installed; the letters that are used are part of the
/// file. The same receipt gives the same bytes on the same machine.
///
/// Slow and blocking: some 3 ms for a page, 150 ms for a thousand lines, and fonts are read from disk the first time (15 ms). It belongs on the read pool,
/// never on an I/O thread and never in an actor. Thread-safe; each thread keeps its fonts for the next receipt.
/// Fails when that family is not installed, or there is no memory.
[[nodiscard]] auto receipt_pdf(const receipt_text& text) -> tl::expected<std::string, failure>;

} // namespace holdfast::tickets
