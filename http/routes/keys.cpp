#include "http/api_key.hpp"
#include "http/body.hpp"
#include "http/organisation_json.hpp"
#include "http/routes/context.hpp"
#include "http/routes/paging.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::http::routes {

namespace {

using domain::caller;

/// Adds the secret to the first answer, which is stored without it.
class key_reply final : public actors::reply_sink {
 public:
  key_reply(actors::reply_port&& to, std::string secret) : to_{std::move(to)}, secret_{std::move(secret)} {}

  void reply(actors::answer&& what) noexcept override {
    constexpr std::uint16_t created = 201;
    if (what.status == created && !what.body.empty()) {
      what.body.pop_back();
      what.body += R"(,"secret":")" + secret_ + R"("})";
    }
    to_.send(std::move(what));
  }

 private:
  actors::reply_port to_;
  std::string secret_;
};

auto read_scopes(const json_object& body) -> std::uint32_t {
  std::uint32_t scopes = 0;
  for (const auto item : body.array("scopes", 1, 6)) {
    const auto bit = scope_bit(item.text({.bytes_min = 1, .bytes_max = 16}));
    if (bit == 0) {
      item.fault("organise, sell, scan, audit, identify or admin");
    }
    scopes |= bit;
  }
  return scopes;
}

/// The organisation a key is for: the caller's own, or for the server's first organisation any.
auto organisation_in(const json_object& body, const principal& who, const context& in) -> domain::organisation_id {
  const auto text = body.optional_text("organisation_id", {.bytes_min = 1, .bytes_max = 32});
  if (!text) {
    return who.organisation;
  }
  const auto named = domain::public_ids::parse_organisation(*text);
  const auto known = in.engine.directory()->organisations();
  const bool exists =
      named && std::any_of(known.begin(), known.end(), [&](const auto& entry) { return entry.first == *named; });
  if (!exists || (*named != who.organisation && who.organisation != actors::engine_port::root_organisation())) {
    body.fault("organisation_id", "there is no such organisation");
    return who.organisation;
  }
  return *named;
}

void create_key(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::create_key create;
  create.name = body->text("name", {.bytes_min = 1, .bytes_max = 100});
  create.scopes = read_scopes(*body);
  const auto organisation = organisation_in(*body, ex.who(), in);
  if (!body_is_sound(ex, document)) {
    return;
  }
  auto secret = make_api_key();
  create.key = domain::key_id{created_id(ex, in, "key")};
  create.secret_hash = secret.hash;
  domain::organisation_command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = command_id_of(ex, in), .body = std::move(create)};
  what.by.organisation = organisation; // the first organisation's key acts for the one that it makes a key for
  const auto meta = meta_of(ex);
  auto sink = std::make_shared<key_reply>(reply_to(ex, in), std::move(secret.text));
  in.engine.submit(organisation, std::move(what), meta, actors::reply_port{std::move(sink)});
}

void list_keys(exchange& ex, const context& in) {
  const auto view = in.engine.directory();
  std::vector<actors::key_record> own;
  std::copy_if(view->keys().begin(), view->keys().end(), std::back_inserter(own), [&](const actors::key_record& key) {
    return key.organisation == ex.who().organisation && !key.revoked_at;
  });
  answer_page_of(
      ex, std::move(own), [](const actors::key_record& key) { return key.key; }, domain::public_ids::parse_key,
      [](json_writer& out, const actors::key_record& key) { write_key(out, key); });
}

void revoke_key(exchange& ex, const context& in) {
  const auto key = domain::public_ids::parse_key(ex.parameter("key"));
  if (!key) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  domain::organisation_command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = {}, .body = domain::revoke_key{*key}};
  const auto meta = meta_of(ex);
  in.engine.submit(ex.who().organisation, std::move(what), meta, reply_to(ex, in));
}

/// Organisations are made by the server's first one only: to the others they do not exist.
auto is_root(exchange& ex) -> bool {
  if (ex.who().organisation == actors::engine_port::root_organisation()) {
    return true;
  }
  ex.refuse(problem_kind::not_found);
  return false;
}

void create_organisation(exchange& ex, const context& in) {
  if (!is_root(ex)) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::create_organisation create;
  create.name = body->text("name", {.bytes_min = 1, .bytes_max = domain::limits::name_bytes_max});
  if (!body_is_sound(ex, document)) {
    return;
  }
  create.organisation = domain::organisation_id{created_id(ex, in, "organisation")};
  const auto organisation = create.organisation;
  domain::organisation_command what{
      .by = caller_of(ex.who(), caller::kind::organiser), .id = command_id_of(ex, in), .body = std::move(create)};
  const auto meta = meta_of(ex);
  in.engine.submit(organisation, std::move(what), meta, reply_to(ex, in));
}

void list_organisations(exchange& ex, const context& in) {
  if (!is_root(ex) || !is_organisation_known(ex, in)) {
    return;
  }
  using entry = std::pair<domain::organisation_id, std::string>;
  answer_page_of(
      ex, in.engine.directory()->organisations(), [](const entry& item) { return item.first; },
      domain::public_ids::parse_organisation,
      [](json_writer& out, const entry& item) {
        std::string id;
        domain::public_ids::append(id, item.first);
        out.begin_object()
            .member("organisation_id", std::string_view{id})
            .member("name", std::string_view{item.second})
            .end_object();
      });
}

} // namespace

void add_keys(router& table, const context& in) {
  constexpr auto admin = permission::key(domain::key_scope::admin);
  table.add({.verb = method::post,
             .pattern = "/v1/keys",
             .who = admin,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, create_key)});
  table.add(
      {.verb = method::get, .pattern = "/v1/keys", .who = admin, .rate = rate_class::view, .run = with(in, list_keys)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/keys/{key}",
             .who = admin,
             .rate = rate_class::act,
             .run = with(in, revoke_key)});
  table.add({.verb = method::post,
             .pattern = "/v1/organisations",
             .who = admin,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, create_organisation)});
  table.add({.verb = method::get,
             .pattern = "/v1/organisations",
             .who = admin,
             .rate = rate_class::view,
             .run = with(in, list_organisations)});
}

} // namespace holdfast::http::routes
