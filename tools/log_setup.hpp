#pragma once

#include <string>

namespace holdfast::tools {

/// Makes every line of the default logger one JSON object on standard error: time, level, message.
void log_json(const std::string& level);

/// For commands that people wait for: warnings and errors only, as text on standard error; what they print is theirs alone.
void log_for_people();

} // namespace holdfast::tools
