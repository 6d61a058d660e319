#pragma once

#include "actors/engine.hpp"
#include "domain/queue/places.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace holdfast::testing {

/// What ends at once on a machine that is not busy.
inline constexpr std::chrono::seconds patience{60};

/// A clock that is turned while threads read it.
class shared_clock final : public actors::clock_port {
 public:
  [[nodiscard]] auto now() const noexcept -> domain::instant override { return {at_.load()}; }
  void turn(domain::millis by) noexcept { at_.fetch_add(by.count); }

 private:
  std::atomic<std::int64_t> at_{1'700'000'000'000};
};

/// An answer that a test waits for.
class waited_answer final : public actors::reply_sink {
 public:
  void reply(actors::answer&& what) noexcept override { promise_.set_value(std::move(what)); }
  /// Once.
  [[nodiscard]] auto wait() -> actors::answer {
    auto got = promise_.get_future();
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    return got.get();
  }

 private:
  std::promise<actors::answer> promise_;
};

/// An engine with all its actors over a journal in memory, and one event.
class running_engine {
 public:
  explicit running_engine(std::shared_ptr<journal::memory_disk> disk, std::shared_ptr<shared_clock> turned,
                          domain::millis passivate_after = domain::minutes(2), std::int32_t inflight = 1'000)
      : clock{std::move(turned)}, journal{{.disk = std::move(disk)}}, snapshots{directory.path} {
    REQUIRE(journal.acquire({}).has_value());
    actors::engine_options options;
    options.clock = clock;
    options.passivate_after = passivate_after;
    options.inflight_per_event_max = inflight;
    options.room_secret.fill(3);
    engine.emplace(journal, snapshots, encoder, options);
    REQUIRE(engine->start().has_value());
  }

  /// `place`: by which the buyer was let in.
  auto send(domain::command what, domain::queue::place_number place = {}) -> std::shared_ptr<waited_answer> {
    auto sink = std::make_shared<waited_answer>();
    actors::request_meta meta;
    meta.principal = what.by.subject;
    meta.place = place;
    engine->submit(event, std::move(what), meta, actors::reply_port{sink});
    return sink;
  }
  auto ask(domain::command what, domain::queue::place_number place = {}) -> actors::answer {
    return send(std::move(what), place)->wait();
  }

  static auto organiser(domain::caller::kind as = domain::caller::kind::organiser) -> domain::caller {
    domain::caller by;
    by.as = as;
    by.organisation = domain::organisation_id{1};
    by.key = domain::key_id{9};
    return by;
  }

  void put_on_sale() {
    REQUIRE(ask({.by = organiser(),
                 .id = {},
                 .body = domain::create_event{.event = event,
                                              .organisation = domain::organisation_id{1},
                                              .config = small_config(),
                                              .seats = small_layout()}})
                .status == 201);
    REQUIRE(ask({.by = organiser(), .id = {}, .body = domain::publish_event{}}).status == 201);
  }

  static auto hold(std::uint64_t who, domain::seat_index seat) -> domain::command {
    domain::caller by;
    by.as = domain::caller::kind::buyer;
    by.subject = {1, who};
    domain::hold_seats wanted;
    wanted.seats = {seat};
    return {.by = by, .id = {}, .body = std::move(wanted)};
  }

  static constexpr domain::event_id event{77};
  temporary_directory directory;
  std::shared_ptr<shared_clock> clock;
  journal::memory_journal journal;
  journal::snapshot_store snapshots;
  word_encoder encoder;
  std::optional<actors::engine> engine;
};

} // namespace holdfast::testing
