#pragma once

#include "actors/engine.hpp"
#include "http/door/settings.hpp"
#include "http/live/live_options.hpp"
#include "http/order_stories.hpp"
#include "http/server_options.hpp"
#include "http/ticket_desk.hpp"
#include "journal/disk_watch.hpp"
#include "notifications/settings.hpp"
#include "payments/scoring_client.hpp"
#include "payments/stripe/options.hpp"
#include "tools/captcha_client.hpp"
#include "tracing/export_options.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace holdfast::tools {

/// Everything `holdfast serve` can be told, with its defaults; configs/holdfast.json is the commented example.
struct server_config {
  std::filesystem::path data_directory = "data";
  std::filesystem::path
      marks_directory; ///< empty: where the data directory remembers them, at first `data_directory`/marks
  http::server_options http;
  http::live_options live;
  http::door::settings door;
  captcha_options captcha; ///< without an address nobody checks CAPTCHAs
  actors::engine_options engine;
  journal::disk_watch_options disk;
  tracing::export_options traces;           ///< without an endpoint nothing is traced
  std::string notification_secret_file;     ///< of the gateway's notifications; empty: none are taken
  payments::stripe::client_options gateway; ///< without a key file nothing is paid by card
  payments::scoring_options scoring;        ///< without an address nobody scores payments
  std::string scoring_secret_file;
  http::receipt_settings receipts;
  notifications::settings notifications; ///< without a mail server no mail is sent
  std::string mail_password_file;
  http::order_link_options order_links;
  std::size_t read_threads = 2;
  std::int64_t session_lifetime_ms = 24LL * 3600 * 1000;
  std::string log_level = "info"; ///< trace, debug, info, warn, error
  bool accept_journal_loss = false;
};

/// Reads a JSON file (comments allowed) over the defaults. Every fault at once, each with its place; an unknown key is one.
[[nodiscard]] auto read_config(const std::filesystem::path& file)
    -> tl::expected<server_config, std::vector<std::string>>;

/// `ADDR:PORT` into the options; false when it is not one. IPv6 addresses stand in brackets.
[[nodiscard]] auto set_listen(std::string_view text, http::server_options& to) -> bool;

/// The effective configuration as one JSON line, without secrets (it holds none: keys are read from files).
[[nodiscard]] auto describe(const server_config& config) -> std::string;

} // namespace holdfast::tools
