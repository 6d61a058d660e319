#include "http/routes/show_body.hpp"

#include "http/negotiation.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

constexpr std::uint16_t not_modified = 304;

/// What every answer of a view says about itself. What shared caches must not keep stays `no-store`.
void describe(exchange& of, const projections::view_body& body, const wanted_form& form) {
  if (!body.draft) {
    of.answer().cache_control(form.caching);
  }
  if (!body.etag.empty()) {
    of.answer().header("ETag", body.etag);
  }
  if (!form.vary.empty()) {
    of.answer().header("Vary", form.vary);
  }
}

} // namespace

void answer_body(exchange& of, const body_ptr& body, const wanted_form& form) {
  if (client_has(of, body->etag)) {
    of.empty(not_modified);
  } else {
    of.answer().status(200);
    of.answer().content_type(form.type);
    const auto packed = body->packed ? body->packed->get(form.coding) : nullptr;
    if (packed) {
      of.answer().header("Content-Encoding", projections::to_text(form.coding));
      of.answer().share_body(packed);
    } else {
      of.answer().share_body(std::shared_ptr<const std::string>{body, &body->bytes});
    }
  }
  describe(of, *body, form);
}

auto wanted_of(exchange& of, std::initializer_list<std::string_view> offered, std::string_view caching)
    -> std::optional<wanted_form> {
  std::array<std::string_view, 4> types;
  const auto end =
      std::ranges::copy_if(offered, types.begin(), [](std::string_view type) { return !type.empty(); }).out;
  const auto best = best_media(of, {types.begin(), end});
  if (!best) {
    of.refuse(problem_kind::not_acceptable);
    of.answer().header("Vary", "Accept");
    return std::nullopt;
  }
  return wanted_form{types[*best], best_coding(of), caching, "Accept, Accept-Encoding"};
}

} // namespace holdfast::http::routes
