#include "tools/bench/peers.hpp"

#include "tools/bench/peer_front.hpp"
#include "tools/bench/sql_backends.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr auto start_patience = std::chrono::seconds{20};

constexpr std::array<std::pair<std::string_view, peer_kind>, 4> names{{{"echo", peer_kind::echo},
                                                                       {"seed-design", peer_kind::seed_design},
                                                                       {"row-lock", peer_kind::row_lock},
                                                                       {"wal-limit", peer_kind::wal_limit}}};

[[nodiscard]] auto has(const std::vector<peer_kind>& kinds, peer_kind kind) -> bool {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

} // namespace

auto peer_name(peer_kind kind) noexcept -> std::string_view {
  for (const auto& [name, value] : names) {
    if (value == kind) {
      return name;
    }
  }
  return "unknown";
}

auto find_peer(std::string_view name) noexcept -> std::optional<peer_kind> {
  for (const auto& [known, value] : names) {
    if (known == name) {
      return value;
    }
  }
  return std::nullopt;
}

auto run_peer(const peer_options& options) -> tl::expected<void, failure> {
  peer_front_options front{.port = options.port,
                           .io_threads = options.io_threads,
                           .workers = options.workers,
                           .seats = options.seats,
                           .body = {},
                           .make_backend = {}};
  const auto kind = find_peer(options.kind);
  if (kind == peer_kind::echo) {
    auto body = read_small_file(options.body_file);
    if (!body) {
      return tl::unexpected{body.error()};
    }
    front.body = std::move(*body);
  } else if (kind == peer_kind::seed_design) {
    const char* secret = std::getenv("HF_BENCH_REDIS");
    front.make_backend = [&options, password = std::string{secret == nullptr ? "" : secret}] {
      return make_seed_design_backend(options.postgres_port, options.redis_port, password);
    };
  } else if (kind == peer_kind::row_lock) {
    front.make_backend = [&options] { return make_row_lock_backend(options.postgres_port); };
  } else {
    return tl::unexpected{failure{"'" + options.kind + "' is no peer that answers HTTP"}};
  }
  return run_peer_front(front);
}

auto peer_set::start_stores(const std::vector<peer_kind>& kinds, const scratch& room, std::uint32_t seats)
    -> tl::expected<void, failure> {
  if (has(kinds, peer_kind::seed_design) || has(kinds, peer_kind::row_lock)) {
    auto postgres = start_postgres(room.below("postgres"));
    if (!postgres) {
      return tl::unexpected{postgres.error()};
    }
    postgres_ = std::move(*postgres);
    for (const auto* database : {seed_design_database, row_lock_database}) {
      if (const auto made = make_seat_tables(postgres_->port, database, seats); !made) {
        return made;
      }
    }
  }
  if (has(kinds, peer_kind::seed_design)) {
    auto redis = start_redis(room.below("redis"));
    if (!redis) {
      return tl::unexpected{redis.error()};
    }
    redis_ = std::move(*redis);
  }
  return {};
}

auto peer_set::start_front(peer_kind kind, launch what) -> tl::expected<void, failure> {
  const auto port = free_port();
  const std::string name{peer_name(kind)};
  what.command.insert(what.command.end(), {"--kind", name, "--port", std::to_string(port)});
  if (postgres_) {
    what.command.insert(what.command.end(), {"--postgres-port", std::to_string(postgres_->port)});
    what.environment.emplace_back("PGPASSWORD", postgres_->secret);
  }
  if (redis_) {
    what.command.insert(what.command.end(), {"--redis-port", std::to_string(redis_->port)});
    what.environment.emplace_back("HF_BENCH_REDIS", redis_->secret);
  }
  auto process = child_process::start(std::move(what));
  if (!process) {
    return tl::unexpected{process.error()};
  }
  if (!wait_until(*process, start_patience, [port] { return accepts_connections(port); })) {
    return tl::unexpected{failure{name + " did not start: " + process->last_words()}};
  }
  members_.push_back({kind, std::move(*process), port});
  return {};
}

auto peer_set::start(const std::vector<peer_kind>& kinds, const std::filesystem::path& program, const scratch& room,
                     std::size_t io_threads, std::uint32_t seats, const std::string& body)
    -> tl::expected<peer_set, failure> {
  peer_set set;
  const auto body_file = room.below("echo-body");
  auto ready = set.start_stores(kinds, room, seats);
  if (ready) {
    ready = write_private_file(body_file, body);
  }
  for (const auto kind : kinds) {
    if (ready && kind != peer_kind::wal_limit) {
      ready = set.start_front(kind,
                              {.command = {program, "bench-worker", "peer", "--io-threads", std::to_string(io_threads),
                                           "--seats", std::to_string(seats), "--body-file", body_file},
                               .user = std::nullopt,
                               .log = room.below(std::string{peer_name(kind)} + ".log"),
                               .environment = {},
                               .directory = {}});
    }
  }
  if (!ready) {
    return tl::unexpected{ready.error()};
  }
  return set;
}

} // namespace holdfast::tools::bench
