#pragma once

#include "http/exchange.hpp"
#include "http/failure.hpp"
#include "http/request.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// Who may call a route. There is no default: a route that does not say fails the start.
class permission {
 public:
  enum class rule : std::uint8_t {
    undeclared,
    open,            ///< anybody; credentials that are presented must still be valid
    credential_free, ///< anybody; credentials are not even looked at (probes, documents)
    buyer,           ///< a session token
    key,             ///< an API key with any of the scopes
    buyer_or_key,    ///< either
  };

  constexpr permission() noexcept = default;

  [[nodiscard]] static constexpr auto open() noexcept { return permission{rule::open, 0}; }

  [[nodiscard]] static constexpr auto credential_free() noexcept { return permission{rule::credential_free, 0}; }

  [[nodiscard]] static constexpr auto buyer() noexcept { return permission{rule::buyer, 0}; }

  /// `any_of`: bits of `domain::key_scope`.
  [[nodiscard]] static constexpr auto key(std::uint32_t any_of) noexcept { return permission{rule::key, any_of}; }

  [[nodiscard]] static constexpr auto buyer_or_key(std::uint32_t any_of) noexcept {
    return permission{rule::buyer_or_key, any_of};
  }

  /// And whoever comes without credentials but with `?access=`, the token of an order's link, which the handler has to check.
  [[nodiscard]] constexpr auto or_by_link() const noexcept {
    auto also = *this;
    also.by_link_ = true;
    return also;
  }

  [[nodiscard]] constexpr auto is_by_link() const noexcept -> bool { return by_link_; }

  [[nodiscard]] constexpr auto what() const noexcept -> rule { return rule_; }

  [[nodiscard]] constexpr auto scopes() const noexcept -> std::uint32_t { return any_of_; }

 private:
  constexpr permission(rule what, std::uint32_t any_of) noexcept : rule_{what}, any_of_{any_of} {}

  rule rule_ = rule::undeclared;
  std::uint32_t any_of_ = 0;
  bool by_link_ = false;
};

/// Which token buckets a route draws from.
enum class rate_class : std::uint8_t {
  exempt,  ///< none: probes
  view,    ///< reads
  act,     ///< writes
  session, ///< minting of tokens
};

/// Whether a route needs an `Idempotency-Key`.
enum class idempotency : std::uint8_t { none, required };

using handler = std::function<void(exchange&)>;

inline constexpr std::size_t body_bytes_default = 16 * 1024;

/// One row of the table.
///
/// ```
/// table.add({.verb = method::post, .pattern = "/v1/events/{event}/holds", .who = permission::buyer_or_key(key_scope::sell),
///            .keyed = idempotency::required, .run = [&](exchange& ex) { create_hold(ex, engine); }});
/// ```
struct route {
  method verb = method::get;
  /// Segments are literal or `{name}`; at most four names. HEAD is served by the GET row, OPTIONS by the edge.
  std::string pattern = {};
  permission who = {};
  /// Largest accepted body; what is larger is 413. Rows of GET and DELETE take none.
  std::size_t body_bytes_max = body_bytes_default;
  rate_class rate = rate_class::view;
  idempotency keyed = idempotency::none;
  /// The route answers in other types than JSON, so the edge does not check `Accept` for it.
  bool negotiates = false;
  /// The answer may be a stream: only here may a WebSocket begin, and pages of other sites may ask only from configured origins.
  bool streams = false;
  /// The body may have any media type; otherwise only `application/json` (and `application/merge-patch+json` for PATCH).
  bool any_media = false;
  /// A request with a larger body is handled on the server's side thread.
  std::size_t aside_above_bytes = SIZE_MAX;
  handler run = {};
  /// Position in the table; set by `router::add`.
  std::size_t index = 0;
};

/// Which methods a path knows.
struct method_set {
  std::uint8_t bits = 0;

  [[nodiscard]] constexpr auto has(method verb) const noexcept -> bool {
    return ((bits >> static_cast<unsigned>(verb)) & 1U) != 0;
  }

  constexpr void add(method verb) noexcept {
    bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(verb)));
  }

  [[nodiscard]] constexpr auto empty() const noexcept -> bool { return bits == 0; }

  /// `GET, HEAD, POST, OPTIONS`: the `Allow` header's value.
  [[nodiscard]] auto text() const -> std::string;
};

/// Segments of a path that stand for a pattern's names, undecoded, in the pattern's order.
struct path_values {
  std::array<std::string_view, 4> values{};
  std::size_t count = 0;
};

/// The one table of routes. Filled and sealed before the server starts; read-only and shared by all threads after.
class router {
 public:
  router();
  router(router&&) noexcept;
  auto operator=(router&&) noexcept -> router&;
  ~router();

  void add(route row);
  /// Checks the table: every row has a permission, a handler, a sound pattern, and no two rows answer the same request.
  /// Names every fault. Nothing may be added after.
  [[nodiscard]] auto seal() -> tl::expected<void, failure>;

  /// Every row, in the order of `add`; for tests that are generated from the table.
  [[nodiscard]] auto routes() const noexcept -> std::span<const route>;

  struct found {
    const route* row = nullptr; ///< null: no row for this method
    method_set allowed;         ///< empty: no row for this path either
    path_values values;
  };

  /// Finds the row for a path (without query). HEAD finds GET. Takes no allocation.
  [[nodiscard]] auto find(method verb, std::string_view path) const noexcept -> found;

  /// The names in a row's pattern, in order.
  [[nodiscard]] auto names(const route& row) const noexcept -> std::span<const std::string>;

 private:
  struct node;
  [[nodiscard]] static auto step(node& from, std::string_view segment) -> node*;

  std::vector<route> routes_;
  std::vector<std::vector<std::string>> names_;
  std::unique_ptr<node> root_;
  bool sealed_ = false;
};

} // namespace holdfast::http
