#pragma once

#include "actors/engine_port.hpp"
#include "domain/strong_id.hpp"
#include "http/api_key.hpp"
#include "projections/projection_store.hpp"

#include <memory>
#include <vector>

namespace holdfast::tools {

/// An id that no key has.
[[nodiscard]] auto random_key_id() -> domain::key_id;
/// The keys that the views have kept, for a server without its journal.
[[nodiscard]] auto kept_keys(projections::projection_store& store) -> std::vector<actors::key_record>;
/// All keys of the directory as the edge looks them up.
[[nodiscard]] auto known_keys(const actors::directory_view& view) -> std::shared_ptr<const http::key_table>;

} // namespace holdfast::tools
