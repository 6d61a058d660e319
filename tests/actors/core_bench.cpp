#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <utility>
#include <variant>

namespace holdfast::testing {

namespace {

auto words(std::uint16_t status, std::string text, std::uint64_t seq) -> actors::answer {
  actors::answer what;
  what.status = status;
  what.body = std::move(text);
  what.seq = seq;
  return what;
}

/// Core and fake share ownership of nothing: the fake outlives the core.
template <class Port>
auto unowned(Port& port) -> std::shared_ptr<Port> {
  return {std::shared_ptr<void>{}, &port};
}

} // namespace

auto word_encoder::decided(const domain::event_state& after, const domain::command& what,
                           std::span<const domain::fact> made, const actors::request_meta&, domain::instant now) const
    -> encoded {
  return {words(made.empty() ? 204 : 201,
                "command " + std::to_string(what.body.index()) + " at " + std::to_string(now.unix_ms), after.seq()),
          false};
}

auto word_encoder::rejected(const domain::event_state& state, const domain::command&, const domain::rejection& why,
                            const actors::request_meta&, domain::instant) const -> actors::answer {
  return words(409, "reason " + std::to_string(static_cast<int>(why.why)), state.seq());
}

auto word_encoder::decided(const domain::organisation_state& after, const domain::organisation_command& what,
                           std::span<const domain::fact>, const actors::request_meta&, domain::instant) const
    -> encoded {
  return {words(201, "command " + std::to_string(what.body.index()), after.seq),
          std::holds_alternative<domain::create_key>(what.body)};
}

auto word_encoder::rejected(const domain::organisation_state& state, const domain::organisation_command&,
                            const domain::rejection& why, const actors::request_meta&, domain::instant) const
    -> actors::answer {
  return words(409, "reason " + std::to_string(static_cast<int>(why.why)), state.seq);
}

auto word_encoder::already_created(const std::string&, const actors::request_meta&) const -> actors::answer {
  return words(409, "already created", 0);
}

auto word_encoder::payment_refused(const domain::rejection& why, const actors::request_meta&) const -> actors::answer {
  return words(409, "payment refused " + std::to_string(static_cast<int>(why.why)), 0);
}

auto word_encoder::payment_failed(const domain::payment& what, const actors::request_meta&) const -> actors::answer {
  return words(402, "payment failed " + std::to_string(static_cast<int>(what.why)), 0);
}

auto word_encoder::payment_refunded(domain::event_id, const domain::payment& what, const actors::request_meta&) const
    -> actors::answer {
  return words(201, "refunded " + std::to_string(what.number.value()), 0);
}

auto word_encoder::payment_pending(domain::event_id, const domain::payment& what, const actors::request_meta&) const
    -> actors::answer {
  return words(202, "payment " + std::to_string(what.number.value()), 0);
}

auto word_encoder::refused(actors::refusal why, const actors::request_meta&) const -> actors::answer {
  return words(503, "refusal " + std::to_string(static_cast<int>(why)), 0);
}

temporary_directory::temporary_directory() {
  auto name = (std::filesystem::temp_directory_path() / "holdfast-test-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path = name;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

auto small_layout() -> std::shared_ptr<const domain::layout> {
  domain::layout_spec spec;
  auto& section = spec.sections.emplace_back();
  section.name = "A";
  section.tier = "stalls";
  for (const auto* name : {"1", "2"}) {
    auto& row = section.rows.emplace_back();
    row.name = name;
    row.count = 10;
  }
  spec.areas.push_back({.name = "floor", .tier = "standing", .capacity = 100});
  auto built = domain::layout::build(std::move(spec));
  REQUIRE(built.has_value());
  return *built;
}

auto small_config() -> domain::event_config {
  domain::event_config config;
  config.name = "Tosca";
  config.category = "opera";
  config.venue = {.id = domain::venue_id{5},
                  .name = "Opera",
                  .city = "Graz",
                  .country = "AT",
                  .timezone = "Europe/Vienna",
                  .latitude_e6 = {},
                  .longitude_e6 = {}};
  config.starts_at = {1'800'000'000'000};
  config.currency = {{'E', 'U', 'R'}};
  config.tiers = {{"stalls", "Stalls", 8900}, {"standing", "Standing", 2500}};
  return config;
}

core_bench::core_bench(std::shared_ptr<journal::memory_disk> disk)
    : journal{{.disk = std::move(disk), .threaded = false}},
      snapshots{directory.path},
      gate{journal},
      services{.journal = journal,
               .snapshots = snapshots,
               .encoder = encoder,
               .clock = clock,
               .gate = gate,
               .deadlines = *this,
               .metrics = metrics} {
  REQUIRE(journal.acquire({}).has_value());
}

void core_bench::post_loaded(std::shared_ptr<actors::fold_result> result) noexcept {
  mailbox_.emplace_back([this, result] { core->loaded(std::move(*result)); });
}

void core_bench::post_expire(std::shared_ptr<actors::held_credit> credit) noexcept {
  mailbox_.emplace_back([this, credit] { core->expire(credit); });
}

void core_bench::schedule(domain::event_id, domain::instant at) noexcept {
  scheduled.push_back(at);
}

void core_bench::open() {
  credits = std::make_shared<actors::inflight_limiter>(100);
  core.emplace(event, services, unowned<actors::event_mailbox>(*this), credits);
  core->start();
}

void core_bench::settle() {
  while (journal.pump() > 0 || !mailbox_.empty()) {
    if (!mailbox_.empty()) {
      auto job = std::move(mailbox_.front());
      mailbox_.pop_front();
      job();
    }
  }
}

auto core_bench::send(domain::command what) -> std::shared_ptr<kept_answer> {
  auto sink = std::make_shared<kept_answer>();
  actors::reply_port reply{sink};
  REQUIRE(credits->enter() == actors::inflight_limiter::entry::entered);
  reply.carry(credits);
  actors::request_meta meta;
  meta.principal = what.by.subject;
  core->handle({.what = std::move(what), .wish = {}, .meta = meta, .reply = std::move(reply)});
  return sink;
}

auto core_bench::ask(domain::command what) -> actors::answer {
  const auto sink = send(std::move(what));
  settle();
  REQUIRE(sink->got.has_value());
  return *sink->got;
}

void core_bench::put_on_sale() {
  REQUIRE(
      ask({.by = organiser(),
           .id = {},
           .body =
               domain::create_event{
                   .event = event, .organisation = organisation, .config = small_config(), .seats = small_layout()}})
          .status == 201);
  REQUIRE(ask({.by = organiser(), .id = {}, .body = domain::publish_event{}}).status == 201);
}

auto core_bench::buyer(std::uint64_t who) const -> domain::caller {
  domain::caller by;
  by.as = domain::caller::kind::buyer;
  by.subject = {1, who};
  return by;
}

auto core_bench::organiser() const -> domain::caller {
  domain::caller by;
  by.as = domain::caller::kind::organiser;
  by.organisation = organisation;
  by.key = domain::key_id{9};
  return by;
}

auto core_bench::hold(std::uint64_t who, std::vector<domain::seat_index> seats, std::uint64_t key) const
    -> domain::command {
  domain::hold_seats wanted;
  wanted.seats = std::move(seats);
  return {.by = buyer(who), .id = {key, key == 0 ? 0 : key + 1}, .body = std::move(wanted)};
}

} // namespace holdfast::testing
