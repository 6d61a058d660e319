#include "tools/marks_location.hpp"

#include "journal/mark.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace holdfast::tools {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;
using journal::mark_file;

/// Absolute, and spelt the same whether or not somebody typed a slash at the end.
auto plain(const fs::path& directory) -> fs::path {
  std::error_code trouble;
  auto absolute = fs::absolute(directory, trouble).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

auto same_directory(const fs::path& one, const fs::path& other) -> bool {
  std::error_code trouble;
  return plain(one) == plain(other) || fs::equivalent(one, other, trouble);
}

/// Whether the marks there may take the place of those here.
auto may_follow(const mark_file::found& there, const mark_file::found& here) -> bool {
  if (!there.newest) {
    return false;
  }
  return !here.newest ||
         (there.newest->journal == here.newest->journal && there.newest->position >= here.newest->position);
}

} // namespace

auto marks_of(const data_paths& data) -> tl::expected<fs::path, failure> {
  std::ifstream note{data.marks_note, std::ios::binary};
  if (!note) {
    std::error_code trouble;
    return fs::exists(data.marks_note, trouble)
               ? tl::expected<fs::path, failure>{tl::unexpected{failure{
                     failure_kind::io, "cannot read " + data.marks_note.string() + ": " + std::strerror(errno)}}}
               : data.marks;
  }
  std::string line{std::istreambuf_iterator<char>{note}, {}};
  if (!line.empty() && line.back() == '\n') {
    line.pop_back();
  }
  fs::path directory{line};
  if (!directory.is_absolute() || line.find('\n') != std::string::npos || line.find('\0') != std::string::npos) {
    return tl::unexpected{failure{
        failure_kind::corrupt, data.marks_note.string() +
                                   " does not name the directory of the high-water mark in one line, from the root on; "
                                   "write that line, or remove the file if the marks are in " +
                                   data.marks.string()}};
  }
  return directory;
}

auto choose_marks(const data_paths& data, const fs::path& wanted, bool accept_loss) -> tl::expected<fs::path, failure> {
  const auto present = marks_of(data);
  if (wanted.empty() || (!present && !accept_loss)) {
    return present;
  }
  const auto target = plain(wanted);
  if (accept_loss || same_directory(target, *present)) {
    return target;
  }
  const auto here = mark_file::read(*present);
  const auto there = mark_file::read(target);
  if (!here || !there) {
    return tl::unexpected{here ? there.error() : here.error()};
  }
  if (may_follow(*there, *here)) {
    return target;
  }
  std::error_code trouble;
  if (!here->file_exists && !there->file_exists && !fs::exists(data.journal / "CURRENT", trouble)) {
    const auto noted = remember_marks(data, target);
    return noted ? tl::expected<fs::path, failure>{target} : tl::unexpected{noted.error()};
  }
  return tl::unexpected{
      failure{failure_kind::behind_mark,
              data.root.string() + " has its high-water mark in " + present->string() + ", and " + target.string() +
                  (there->newest ? " has one that is older or of another journal" : " has none") +
                  ": nothing would show whether commits are missing. Name " + present->string() +
                  " instead, or copy the file high-water from there to " + target.string() + " while no server runs"}};
}

auto remember_marks(const data_paths& data, const fs::path& directory) -> tl::expected<void, failure> {
  std::error_code trouble;
  const auto target = plain(directory);
  const auto noted = marks_of(data);
  const bool usual = same_directory(target, data.marks);
  if (noted && plain(*noted) == (usual ? plain(data.marks) : target)) {
    return {};
  }
  // Without the file the marks go along with the data directory, wherever it is moved.
  const bool done =
      usual ? fs::remove(data.marks_note, trouble) : write_durably(data.marks_note, target.string() + "\n");
  if (!done) {
    return tl::unexpected{
        failure{failure_kind::io, "cannot write " + data.marks_note.string() + ": " + std::strerror(errno)}};
  }
  return {};
}

} // namespace holdfast::tools
