#pragma once

#include "tests/api/api_client.hpp"

#include <string>

namespace holdfast::api_test {

/// Holds a refusal to what is documented of its code: status, title, media type, and the headers that go with the status.
void check_problem(const reply& got, const std::string& code);

} // namespace holdfast::api_test
