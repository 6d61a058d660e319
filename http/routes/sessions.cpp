#include "http/body.hpp"
#include "http/routes/context.hpp"
#include "http/token.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::http::routes {

namespace {

constexpr std::size_t subject_bytes_max = 200;
constexpr std::size_t bands_max = 32;

void answer_session(exchange& ex, const context& in, session_claims claims) {
  claims.issued_unix_ms = ex.at().unix_ms;
  claims.expires_unix_ms = claims.issued_unix_ms + in.session_ms;
  std::string buyer;
  domain::public_ids::append(buyer, claims.subject);
  auto out = ex.json(201);
  out.begin_object()
      .member("buyer_id", std::string_view{buyer})
      .member("token", std::string_view{in.credentials.mint_session(claims)})
      .member("verified", claims.verified);
  out.key("expires_at").time(claims.expires_unix_ms);
  out.member("expires_in_ms", in.session_ms).end_object();
}

/// A session for a person whom the organiser's own login knows.
void create_known(exchange& ex, const context& in, const json_object& body, json_document& document) {
  session_claims claims;
  const auto name = body.text("subject", {.bytes_min = 1, .bytes_max = subject_bytes_max});
  claims.verified = body.optional_boolean("verified").value_or(false);
  if (const auto bands = body.optional_array("bands", 0, bands_max)) {
    for (const auto band : *bands) {
      claims.bands |= 1U << band.integer<std::uint32_t>(0, bands_max - 1);
    }
  }
  if (!body_is_sound(ex, document)) {
    return;
  }
  claims.organisation = ex.who().organisation;
  claims.subject = derive_subject(in.subject_key, claims.organisation, name);
  answer_session(ex, in, claims);
}

void create_session(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  if (ex.who().is == principal::kind::key) {
    if (!ex.who().may(domain::key_scope::identify)) {
      ex.refuse(problem_kind::scope_missing);
      return;
    }
    create_known(ex, in, *body, document);
    return;
  }
  if (!body_is_sound(ex, document)) {
    return;
  }
  session_claims claims;
  claims.subject = random_subject();
  answer_session(ex, in, claims);
}

/// The same person, for longer.
void refresh_session(exchange& ex, const context& in) {
  auto& document = thread_document();
  if (!read_body(ex, document) || !body_is_sound(ex, document)) {
    return;
  }
  const auto& who = ex.who();
  session_claims claims;
  claims.subject = who.subject;
  claims.organisation = who.organisation;
  claims.verified = who.verified;
  claims.bands = who.bands;
  answer_session(ex, in, claims);
}

} // namespace

void add_sessions(router& table, const context& in) {
  table.add({.verb = method::post,
             .pattern = "/v1/sessions",
             .who = permission::open(),
             .rate = rate_class::session,
             .run = with(in, create_session)});
  table.add({.verb = method::post,
             .pattern = "/v1/sessions/refresh",
             .who = permission::buyer(),
             .rate = rate_class::session,
             .run = with(in, refresh_session)});
}

} // namespace holdfast::http::routes
