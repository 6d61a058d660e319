#pragma once

#include "tools/bench/failure.hpp"

#include <libpq-fe.h>
#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::tools::bench {

/// What a statement gave back.
class postgres_rows {
 public:
  explicit postgres_rows(PGresult* result) noexcept : result_{result} {}

  [[nodiscard]] auto ok() const noexcept -> bool;
  [[nodiscard]] auto count() const noexcept -> std::size_t;
  [[nodiscard]] auto text(std::size_t row, int column) const noexcept -> std::string_view;

 private:
  struct closer {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  std::unique_ptr<PGresult, closer> result_;
};

/// One connection to PostgreSQL; blocking; one thread at a time.
class postgres_link {
 public:
  /// The password comes from the environment (PGPASSWORD), never from an argument.
  [[nodiscard]] static auto connect(std::uint16_t port, const std::string& database)
      -> tl::expected<postgres_link, failure>;

  /// Runs statements without parameters.
  [[nodiscard]] auto run(const std::string& sql) -> tl::expected<void, failure>;
  /// Names a statement for `execute`.
  [[nodiscard]] auto prepare(const char* name, const char* sql) -> tl::expected<void, failure>;
  [[nodiscard]] auto execute(const char* name, std::initializer_list<const char*> values = {}) -> postgres_rows;

 private:
  struct closer {
    void operator()(PGconn* link) const noexcept { PQfinish(link); }
  };
  explicit postgres_link(PGconn* link) : link_{link} {}
  [[nodiscard]] auto complaint(const std::string& doing) const -> failure;

  std::unique_ptr<PGconn, closer> link_;
};

} // namespace holdfast::tools::bench
