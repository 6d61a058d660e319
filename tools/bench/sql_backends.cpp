#include "tools/bench/sql_backends.hpp"

#include "tools/bench/postgres_link.hpp"
#include "tools/bench/redis_link.hpp"

#include <array>
#include <utility>

namespace holdfast::tools::bench {

namespace {

using verdict = booking_backend::verdict;

struct statement {
  const char* name;
  const char* sql;
};

/// An array literal, `{12,13}`.
[[nodiscard]] auto array_of(std::span<const std::uint32_t> seats) -> std::string {
  std::string text = "{";
  for (const auto seat : seats) {
    text += (text.size() > 1 ? "," : "") + std::to_string(seat);
  }
  return text + "}";
}

template <std::size_t N>
[[nodiscard]] auto connect_with(std::uint16_t port, const char* database, const std::array<statement, N>& statements)
    -> tl::expected<postgres_link, failure> {
  auto link = postgres_link::connect(port, database);
  for (const auto& [name, sql] : statements) {
    if (const auto prepared = link ? link->prepare(name, sql) : tl::expected<void, failure>{}; !prepared) {
      return tl::unexpected{prepared.error()};
    }
  }
  return link;
}

constexpr std::array seed_statements{
    statement{"take",
              "UPDATE seats SET status = 1, hold = $2::bigint, held_until = now() + interval '10 minutes' "
              "WHERE seat = ANY($1::int[]) AND (status = 0 OR (status = 1 AND held_until < now())) RETURNING seat"},
    statement{"give", "UPDATE seats SET status = 0, hold = NULL, held_until = NULL "
                      "WHERE seat = ANY($1::int[]) AND hold = $2::bigint AND status = 1 RETURNING seat"},
};

class seed_design : public booking_backend {
 public:
  seed_design(postgres_link database, redis_link locks) : database_{std::move(database)}, locks_{std::move(locks)} {}

  auto hold(std::uint64_t hold, std::span<const std::uint32_t> seats) -> verdict override {
    const auto locked = locks_.lock(hold, seats);
    if (locked != redis_link::lock_result::taken) {
      return locked == redis_link::lock_result::refused ? verdict::refused : verdict::broken;
    }
    const auto list = array_of(seats);
    const auto number = std::to_string(hold);
    const auto rows = database_.execute("take", {list.c_str(), number.c_str()});
    if (rows.ok() && rows.count() == seats.size()) {
      return verdict::done;
    }
    const bool refused = rows.ok() && database_.execute("give", {list.c_str(), number.c_str()}).ok();
    return locks_.unlock(seats) && refused ? verdict::refused : verdict::broken;
  }

  auto release(std::uint64_t hold, std::span<const std::uint32_t> seats) -> verdict override {
    const auto list = array_of(seats);
    const auto number = std::to_string(hold);
    const auto rows = database_.execute("give", {list.c_str(), number.c_str()});
    const bool released = rows.ok() && rows.count() == seats.size();
    return released && locks_.unlock(seats) ? verdict::done : verdict::broken;
  }

 private:
  postgres_link database_;
  redis_link locks_;
};

constexpr std::array row_lock_statements{
    statement{"begin", "BEGIN"},
    statement{"commit", "COMMIT"},
    statement{"rollback", "ROLLBACK"},
    statement{"lock", "SELECT seat, status, hold FROM seats WHERE seat = ANY($1::int[]) ORDER BY seat FOR UPDATE"},
    statement{"take", "UPDATE seats SET status = 1, hold = $2::bigint, held_until = now() + interval '10 minutes' "
                      "WHERE seat = ANY($1::int[])"},
    statement{"give", "UPDATE seats SET status = 0, hold = NULL, held_until = NULL WHERE seat = ANY($1::int[])"},
    statement{"note", "INSERT INTO holds (hold, seats, released) VALUES ($2::bigint, $1::int[], $3::boolean)"},
};

class row_lock : public booking_backend {
 public:
  explicit row_lock(postgres_link database) : database_{std::move(database)} {}

