#include "tools/server_copy.hpp"

#include <nlohmann/json.hpp>

#include <system_error>
#include <utility>

namespace holdfast::tools {
namespace {

constexpr long status_created = 201;

} // namespace

auto ask_for_copy(const server_address& address, const std::string& key_file)
    -> tl::expected<server_copy, std::string> {
  auto key = read_key_file(key_file);
  if (!key) {
    return tl::unexpected{std::move(key.error())};
  }
  http_client client{address, *std::move(key)};
  const auto reply = client.post("/v1/admin/backup", "", "");
  if (!reply) {
    return tl::unexpected{reply.error()};
  }
  const auto body = nlohmann::ordered_json::parse(reply->body, nullptr, false);
  if (reply->status != status_created || !body.is_object() || !body.contains("path")) {
    return tl::unexpected{"the server answered " + std::to_string(reply->status) + ": " + reply->body};
  }
  server_copy copy{body.value("backup_id", ""), body.value("path", ""), body.value("created_at", "")};
  std::error_code trouble;
  if (!std::filesystem::exists(copy.path / "CURRENT", trouble)) {
    return tl::unexpected{"the server made its copy in " + copy.path.string() +
                          " of its own machine, which cannot be read from here: run this command there"};
  }
  return copy;
}

} // namespace holdfast::tools
