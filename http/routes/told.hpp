#pragma once

#include "http/json_reader.hpp"
#include "http/routes/context.hpp"
#include "people/contact.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

/// What requests tell about people: kept before what they ask for is decided, and taken back when that came to nothing.
namespace holdfast::http::routes {

/// Hands a sound request on; whoever answers gets the port.
using send_on = std::function<void(actors::reply_port)>;

/// A request that names people, on its way to be kept and handed on.
struct told {
  people::order_ref order;   ///< that it is told about
  std::uint64_t attempt = 0; ///< the same request names the same, and another one another
  people::contact what;
  send_on send;
};

[[nodiscard]] auto attempt_of(const exchange& of, const context& in) -> std::uint64_t;

/// `email`; empty when it is absent. A fault is the document's.
[[nodiscard]] auto read_email(const json_object& body) -> std::string;
/// Whether the body names nobody, or this server keeps data about people; answers otherwise: what it does not keep is refused rather than dropped.
[[nodiscard]] auto takes_people(exchange& of, const context& in, const json_object& body, json_document& document)
    -> bool;

/// Keeps what was told and hands the request on, in that order: whoever is told that it was granted can rely on both. Answers itself when nothing can be kept.
void keep_and_send(deferred&& to, const context& in, const std::shared_ptr<told>& what);

} // namespace holdfast::http::routes