  auto hold(std::uint64_t hold, std::span<const std::uint32_t> seats) -> verdict override {
    return change(hold, seats, "take", "false", [](const postgres_rows& rows, std::size_t row, const std::string&) {
      return rows.text(row, 1) == "0";
    });
  }

  auto release(std::uint64_t hold, std::span<const std::uint32_t> seats) -> verdict override {
    return change(hold, seats, "give", "true",
                  [](const postgres_rows& rows, std::size_t row, const std::string& number) {
                    return rows.text(row, 2) == number;
                  });
  }

 private:
  using condition = bool (*)(const postgres_rows&, std::size_t, const std::string&);

  [[nodiscard]] auto change(std::uint64_t hold, std::span<const std::uint32_t> seats, const char* update,
                            const char* released, condition fits) -> verdict {
    const auto list = array_of(seats);
    const auto number = std::to_string(hold);
    if (!database_.execute("begin").ok()) {
      return verdict::broken;
    }
    const auto rows = database_.execute("lock", {list.c_str()});
    bool all_fit = rows.ok() && rows.count() == seats.size();
    for (std::size_t row = 0; all_fit && row < rows.count(); ++row) {
      all_fit = fits(rows, row, number);
    }
    if (!rows.ok() || !all_fit) {
      return database_.execute("rollback").ok() && rows.ok() ? verdict::refused : verdict::broken;
    }
    const auto updated = std::string_view{update} == "take" ? database_.execute(update, {list.c_str(), number.c_str()})
                                                            : database_.execute(update, {list.c_str()});
    const bool written = updated.ok() && database_.execute("note", {list.c_str(), number.c_str(), released}).ok();
    if (!written) {
      static_cast<void>(database_.execute("rollback"));
      return verdict::broken;
    }
    return database_.execute("commit").ok() ? verdict::done : verdict::broken;
  }

  postgres_link database_;
};

} // namespace

auto make_seat_tables(std::uint16_t postgres_port, const std::string& database, std::uint32_t seats)
    -> tl::expected<void, failure> {
  auto server = postgres_link::connect(postgres_port, "postgres");
  if (const auto made = server ? server->run("CREATE DATABASE " + database) : tl::unexpected{server.error()}; !made) {
    return made;
  }
  auto link = postgres_link::connect(postgres_port, database);
  if (!link) {
    return tl::unexpected{link.error()};
  }
  return link->run("CREATE TABLE seats (seat int PRIMARY KEY, status smallint NOT NULL DEFAULT 0, hold bigint,"
                   " held_until timestamptz) WITH (fillfactor = 50);"
                   "CREATE TABLE holds (id bigserial PRIMARY KEY, hold bigint NOT NULL, seats int[] NOT NULL,"
                   " released boolean NOT NULL);"
                   "INSERT INTO seats (seat) SELECT generate_series(0, " +
                   std::to_string(seats) + " - 1); ANALYZE seats;");
}

auto make_seed_design_backend(std::uint16_t postgres_port, std::uint16_t redis_port, const std::string& secret)
    -> tl::expected<std::unique_ptr<booking_backend>, failure> {
  auto database = connect_with(postgres_port, seed_design_database, seed_statements);
  if (!database) {
    return tl::unexpected{database.error()};
  }
  auto locks = redis_link::connect(redis_port, secret);
  if (!locks) {
    return tl::unexpected{locks.error()};
  }
  return std::make_unique<seed_design>(std::move(*database), std::move(*locks));
}

auto make_row_lock_backend(std::uint16_t postgres_port) -> tl::expected<std::unique_ptr<booking_backend>, failure> {
  auto database = connect_with(postgres_port, row_lock_database, row_lock_statements);
  if (!database) {
    return tl::unexpected{database.error()};
  }
  return std::make_unique<row_lock>(std::move(*database));
}

} // namespace holdfast::tools::bench
