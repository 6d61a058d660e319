#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The parts of `holdfast journal`. Each returns the program's exit status.
namespace holdfast::tools {

struct show_arguments {
  std::filesystem::path data;
  std::filesystem::path marks;
  std::string event;
  bool payments = false;
  bool queue = false;
  std::uint64_t from = 1;
  std::optional<std::uint64_t> limit;
  bool as_json = false;
};
[[nodiscard]] auto run_journal_show(const show_arguments& arguments) -> int;

struct replay_arguments {
  std::filesystem::path data;
  std::filesystem::path marks;
  std::string event;
  std::optional<std::uint64_t> at_seq;
  std::string at;
  bool as_json = false;
};
[[nodiscard]] auto run_journal_replay(const replay_arguments& arguments) -> int;

struct export_arguments {
  std::filesystem::path data;
  std::filesystem::path marks;
  std::filesystem::path out;
  std::vector<std::string> events;
  bool as_json = false;
};
[[nodiscard]] auto run_journal_export(const export_arguments& arguments) -> int;

struct import_arguments {
  std::filesystem::path file;
  std::filesystem::path data;
  std::filesystem::path marks;
  bool as_json = false;
};
[[nodiscard]] auto run_journal_import(const import_arguments& arguments) -> int;

} // namespace holdfast::tools
