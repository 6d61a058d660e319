#pragma once

namespace CLI {
class App;
} // namespace CLI

/// The sub-commands of `holdfast`, a file each. Every one adds itself to the program and leaves its exit status in `exit_code`:
/// 0 success, 1 what it checks does not hold, 2 wrong usage.
namespace holdfast::tools {

void register_serve_command(CLI::App& app, int& exit_code);
void register_demo_command(CLI::App& app, int& exit_code);
void register_journal_command(CLI::App& app, int& exit_code);
void register_audit_command(CLI::App& app, int& exit_code);
void register_projections_command(CLI::App& app, int& exit_code);
void register_backup_command(CLI::App& app, int& exit_code);
void register_restore_command(CLI::App& app, int& exit_code);
void register_bench_command(CLI::App& app, int& exit_code);
void register_chaos_command(CLI::App& app, int& exit_code);
void register_gateway_command(CLI::App& app, int& exit_code);
void register_reconcile_command(CLI::App& app, int& exit_code);
void register_onsale_command(CLI::App& app, int& exit_code);
/// Not for people: see `inspection_by_this_program`.
void register_inspection_command(CLI::App& app, int& exit_code);

} // namespace holdfast::tools
