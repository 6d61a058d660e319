#pragma once

#include <filesystem>

namespace CLI {
class App;
} // namespace CLI

/// Options that commands share.
namespace holdfast::tools {

struct server_address;

/// `--data` and `--marks` of a command that reads a data directory or a backup.
void add_data_options(CLI::App& command, std::filesystem::path& data, std::filesystem::path& marks);
/// The same of a command that writes into a data directory, which may be new.
void add_new_data_options(CLI::App& command, std::filesystem::path& data, std::filesystem::path& marks);

/// `--url`, and the files of TLS, of a command that talks to a running server.
void add_server_options(CLI::App& command, server_address& server);

} // namespace holdfast::tools
