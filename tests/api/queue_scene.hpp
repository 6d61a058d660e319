#pragma once

#include "tests/api/box_office.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::api_test {

/// A buyer with a place, or without.
class guest {
 public:
  guest(api_client who, const box_office& at) : client_{std::move(who)}, path_{at.path("/queue")} {}

  /// Joins, and keeps the ticket.
  auto join(const nlohmann::json& body = nlohmann::json::object()) -> reply;
  /// Asks how the place is doing. Keeps a new ticket and an admission, if there is one.
  auto poll() -> reply;
  auto leave() -> reply;
  /// Polls until the place is in this state; fails the test when it never is.
  auto becomes(const std::string& state) -> reply;
  /// Asks for a seat, with the admission.
  auto hold(const std::string& seat, const std::string& key = {}) -> reply;

  [[nodiscard]] auto client() -> api_client& { return client_; }
  [[nodiscard]] auto ticket() const -> const std::string& { return ticket_; }
  [[nodiscard]] auto admission() const -> const std::string& { return admission_; }
  void show(std::string ticket) { ticket_ = std::move(ticket); }
  void show_admission(std::string token) { admission_ = std::move(token); }
  /// After a restart: the same somebody at the server's new port.
  void returns_to(const api_server& server) { client_ = server.with(client_.bearer()); }

 private:
  void note(const reply& got);
  [[nodiscard]] auto with_ticket() const -> ask_with;

  api_client client_;
  std::string path_;
  std::string ticket_;
  std::string admission_;
};

/// A server with an event on sale, and its waiting room.
struct waiting_scene {
  explicit waiting_scene(server_settings settings = {}) : server{std::move(settings)} {}

  /// Changes the room, which must succeed.
  auto set(const nlohmann::json& change) -> reply;
  [[nodiscard]] auto status() -> reply { return organiser.get(opera.path("/queue/status")); }
  [[nodiscard]] auto somebody() const -> guest { return {server.buyer(), opera}; }
  /// So many who have joined, one after the other.
  [[nodiscard]] auto line_of(std::size_t people) const -> std::vector<guest>;
  /// Stops the server and starts it again; everybody here knows it.
  void restart(domain::millis passing = {});

  api_server server;
  box_office opera{server};
  api_client organiser{opera.organiser};
};

} // namespace holdfast::api_test
