#pragma once

#include "domain/instant.hpp"
#include "http/entity_tag.hpp"
#include "http/exchange.hpp"
#include "http/routes/context.hpp"
#include "projections/views.hpp"
#include "projections/wire/packing.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

/// Answers made of published bodies: the form that a client wants, entity tags, compression.
namespace holdfast::http::routes {

using body_ptr = std::shared_ptr<const projections::view_body>;

/// How a client wants a body.
struct wanted_form {
  std::string_view type = media::json;
  projections::content_coding coding = projections::content_coding::identity;
  std::string_view caching;
  std::string_view vary; ///< the headers that chose it
};

/// The media type of those offered that `Accept` likes best (empty ones are not offered); answers 406 and returns nothing when it takes
/// none. At most four, whose texts must live for ever.
[[nodiscard]] auto wanted_of(exchange& of, std::initializer_list<std::string_view> offered, std::string_view caching)
    -> std::optional<wanted_form>;

/// `Age` of a body that is shown at `now`.
[[nodiscard]] inline auto age_seconds(const projections::view_body& body, domain::instant now) -> std::uint64_t {
  constexpr std::int64_t ms_per_second = 1'000;
  return static_cast<std::uint64_t>(projections::age_of(body, now).count / ms_per_second);
}

/// Answers with a body as it is at hand, or with 304.
void answer_body(exchange& of, const body_ptr& body, const wanted_form& form);

/// Answers with a view's body once its compressed form is there, if one is wanted; `finish` adds what else is to be said.
template <class Finish>
void show_packed(const std::shared_ptr<deferred>& to, const context& in, const body_ptr& body, const wanted_form& form,
                 Finish finish) {
  const auto answer = [to, body, form, finish] {
    answer_body(**to, body, form);
    finish(**to);
    to->complete();
  };
  const bool pack =
      form.coding != projections::content_coding::identity && body->packed && !client_has(**to, body->etag);
  if (pack) {
    in.views.pack(body, form.coding, answer);
  } else {
    answer();
  }
}

} // namespace holdfast::http::routes
