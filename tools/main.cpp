#include "tools/commands.hpp"
#include "tools/log_setup.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

/// Read by jemalloc: what a burst has freed goes back to the system when its ten seconds are over, also while nothing allocates.
extern "C" {
const char* malloc_conf = "background_thread:true";
}

namespace {

constexpr int wrong_usage = 2;

} // namespace

/// One program; each sub-command lives in a file of its own. Exits 0 on success, 1 when what it checks does not hold, 2 on wrong usage.
auto main(int argc, char** argv) -> int {
  int exit_code = 0;
  holdfast::tools::log_for_people();
  CLI::App app{"Holdfast: a ticketing engine that cannot sell a seat twice", "holdfast"};
  app.require_subcommand(1);
  holdfast::tools::register_serve_command(app, exit_code);
  holdfast::tools::register_demo_command(app, exit_code);
  holdfast::tools::register_journal_command(app, exit_code);
  holdfast::tools::register_audit_command(app, exit_code);
  holdfast::tools::register_projections_command(app, exit_code);
  holdfast::tools::register_backup_command(app, exit_code);
  holdfast::tools::register_restore_command(app, exit_code);
  holdfast::tools::register_bench_command(app, exit_code);
  holdfast::tools::register_chaos_command(app, exit_code);
  holdfast::tools::register_gateway_command(app, exit_code);
  holdfast::tools::register_reconcile_command(app, exit_code);
  holdfast::tools::register_onsale_command(app, exit_code);
  holdfast::tools::register_inspection_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "holdfast: %s\n", error.what());
    return 1;
  }
  return exit_code;
}
