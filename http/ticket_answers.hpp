#pragma once

#include "actors/reply_port.hpp"
#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/public_id.hpp"
#include "domain/rejection.hpp"
#include "http/json_writer.hpp"

#include <optional>
#include <string_view>

/// What holders of tickets and scanners are told. Thread-safe.
namespace holdfast::http {

/// The answer to a command about a ticket that was carried out; nothing when it was about something else.
[[nodiscard]] auto decided_ticket(const domain::public_ids& ids, const domain::event_state& after,
                                  const domain::command& what) -> std::optional<actors::answer>;

/// The result of a scan that lets nobody in, which is no error; nothing when the reason is one.
[[nodiscard]] auto turned_away(const domain::public_ids& ids, const domain::event_state& state,
                               const domain::caller& by, const domain::admit_ticket& scan, domain::reason why)
    -> std::optional<actors::answer>;

/// A scan's result as far as it needs no event: `{"result":…,"reason":…}`. `ticket_id` and `reason` may be empty.
void write_scan_result(json_writer& out, std::string_view result, std::string_view ticket_id, std::string_view reason);

} // namespace holdfast::http
