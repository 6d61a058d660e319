#include "http/routes/context.hpp"

#include "domain/check.hpp"
#include "http/body.hpp"
#include "http/documents.hpp"
#include "http/problem.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace holdfast::http::routes {

namespace {

struct digest_deleter {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// SHA-256 over length-prefixed parts, so that no two lists of parts read the same. One at a time a thread: the context is the thread's
/// own, for making one costs as much as hashing a small body.
class part_hash {
 public:
  explicit part_hash(const std::array<std::uint8_t, 32>& secret) : context_{thread_context()} {
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    HF_CHECK(EVP_DigestInit_ex2(context_, sha256, nullptr) == 1, "SHA-256 is there");
    update(secret.data(), secret.size());
  }

  auto add(std::string_view part) -> part_hash& {
    number(part.size());
    update(part.data(), part.size());
    return *this;
  }

  auto add(const domain::subject_id& id) -> part_hash& {
    number(id.high);
    number(id.low);
    return *this;
  }

  /// The first 64 bits; 1 in place of zero, which means "none".
  auto first64() -> std::uint64_t {
    std::array<std::uint8_t, 32> digest{};
    HF_CHECK(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1, "SHA-256 ends");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      value = (value << 8U) | digest[i];
    }
    return std::max<std::uint64_t>(value, 1);
  }

 private:
  static auto thread_context() -> EVP_MD_CTX* {
    thread_local const std::unique_ptr<EVP_MD_CTX, digest_deleter> context{EVP_MD_CTX_new()};
    return context.get();
  }

  void update(const void* bytes, std::size_t size) {
    HF_CHECK(EVP_DigestUpdate(context_, bytes, size) == 1, "SHA-256 takes bytes");
  }

  void number(std::uint64_t value) {
    std::array<std::uint8_t, sizeof value> bytes{};
    for (std::size_t i = bytes.size(); i-- > 0;) {
      bytes[i] = static_cast<std::uint8_t>(value);
      value >>= 8U;
    }
    update(bytes.data(), bytes.size());
  }

  EVP_MD_CTX* context_;
};

auto parse_number(std::string_view text) -> std::optional<std::uint64_t> {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return value;
}

constexpr std::size_t limit_max = 200;

/// Carries the engine's answer back to the session.
class engine_reply final : public actors::reply_sink {
 public:
  engine_reply(deferred&& to, const actors::engine_port& engine) noexcept : to_{std::move(to)}, engine_{engine} {}

  void reply(actors::answer&& what) noexcept override {
    auto& exchange = *to_;
    if (what.status >= 500 && what.body.empty()) {
      exchange.refuse(problem_kind::unavailable);
      to_.complete();
      return;
    }
    auto& out = exchange.answer();
    out.status(what.status);
    if (!what.body.empty()) {
      out.content_type(what.status >= 400 ? media::problem_json : media::json);
      out.body() = std::move(what.body);
    }
    if (what.seq != 0) {
      out.header("Event-Seq", what.seq);
    }
    if (what.replayed) {
      out.header("Idempotency-Replayed", "true");
    }
    if (what.expires_at) {
      const auto left = std::max<std::int64_t>((*what.expires_at - engine_.now()).count, 0);
      out.header("Expires-In-Ms", static_cast<std::uint64_t>(left));
    }
    if (!what.location.empty()) {
      out.header("Location", what.location);
    }
    if (what.retry_after_s) {
      out.header("Retry-After", *what.retry_after_s);
    }
    to_.complete();
  }

 private:
  deferred to_;
  const actors::engine_port& engine_;
};

} // namespace

void add_all(router& table, const context& in) {
  add_sessions(table, in);
  add_events(table, in);
  add_event_views(table, in);
  add_allocations(table, in);
  add_live(table, in);
  add_search(table, in);
  add_venues(table, in);
  add_queue(table, in);
  add_queue_control(table, in);
  add_queue_draw(table, in);
  add_holds(table, in);
  add_waitlist(table, in);
  add_confirmations(table, in);
  add_people(table, in);
  add_orders(table, in);
  add_tickets(table, in);
  add_resale(table, in);
  add_scans(table, in);
  add_payments(table, in);
  add_reviews(table, in);
  add_webhooks(table, in);
  add_mail(table, in);
  add_keys(table, in);
  add_journal(table, in);
  add_report(table, in);
  add_operations(table, in);
  add_projections(table, in);
  add_documents(table);
}

auto meta_of(const exchange& of) -> actors::request_meta {
  const auto& who = of.who();
  actors::request_meta meta;
  meta.trace = {of.trace().trace_high, of.trace().trace_low};
  meta.traced = of.traced();
  meta.principal = who.is_buyer() ? who.subject : domain::subject_id{who.organisation.value(), who.key.value()};
  return meta;
}

auto command_id_of(const exchange& of, const context& in) -> domain::command_id {
  if (of.idempotency_key().empty()) {
    return {};
  }
  const auto who = meta_of(of).principal;
  const auto key = part_hash{in.secret}.add(who).add(of.idempotency_key()).first64();
  const auto request = part_hash{in.secret}.add(to_string(of.verb())).add(of.path()).add(of.body()).first64();
  return {key, request};
}

