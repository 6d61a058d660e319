#include "tools/bench/postgres_link.hpp"

namespace holdfast::tools::bench {

auto postgres_rows::ok() const noexcept -> bool {
  const auto status = PQresultStatus(result_.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

auto postgres_rows::count() const noexcept -> std::size_t {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}

auto postgres_rows::text(std::size_t row, int column) const noexcept -> std::string_view {
  return PQgetvalue(result_.get(), static_cast<int>(row), column);
}

auto postgres_link::connect(std::uint16_t port, const std::string& database) -> tl::expected<postgres_link, failure> {
  const auto where = "host=127.0.0.1 user=postgres sslmode=disable connect_timeout=5 dbname=" + database +
                     " port=" + std::to_string(port);
  postgres_link link{PQconnectdb(where.c_str())};
  if (PQstatus(link.link_.get()) != CONNECTION_OK) {
    return tl::unexpected{link.complaint("connecting to PostgreSQL")};
  }
  return link;
}

auto postgres_link::run(const std::string& sql) -> tl::expected<void, failure> {
  const postgres_rows rows{PQexec(link_.get(), sql.c_str())};
  if (!rows.ok()) {
    return tl::unexpected{complaint(sql)};
  }
  return {};
}

auto postgres_link::prepare(const char* name, const char* sql) -> tl::expected<void, failure> {
  const postgres_rows rows{PQprepare(link_.get(), name, sql, 0, nullptr)};
  if (!rows.ok()) {
    return tl::unexpected{complaint(sql)};
  }
  return {};
}

auto postgres_link::execute(const char* name, std::initializer_list<const char*> values) -> postgres_rows {
  return postgres_rows{
      PQexecPrepared(link_.get(), name, static_cast<int>(values.size()), values.begin(), nullptr, nullptr, 0)};
}

auto postgres_link::complaint(const std::string& doing) const -> failure {
  return failure{doing + ": " + PQerrorMessage(link_.get())};
}

} // namespace holdfast::tools::bench
