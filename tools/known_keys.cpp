#include "tools/known_keys.hpp"

#include <openssl/rand.h>

#include <cstdint>
#include <vector>

namespace holdfast::tools {

auto random_key_id() -> domain::key_id {
  std::uint64_t value = 0;
  while (value == 0) {
    RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value);
  }
  return domain::key_id{value};
}

auto known_keys(const actors::directory_view& view) -> std::shared_ptr<const http::key_table> {
  std::vector<http::key_entry> entries;
  entries.reserve(view.keys().size());
  for (const auto& key : view.keys()) {
    entries.push_back({.key = key.key,
                       .organisation = key.organisation,
                       .scopes = {key.scopes},
                       .revoked = key.revoked_at.has_value(),
                       .hash = key.secret_hash});
  }
  return std::make_shared<const http::key_table>(entries);
}

} // namespace holdfast::tools
