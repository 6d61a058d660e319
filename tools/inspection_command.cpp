#include "projections/search/text_inspection.hpp"
#include "tools/commands.hpp"
#include "tools/inspection.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace holdfast::tools {
namespace {

constexpr const char* inspection_name = "inspect-search-index";

} // namespace

auto inspection_by_this_program() -> projections::inspection_command {
  return {"/proc/self/exe", inspection_name};
}

void register_inspection_command(CLI::App& app, int& exit_code) {
  auto& command = *app.add_subcommand(inspection_name, "Looks through a search index; the server starts it");
  command.group(""); // not listed
  auto words = std::make_shared<std::vector<std::string>>();
  command.add_option("words", *words)->required();
  command.callback([words, &exit_code] { exit_code = projections::run_inspection(*words); });
}

} // namespace holdfast::tools
