#pragma once

#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace holdfast::api_test {

/// Seats that somebody has bought, by the till.
struct sold_tickets {
  std::string order;
  std::vector<std::string> ids;
  std::string at; ///< "?min_seq=…"

  sold_tickets(const box_office& opera, api_client& owner, const std::vector<std::string>& seats) {
    auto till = opera.till;
    const auto sold = confirm(till, held(owner, opera, seats));
    REQUIRE(sold.status == 201);
    order = sold.text("order_id");
    for (const auto& ticket : sold.json().at("tickets")) {
      ids.push_back(ticket.at("ticket_id").get<std::string>());
    }
    at = "?min_seq=" + sold.event_seq();
    // What is done with a ticket is decided by what is shown of it.
    REQUIRE(owner.get("/v1/orders/" + order + at).status == 200);
  }

  [[nodiscard]] auto path(std::size_t index) const -> std::string { return "/v1/tickets/" + ids[index] + at; }
  [[nodiscard]] auto code(api_client& owner, std::size_t index) const -> std::string {
    const auto got = owner.get(path(index));
    REQUIRE(got.status == 200);
    return got.text("code");
  }
};

} // namespace holdfast::api_test
