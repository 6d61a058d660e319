#pragma once

#include "notifications/settings.hpp"
#include "tools/config_reader.hpp"
#include "tools/server_config.hpp"

namespace holdfast::tools {

/// The section `mail` of a configuration. Faults are the reader's.
void read_mail(config_reader& outer, server_config& to);
/// The section `webhooks`.
void read_webhooks(config_reader& outer, notifications::webhook_settings& to);

} // namespace holdfast::tools
