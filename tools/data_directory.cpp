#include "tools/data_directory.hpp"

#include "http/api_key.hpp"
#include "http/secret_file.hpp"
#include "tools/ticket_keys.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace holdfast::tools {

namespace {

constexpr auto ids_file = "ids.key";
constexpr auto requests_file = "requests.key";
constexpr auto people_file = "people.key";
/// Not among those whose loss is told at the start: servers of before waiting rooms have none, and without it only a pre-queue that is open cannot be drawn.
constexpr auto draws_file = "draws.key";
constexpr auto first_token_file = "token-1.key";

/// The secrets of one file each, and what is lost with them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> single_secrets{
    {{"subject.key",
      "who is who: a person whom an organiser's login names counts as another buyer from now on, and access codes of presales that were declared before open nothing"},
     {ids_file, "ids: those of holds, orders and tickets that were handed out are not found any more"},
     {requests_file, "requests: one that was acknowledged before is decided anew when it is repeated"},
     {people_file, "names and e-mail addresses that were told with orders: nobody can read them any more"}}};

auto is_token_key(std::string_view file_name) -> bool {
  return file_name.starts_with("token-") && file_name.ends_with(".key");
}

auto read_or_create(const std::filesystem::path& file) -> tl::expected<http::secret_bytes, std::string> {
  const auto made = std::filesystem::exists(file) ? http::read_secret(file) : http::create_secret(file);
  if (!made) {
    return tl::unexpected{made.error().what};
  }
  return *made;
}

auto ids_from(const http::secret_bytes& bytes) -> domain::public_ids {
  domain::public_ids::key key{};
  std::memcpy(key.data(), bytes.data(), sizeof key);
  return domain::public_ids{key};
}

} // namespace

data_paths::data_paths(std::filesystem::path root_in)
    : root{std::move(root_in)},
      lock{root / "LOCK"},
      journal{root / "journal"},
      snapshots{root / "snapshots"},
      projections{root / "projections"},
      marks{root / "marks"},
      marks_note{root / "marks.location"},
      secrets{root / "secrets"},
      people{root / "people"},
      outbox{root / "outbox"},
      backups{root / "backups"},
      admin_key{root / "admin.key"} {}

auto loss_of_secret(std::string_view file_name) -> std::string_view {
  if (is_token_key(file_name)) {
    return "sessions: every buyer has to begin a new one, and loses the holds of the old";
  }
  if (is_ticket_key(file_name)) {
    return "codes of tickets: those shown or printed before admit nobody any more";
  }
  for (const auto& [name, loss] : single_secrets) {
    if (name == file_name) {
      return loss;
    }
  }
  return {};
}

auto missing_secrets(const std::filesystem::path& folder) -> std::vector<std::string> {
  std::vector<std::string> missing;
  std::error_code trouble;
  bool has_token = false;
  bool has_ticket_key = false;
  for (std::filesystem::directory_iterator at{folder, trouble}, end; !trouble && at != end; at.increment(trouble)) {
    const auto name = at->path().filename().string();
    has_token = has_token || is_token_key(name);
    has_ticket_key = has_ticket_key || is_ticket_key(name);
  }
  if (!has_token) {
    missing.emplace_back(first_token_file);
  }
  for (const auto& [name, loss] : single_secrets) {
    if (!std::filesystem::exists(folder / name, trouble)) {
      missing.emplace_back(name);
    }
  }
  if (!has_ticket_key) {
    missing.emplace_back(first_ticket_key_file);
  }
  return missing;
}

auto load_secrets(const std::filesystem::path& folder) -> tl::expected<server_secrets, std::string> {
  auto made = missing_secrets(folder);
  if (const auto usable = http::ensure_secret_folder(folder); !usable) {
    return tl::unexpected{usable.error().what};
  }
  auto tokens = http::key_ring::load(folder);
  if (!tokens) {
    return tl::unexpected{tokens.error().what};
  }
  const auto subjects = http::load_subject_key(folder);
  if (!subjects) {
    return tl::unexpected{subjects.error().what};
  }
  const auto ids = read_or_create(folder / ids_file);
  const auto requests = read_or_create(folder / requests_file);
  if (!ids || !requests) {
    return tl::unexpected{ids ? requests.error() : ids.error()};
  }
  const auto people = read_or_create(folder / people_file);
  if (!people) {
    return tl::unexpected{people.error()};
  }
  const auto draws = read_or_create(folder / draws_file);
  if (!draws) {
    return tl::unexpected{draws.error()};
  }
  auto ticket_keys = load_ticket_keys(folder);
  if (!ticket_keys) {
    return tl::unexpected{std::move(ticket_keys.error())};
  }
  return server_secrets{.tokens = std::move(*tokens),
                        .subject_key = *subjects,
                        .request_key = *requests,
                        .people_key = *people,
                        .draws_key = *draws,
                        .ids = ids_from(*ids),
                        .ticket_keys = std::move(*ticket_keys),
                        .made = std::move(made)};
}

auto ensure_admin_key(const std::filesystem::path& file) -> tl::expected<std::string, std::string> {
  if (std::ifstream existing{file}; existing) {
    std::string text;
    if (std::getline(existing, text) && !text.empty()) {
      return text;
    }
  }
  auto made = http::make_api_key();
  if (!write_durably(file, made.text + "\n")) {
    return tl::unexpected{"cannot write the first API key to " + file.string() + ": " +
                          std::generic_category().message(errno)};
  }
  return std::move(made.text);
}

auto write_durably(const std::filesystem::path& file, std::string_view text) -> bool {
  const auto fresh = file.string() + ".new";
  const int target = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (target < 0) {
    return false;
  }
  const bool written =
      ::write(target, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(target) == 0;
  ::close(target);
  if (!written || ::rename(fresh.c_str(), file.c_str()) != 0) {
    return false;
  }
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return false;
  }
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced;
}

} // namespace holdfast::tools
