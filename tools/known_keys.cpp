#include "tools/known_keys.hpp"

#include "projections/catalogue_projection.hpp"

#include <openssl/rand.h>

#include <cstdint>
#include <utility>

namespace holdfast::tools {

auto random_key_id() -> domain::key_id {
  std::uint64_t value = 0;
  while (value == 0) {
    RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value);
  }
  return domain::key_id{value};
}

auto kept_keys(projections::projection_store& store) -> std::vector<actors::key_record> {
  std::vector<actors::key_record> keys;
  for (auto& kept : projections::catalogue_projection::kept_keys(store)) {
    keys.push_back({.key = kept.what.key,
                    .organisation = kept.organisation,
                    .scopes = kept.what.scopes,
                    .secret_hash = kept.what.secret_hash,
                    .name = std::move(kept.what.name),
                    .created_at = kept.created_at,
                    .revoked_at = kept.revoked_at});
  }
  return keys;
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
