#pragma once

#include <string>

namespace holdfast::tools {

/// Makes every line of the default logger one JSON object on standard error: time, level, message.
void log_json(const std::string& level);

} // namespace holdfast::tools
