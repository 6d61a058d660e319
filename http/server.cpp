#include "http/server.hpp"

#include "http/census.hpp"
#include "http/edge.hpp"
#include "http/io_worker.hpp"
#include "http/origin.hpp"
#include "http/side_worker.hpp"
#include "http/tls.hpp"

#include <exception>
#include <vector>

namespace holdfast::http {

struct server::parts {
  parts(const server_options& given, server_parts&& from, trusted_proxies proxies,
        std::unique_ptr<boost::asio::ssl::context> secure)
      : options{given},
        table{std::make_shared<const router>(std::move(from.table))},
        metrics{std::make_shared<edge_metrics>(*table)},
        rules{table, from.callers, options, std::move(proxies)},
        census{options.connections_max, options.connections_per_address_max},
        tls{std::move(secure)},
        aside{access_log{from.logger, options.log}},
        traces{std::move(from.traces)},
        common{.options = options,
               .rules = rules,
               .metrics = *metrics,
               .census = census,
               .aside = aside,
               .logger = std::move(from.logger),
               .tls = tls.get(),
               .traces = traces.get()} {}

  const server_options options;
  std::shared_ptr<const router> table;
  std::shared_ptr<edge_metrics> metrics;
  edge rules;
  connection_census census;
  std::unique_ptr<boost::asio::ssl::context> tls;
  side_worker aside;
  std::shared_ptr<tracing::tracer> traces;
  io_worker::shared common;
  std::vector<std::unique_ptr<io_worker>> workers;
  std::uint16_t port = 0;
};

server::server(std::unique_ptr<parts> own) noexcept : parts_{std::move(own)} {}

server::~server() {
  stop();
}

auto server::start(const server_options& options, server_parts from) -> tl::expected<std::unique_ptr<server>, failure> {
  try {
    return start_unguarded(options, std::move(from));
  } catch (const std::exception& error) {
    // Asio's constructors and thread creation throw when the process is out of something.
    return tl::unexpected{failure{std::string{"cannot start the HTTP server: "} + error.what()}};
  }
}

auto server::start_unguarded(const server_options& options, server_parts from)
    -> tl::expected<std::unique_ptr<server>, failure> {
  if (auto sound = from.table.seal(); !sound) {
    return tl::unexpected{sound.error()};
  }
  auto proxies = trusted_proxies::parse(options.trusted_proxies);
  if (!proxies) {
    return tl::unexpected{proxies.error()};
  }
  for (const auto& origin : options.allowed_origins) {
    if (!is_origin(origin)) {
      return tl::unexpected{failure{
          "'" + origin + "' is not an origin such as https://tickets.example: small letters, no path, no usual port"}};
    }
  }
  auto secure = make_tls_context(options.tls);
  if (!secure) {
    return tl::unexpected{secure.error()};
  }
  const std::shared_ptr<metrics_hub> hub = from.metrics;
  auto own = std::make_unique<parts>(options, std::move(from), std::move(*proxies), std::move(*secure));
  own->port = options.port;
  for (unsigned i = 0; i < std::max(1U, options.io_threads); ++i) {
    auto worker = std::make_unique<io_worker>(own->common);
    // The first one finds the port when any will do; the others share it.
    const auto port = worker->listen(options.address, own->port);
    if (!port) {
      return tl::unexpected{port.error()};
    }
    own->port = *port;
    own->workers.push_back(std::move(worker));
  }
  if (hub) {
    hub->add(own->metrics);
  }
  for (const auto& each : own->workers) {
    each->start();
  }
  return std::unique_ptr<server>{new server{std::move(own)}};
}

auto server::port() const noexcept -> std::uint16_t {
  return parts_->port;
}

auto server::table() const noexcept -> const router& {
  return *parts_->table;
}

auto server::connections() const -> std::size_t {
  return parts_->census.count();
}

void server::begin_drain() noexcept {
  if (!parts_->common.draining.exchange(true)) {
    for (const auto& each : parts_->workers) {
      each->drain();
    }
  }
}

auto server::is_draining() const noexcept -> bool {
  return parts_->common.draining.load();
}

auto server::await_drained(std::chrono::milliseconds limit) const -> bool {
  return parts_->census.await_empty(limit);
}

void server::stop() noexcept {
  begin_drain();
  parts_->aside.stop(); // while its answers can still leave
  for (const auto& each : parts_->workers) {
    each->shut();
  }
  parts_->workers.clear();
}

} // namespace holdfast::http
