#include "tools/data_options.hpp"

#include <CLI/CLI.hpp>

namespace holdfast::tools {

void add_data_options(CLI::App& command, std::filesystem::path& data, std::filesystem::path& marks) {
  command.add_option("--data", data, "Data directory, or a backup")->required()->check(CLI::ExistingDirectory);
  command
      .add_option("--marks", marks,
                  "Directory of the high-water mark; default: where the data directory has it, and none for a backup")
      ->check(CLI::ExistingDirectory);
}

void add_new_data_options(CLI::App& command, std::filesystem::path& data, std::filesystem::path& marks) {
  command.add_option("--data", data, "Data directory; made when missing")->required();
  command.add_option(
      "--marks", marks,
      "Directory for the high-water mark, remembered from now on; default: where the data directory has it");
}

} // namespace holdfast::tools
