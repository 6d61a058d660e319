#pragma once

#include "journal/failure.hpp"
#include "journal/journal.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// What one checkpoint changes. A later change of a key in the same checkpoint replaces an earlier one.
class store_changes {
 public:
  struct change {
    std::string key;
    std::optional<std::string> value; ///< absent: the key goes
  };

  void put(std::string key, std::string value) { all_.push_back({std::move(key), std::move(value)}); }

  void erase(std::string key) { all_.push_back({std::move(key), std::nullopt}); }

  [[nodiscard]] auto all() const noexcept -> const std::vector<change>& { return all_; }

 private:
  std::vector<change> all_;
};

/// Takes rows, valid during the call only.
using row_visitor = std::function<void(std::string_view key, std::string_view value)>;

/// Where projections keep what they must not lose a start over: for each a space of keys and values, and the position in the journal
/// that they are as of, always committed together. A cache: everything in it can be folded again from the journal, so whatever is
/// missing, of another version or in doubt is wiped, and the projection starts from the beginning.
///
/// Thread-safe; calls block on I/O, commits are not synced (a crash goes back to an earlier checkpoint, never to half of one).
class projection_store {
 public:
  virtual ~projection_store() = default;

  /// Where the space is: the default cursor for one that is new. One whose state version is not `version` is wiped first.
  [[nodiscard]] virtual auto open(std::string_view projection, std::uint32_t version)
      -> tl::expected<journal::cursor, journal::failure> = 0;
  /// What a load hands over: a row, in key order, valid during the call only. Return false to stop.
  using row_sink = std::function<bool(std::string_view key, std::string_view value)>;
  [[nodiscard]] virtual auto load(std::string_view projection, const row_sink& sink)
      -> tl::expected<void, journal::failure> = 0;
  /// One value, absent when there is none.
  [[nodiscard]] virtual auto get(std::string_view projection, std::string_view key)
      -> tl::expected<std::optional<std::string>, journal::failure> = 0;
  /// The changes and the new position, all or nothing.
  [[nodiscard]] virtual auto commit(std::string_view projection, const store_changes& what,
                                    const journal::cursor& position) -> tl::expected<void, journal::failure> = 0;
  /// Everything of the space, and its position.
  [[nodiscard]] virtual auto wipe(std::string_view projection) -> tl::expected<void, journal::failure> = 0;
};

} // namespace holdfast::projections
