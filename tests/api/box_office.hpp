#pragma once

#include "tests/api/api_client.hpp"
#include "tests/api/api_server.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// What most tests sell: a small hall and its event.
namespace holdfast::api_test {

/// Sections A (rows 1 and 2 of ten seats, of which 3 and 4 of row 1 are accessible) and B (a row of six), and a floor for 40.
[[nodiscard]] auto hall_layout() -> nlohmann::json;
[[nodiscard]] auto hall() -> nlohmann::json;
/// An event in it: stalls 89.00, balcony 45.00, standing 25.00, at most 8 places an order and a buyer.
[[nodiscard]] auto evening(const std::string& venue) -> nlohmann::json;

/// An organiser with a hall, and an event on sale.
struct box_office {
  explicit box_office(const api_server& on, const nlohmann::json& changes = nlohmann::json::object());

  api_client organiser; ///< scope organise
  api_client till;      ///< scope sell
  std::string venue;
  std::string event;

  [[nodiscard]] auto path(const std::string& more = {}) const -> std::string { return "/v1/events/" + event + more; }
};

/// A server with an event on sale, and somebody who buys there.
struct opening_night {
  api_server server;
  box_office opera{server};
  api_client organiser{opera.organiser};
  api_client buyer{server.buyer()};
};

/// An event of this venue with these changes, as a draft.
auto make_draft(api_client& organiser, const std::string& venue,
                const nlohmann::json& changes = nlohmann::json::object()) -> std::string;
[[nodiscard]] auto make_hall(api_client& organiser) -> std::string;

/// A server with an organiser and a hall, and nothing on sale.
struct empty_house {
  api_server server;
  api_client organiser{server.key({"organise"})};
  std::string venue{make_hall(organiser)};
};

/// Asks for these seats.
auto hold(api_client& who, const box_office& at, const std::vector<std::string>& seats, const ask_with& with = {})
    -> reply;
/// The same, and it must succeed: the hold's id.
auto held(api_client& who, const box_office& at, const std::vector<std::string>& seats) -> std::string;
/// Confirms as the till, in cash.
auto confirm(api_client& till, const std::string& hold_id, const ask_with& with = {}) -> reply;
/// Status of a seat as the public sees it, at this seq or later.
[[nodiscard]] auto seat_status(api_client& who, const box_office& at, const std::string& seat,
                               const std::string& min_seq) -> std::string;

} // namespace holdfast::api_test
