#pragma once

#include "http/door/captcha.hpp"
#include "http/door/door.hpp"
#include "tools/config_reader.hpp"
#include "tools/data_directory.hpp"
#include "tools/server_config.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace holdfast::tools {

/// The section `door` of a configuration. Faults are the reader's.
void read_door(config_reader& outer, server_config& to);

/// The door of waiting rooms as configured, and who checks its CAPTCHAs, if anybody: to live as long as the door is asked. Failure: for people.
[[nodiscard]] auto open_door(const server_config& config, const server_secrets& secrets,
                             std::unique_ptr<http::door::captcha_verifier>& captchas)
    -> tl::expected<std::shared_ptr<http::door::doorkeeper>, std::string>;

} // namespace holdfast::tools
