#pragma once

#include "actors/engine_port.hpp"
#include "domain/public_id.hpp"
#include "http/authenticator.hpp"
#include "notifications/story.hpp"
#include "people/contact.hpp"
#include "projections/views.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace holdfast::http {

/// Whoever may have told something with an order: its buyer, and the box office that sold or confirmed it. Thread-safe.
[[nodiscard]] auto tellers_of(const domain::booking& order, const people::order_ref& ref,
                              const actors::engine_port& engine) -> std::vector<people::person>;

/// Where links to orders lead.
struct order_link_options {
  /// With {order} and {access} where the order's id and the token go; empty: mail has no links.
  std::string pattern;
  std::chrono::hours good_for{24 * 90};
};

/// Tells what there is to say of orders and events, from the views: as the API shows them. Thread-safe.
class order_stories final : public notifications::story_source {
 public:
  /// Everything outlives it.
  order_stories(const actors::engine_port& engine, projections::views& views, const authenticator& credentials,
                const domain::public_ids& ids, order_link_options links);
  void tell(const notifications::notice& of, told then) override;

 private:
  void tell_order(const notifications::notice& of, notifications::story begun, const told& then);
  void tell_offer(const notifications::notice& of, notifications::story begun, const told& then);
  void fill(const projections::booking_line& line, notifications::story& to) const;
  void fill_offer(const notifications::notice& of, const projections::booking_line* line,
                  notifications::story& to) const;
  [[nodiscard]] auto link_to(const std::string& order_id, const people::order_ref& order) const -> std::string;

  const actors::engine_port& engine_;
  projections::views& views_;
  const authenticator& credentials_;
  domain::public_ids ids_;
  order_link_options links_;
};

} // namespace holdfast::http
