#pragma once

#include "payments/scoring_client.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace holdfast::tools {

/// A scorer whose questions are signed as Standard Webhooks with the secret in `secret_file`: one line, "whsec_" and base64, its owner's only. Failure:
/// for people.
[[nodiscard]] auto make_scoring_hook(payments::scoring_options options, const std::string& secret_file)
    -> tl::expected<std::unique_ptr<payments::scorer>, std::string>;

} // namespace holdfast::tools