auto scan_nonce(const context& in, domain::organisation_id organisation, std::string_view nonce) -> std::uint64_t {
  return part_hash{in.secret}.add("scan").add(domain::subject_id{organisation.value(), 0}).add(nonce).first64();
}

auto created_id(const exchange& of, const context& in, std::string_view kind) -> std::uint64_t {
  return part_hash{in.secret}.add(kind).add(meta_of(of).principal).add(of.idempotency_key()).first64();
}

auto caller_of(const principal& who, domain::caller::kind key_as) -> domain::caller {
  domain::caller by;
  if (who.is_buyer()) {
    by.as = domain::caller::kind::buyer;
    by.subject = who.subject;
  } else {
    by.as = key_as;
    by.organisation = who.organisation;
    by.key = who.key;
  }
  return by;
}

auto owner_of(const principal& who) noexcept -> domain::owner {
  return who.is_buyer() ? domain::owner{who.subject, {}} : domain::owner{{}, who.organisation};
}

auto reply_to(exchange& of, const context& in) -> actors::reply_port {
  return reply_to(of.defer(), in.engine);
}

auto reply_to(deferred&& to, const actors::engine_port& engine) -> actors::reply_port {
  return actors::reply_port{std::make_shared<engine_reply>(std::move(to), engine)};
}

auto event_of(exchange& of, const context& in) -> std::optional<domain::event_id> {
  const auto name = of.parameter("event");
  auto event = domain::public_ids::parse_event(name);
  if (!event) {
    event = in.engine.directory()->event_of_slug(name);
  }
  if (!event) {
    of.refuse(problem_kind::not_found);
  }
  return event;
}

auto min_seq_of(exchange& of) -> std::optional<std::uint64_t> {
  const auto text = of.query("min_seq");
  const auto value = text ? parse_number(*text) : std::optional<std::uint64_t>{0};
  if (!value) {
    of.refuse(problem_kind::invalid_query, {.detail = "min_seq is a sequence number"});
  }
  return value;
}

auto limit_of(exchange& of, std::size_t usual) -> std::optional<std::size_t> {
  const auto text = of.query("limit");
  if (!text) {
    return usual;
  }
  const auto value = parse_number(*text);
  if (!value || *value == 0 || *value > limit_max) {
    of.refuse(problem_kind::invalid_query, {.detail = "limit is a number from 1 to 200"});
    return std::nullopt;
  }
  return static_cast<std::size_t>(*value);
}

auto if_match_of(exchange& of) -> std::optional<std::optional<std::uint64_t>> {
  auto text = of.header(header_id::if_match);
  if (!text || *text == "*") {
    return std::optional<std::uint64_t>{};
  }
  // A version as `version` shows it, bare or in quotes as an entity tag.
  auto bare = *text;
  if (bare.size() >= 2 && bare.front() == '"' && bare.back() == '"') {
    bare = bare.substr(1, bare.size() - 2);
  }
  const auto version = parse_number(bare);
  if (!version) {
    of.refuse(problem_kind::version_mismatch);
    return std::nullopt;
  }
  return std::optional<std::uint64_t>{version};
}

auto only_queries(exchange& of, std::initializer_list<std::string_view> known) -> bool {
  for (const auto& query : of.queries()) {
    if (std::find(known.begin(), known.end(), query.name) == known.end()) {
      of.refuse(problem_kind::invalid_query, {.detail = "a query parameter is unknown to this operation"});
      return false;
    }
  }
  return true;
}

auto has_no_fields(exchange& of) -> bool {
  auto& document = thread_document();
  return read_body(of, document) && body_is_sound(of, document);
}

auto has_desk(exchange& of, const context& in) -> bool {
  if (in.desk == nullptr) {
    of.refuse(problem_kind::not_configured, {.detail = "this server notifies nobody"});
  }
  return in.desk != nullptr;
}

auto is_organisation_known(exchange& of, const context& in) -> bool {
  if (!in.engine.directory()->is_lost(of.who().organisation)) {
    return true;
  }
  of.refuse(problem_kind::unavailable, {.detail = "what there was of this is in a journal that cannot be read"});
  return false;
}

auto was_read(exchange& of, projections::read_outcome outcome) -> bool {
  switch (outcome) {
  case projections::read_outcome::ok: return true;
  case projections::read_outcome::not_found: of.refuse(problem_kind::not_found); return false;
  case projections::read_outcome::behind: of.refuse(problem_kind::projection_behind); return false;
  case projections::read_outcome::unreadable: of.refuse(problem_kind::event_unreadable); return false;
  case projections::read_outcome::unavailable:
    of.refuse(problem_kind::unavailable, {.detail = "what there was of this is in a journal that cannot be read"});
    return false;
  case projections::read_outcome::overloaded: break;
  }
  of.refuse(problem_kind::overloaded);
  return false;
}

} // namespace holdfast::http::routes
